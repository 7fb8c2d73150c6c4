"""What an adapter makes of a model, measured: what comes next after a fixed prompt, with it and without."""

from collections.abc import Sequence

import torch
from torch import Tensor

from playground.backends.local.forward.decoder import Decoder
from playground.backends.local.kv.cache import SlotCache
from playground.backends.local.kv.prefix_cache import Prefix
from playground.backends.local.weights.wide_lora import BASE, Use

TOKENS = 8  # of the fixed prompt; several, since what changes attention does nothing to the first
AGAIN = 10.0  # seconds after which an adapter in use is measured again: one pass over those tokens
NOTHING = 1e-4  # nats; what changes no log-probability by more has no effect


@torch.inference_mode()
def next_words(decoder: Decoder, use: Use = BASE, beginning: Prefix | None = None, extra: Sequence[int] = ()) -> Tensor:
    """Log-probabilities of what comes after the fixed prompt, `[vocabulary]`, float32; `extra` tokens end the prompt.

    For the engine's thread, between two passes.
    """
    size = decoder.vocabulary_size
    tokens = [(37 + 101 * place) % size for place in range(TOKENS)] + [token for token in extra if 0 <= token < size]
    if beginning is None:
        cache = SlotCache(decoder.layout, 1, len(tokens))
        cache.begin()
    else:
        cache = beginning.cache.fork(0, len(beginning.ids), len(beginning.ids) + len(tokens))
    return decoder.prefill(cache, tokens, use).log_softmax(-1)


def difference(one: Tensor, other: Tensor) -> float:
    """The largest change of a log-probability, in nats; 0 for none, infinite where there are no numbers."""
    found = float((one - other).abs().nan_to_num(torch.inf).max())
    return found if found > NOTHING else 0.0
