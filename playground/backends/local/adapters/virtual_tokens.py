"""Virtual tokens, which prompt tuning, p-tuning and prefix tuning put before a prompt.

They have no ids in the vocabulary; their keys and values are computed or given once, and rows begin with a copy,
so that such rows share the batch with all others. In a row's ids they stand as negative numbers, which no two
adapters share. Positions go on after them, as in peft.
"""

from dataclasses import dataclass

import numpy as np
from torch import Tensor

from playground.backends.local.forward.decoder import Decoder
from playground.backends.local.kv.prefix_cache import CachedPrefix
from playground.errors import ModelUnavailable


@dataclass(frozen=True, slots=True, eq=False)
class VirtualTokens:
    """Either `embeddings` `[tokens, hidden]`, or keys and values of every layer, each `[heads, tokens, size]`.

    `label` is what people read as the name of these weights.
    """

    name: str
    label: str
    embeddings: Tensor | None = None
    keys_values: tuple[tuple[Tensor, Tensor], ...] = ()


def check_virtual_tokens(virtual: VirtualTokens, decoder: Decoder) -> int:
    """How many tokens these are. Raises ModelUnavailable saying what does not fit."""
    tensors: list[tuple[str, Tensor, list[int]]] = []
    if virtual.embeddings is not None:
        count = virtual.embeddings.shape[0]
        hidden = decoder.model.get_input_embeddings().weight.shape[1]
        tensors = [("embeddings", virtual.embeddings, [count, hidden])]
    elif len(virtual.keys_values) == len(decoder.layout.layers):
        count = virtual.keys_values[0][0].shape[-2]
        for number, (shape, (keys, values)) in enumerate(zip(decoder.layout.layers, virtual.keys_values, strict=True)):
            tensors.append((f"keys of layer {number}", keys, [shape.heads, count, shape.key_size]))
            tensors.append((f"values of layer {number}", values, [shape.heads, count, shape.value_size]))
    else:
        has, wants = len(virtual.keys_values), len(decoder.layout.layers)
        raise ModelUnavailable(f"{virtual.label} is for another model: it has {has} layers, this one {wants}.")
    for what, tensor, fits in tensors:
        if list(tensor.shape) != fits:
            raise ModelUnavailable(
                f"{virtual.label} is for another model: its {what} are {list(tensor.shape)}, and this model's {fits}."
            )
        if not tensor.isfinite().all():
            raise ModelUnavailable(f"{virtual.label} has {what} that are not numbers.")
    if count == 0 or (decoder.context_length is not None and count >= decoder.context_length):
        raise ModelUnavailable(f"{virtual.label} has {count} virtual tokens; this model cannot begin with so many.")
    return count


def compute_prefix(virtual: VirtualTokens, first: int, count: int, decoder: Decoder) -> CachedPrefix:
    """The beginning of every row that uses them; their ids are the `count` numbers down from `first`."""
    ids = np.arange(first, first - count, -1, dtype=np.int64)
    if virtual.embeddings is not None:
        return CachedPrefix(ids, decoder.cache_from_embeddings(virtual.embeddings))
    return CachedPrefix(ids, decoder.cache_from_tensors(virtual.keys_values))
