"""Fuses two rankings into one by their ranks, each with its weight (Cormack et al. 2009, reciprocal rank fusion)."""

from collections.abc import Mapping

SMOOTHING = 60  # of the paper: how little the first places differ


def fuse(by_words: Mapping[int, int], by_meaning: Mapping[int, int], weight: float) -> list[tuple[int, float]]:
    """Passages with their fused scores, the best first. Both rankings are ranks, from 1, by passage; `weight` is that
    of meaning."""
    scores: dict[int, float] = {}
    for ranks, share in ((by_words, 1 - weight), (by_meaning, weight)):
        for passage, rank in ranks.items() if share else ():
            scores[passage] = scores.get(passage, 0.0) + share / (SMOOTHING + rank)
    return sorted(scores.items(), key=lambda scored: (-scored[1], scored[0]))
