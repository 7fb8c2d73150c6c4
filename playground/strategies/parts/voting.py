"""Counts votes over answers of several reasoning paths (Wang et al. 2022, arXiv 2203.11171)."""

import math
from collections.abc import Sequence

from playground.strategies.answers import comparison_key
from playground.types import Completion, Vote

DIGITS = 9  # of a sum of weights: what differs beyond them differs by rounding, and is a tie


def count_votes(answers: Sequence[str | None], weights: Sequence[float] | None = None) -> tuple[Vote, ...]:
    """Answers ranked by summed weight (1 each without weights); ties go to the one seen first.

    A path without an answer abstains. `paths` are 0-based positions in `answers`.
    """
    weights = weights or [1.0] * len(answers)
    groups: dict[str, list[int]] = {}
    for i, answer in enumerate(answers):
        if answer is not None:
            groups.setdefault(comparison_key(answer), []).append(i)
    votes = [
        Vote(
            answer=answers[paths[0]] or "", count=len(paths), weight=sum(weights[i] for i in paths), paths=tuple(paths)
        )
        for paths in groups.values()
    ]
    return tuple(sorted(votes, key=lambda v: -round(v.weight, DIGITS)))


def confidence(completion: Completion) -> float | None:
    """exp(mean token log-probability): the paper's normalised weight; None without log-probabilities."""
    if not completion.tokens:
        return None
    return math.exp(sum(t.logprob for t in completion.tokens) / len(completion.tokens))
