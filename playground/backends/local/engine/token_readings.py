"""Reads log-probability, entropy and likeliest alternatives of tokens off their logits."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from torch import Tensor, finfo, linalg

from playground.backends.local.engine.constraint import AllowedTokens


def has_probabilities(logits: Tensor) -> Tensor:
    """Which rows of `[..., vocabulary]` give probabilities: an overflow leaves infinities or what is no number."""
    return logits.amax(-1).isfinite()


@dataclass(frozen=True, slots=True)
class TokenReading:
    """What the model itself thought of a chosen token; `top` holds (id, log-probability) pairs, likeliest first.

    Where the answer is held to a form, `ruled_out` is the probability of all tokens that the form did not allow, and
    `barred` are those of `top` among them.
    """

    logprob: float
    entropy: float
    top: tuple[tuple[int, float], ...] = ()
    ruled_out: float | None = None
    barred: frozenset[int] = frozenset()


def read_tokens(
    logits: Tensor, chosen: Tensor, alternatives: Sequence[int], allowed: AllowedTokens | None = None
) -> list[TokenReading]:
    """Log-probability of the chosen ids, entropy (nats) and alternatives under the unmodified distribution.

    What the model rules out is no alternative. `allowed` are the tokens that the rows' forms allow.
    """
    logprobs = logits.log_softmax(-1)
    own, probabilities = logprobs.gather(1, chosen[:, None])[:, 0], logprobs.exp()
    # A model may rule tokens out with -inf: 0 * -inf must count as 0.
    entropy = -linalg.vecdot(probabilities, logprobs.clamp(min=finfo(logprobs.dtype).min))
    readings = [TokenReading(*pair) for pair in zip(own.tolist(), entropy.tolist(), strict=True)]
    most = min(max(alternatives), logprobs.shape[1])
    best = logprobs.topk(most) if most else None
    if best:
        values, ids = (part.tolist() for part in best)
        for row, count in enumerate(alternatives):
            pairs = zip(ids[row][:count], values[row][:count], strict=True)
            readings[row] = replace(readings[row], top=tuple(pair for pair in pairs if pair[1] > -math.inf))
    if allowed is not None:
        kept = linalg.vecdot(probabilities, allowed.mask.to(probabilities.dtype)).clamp(0, 1).tolist()
        fits = allowed.mask.gather(1, best.indices).tolist() if best else [[]] * len(kept)
        for row in allowed.held:
            barred = frozenset(token for (token, _), may in zip(readings[row].top, fits[row], strict=False) if not may)
            readings[row] = replace(readings[row], ruled_out=1 - kept[row], barred=barred)
    return readings
