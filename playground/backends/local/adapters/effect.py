"""Measures the effect of an adapter on the next-token probabilities after a fixed prompt."""

from collections.abc import Sequence

import torch
from torch import Tensor

from playground.backends.local.forward.decoder import Decoder
from playground.backends.local.kv.cache import SlotCache
from playground.backends.local.kv.prefix_cache import CachedPrefix
from playground.backends.local.weights.wide_lora import BASE, AdapterUse

PROMPT_TOKENS = 8  # of the fixed prompt; several, since what changes attention does nothing to the first
REMEASURE_AFTER = 10.0  # seconds after which an adapter in use is measured again: one pass over those tokens
SMALLEST_EFFECT = 1e-4  # nats; what changes no log-probability by more has no effect


@torch.inference_mode()
def fixed_prompt_logprobs(
    decoder: Decoder, use: AdapterUse = BASE, virtual_prefix: CachedPrefix | None = None, extra: Sequence[int] = ()
) -> Tensor:
    """Log-probabilities of what comes after the fixed prompt, `[vocabulary]`, float32; `extra` tokens end the prompt.

    For the engine's thread, between two passes.
    """
    size = decoder.vocabulary_size
    tokens = [(37 + 101 * place) % size for place in range(PROMPT_TOKENS)] + [
        token for token in extra if 0 <= token < size
    ]
    if virtual_prefix is None:
        cache = SlotCache(decoder.layout, 1, len(tokens))
        cache.add_row()
    else:
        cache = virtual_prefix.cache.fork(0, len(virtual_prefix.ids), len(virtual_prefix.ids) + len(tokens))
    return decoder.prefill(cache, tokens, use).log_softmax(-1)


def largest_difference(first: Tensor, second: Tensor) -> float:
    """The largest change of a log-probability, in nats; 0 for none, infinite where there are no numbers."""
    difference = float((first - second).abs().nan_to_num(torch.inf).max())
    return difference if difference > SMALLEST_EFFECT else 0.0
