"""Reads log-probability, entropy and likeliest alternatives of tokens off their logits."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor, finfo, linalg


def has_probabilities(logits: Tensor) -> Tensor:
    """Which rows of `[..., vocabulary]` give probabilities: an overflow leaves infinities or what is no number."""
    return logits.amax(-1).isfinite()


@dataclass(frozen=True, slots=True)
class TokenReading:
    """What the model itself thought of a chosen token; `top` holds (id, log-probability) pairs, likeliest first."""

    logprob: float
    entropy: float
    top: tuple[tuple[int, float], ...] = ()


def read_tokens(logits: Tensor, chosen: Tensor, alternatives: Sequence[int]) -> list[TokenReading]:
    """Log-probability of the chosen ids, entropy (nats) and alternatives under the unmodified distribution.

    What the model rules out is no alternative.
    """
    logprobs = logits.log_softmax(-1)
    own = logprobs.gather(1, chosen[:, None])[:, 0]
    # A model may rule tokens out with -inf: 0 * -inf must count as 0.
    entropy = -linalg.vecdot(logprobs.exp(), logprobs.clamp(min=finfo(logprobs.dtype).min))
    numbers = zip(own.tolist(), entropy.tolist(), strict=True)
    most = max(alternatives)
    if not most:
        return [TokenReading(logprob, nats) for logprob, nats in numbers]
    values, ids = (best.tolist() for best in logprobs.topk(min(most, logprobs.shape[1])))
    return [
        TokenReading(
            logprob,
            nats,
            tuple(one for one in zip(ids[row][:count], values[row][:count], strict=True) if one[1] > -math.inf),
        )
        for row, ((logprob, nats), count) in enumerate(zip(numbers, alternatives, strict=True))
    ]
