"""How well passages are found: recall, reciprocal rank and nDCG, and how much that says."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from math import log2
from statistics import fmean

from playground.retrieval.index import Index
from playground.retrieval.passages import Collection
from playground.types import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuality:
    """Means over questions, of the first `at` passages: how much of what answers is among them, how early the first of
    it comes, and how near the order is to the best."""

    at: int
    questions: int
    recall: float
    reciprocal_rank: float
    ndcg: float


def measure_search(
    collection: Collection, index: Index, weight: float, at: int, among: frozenset[int] | None = None
) -> Generator[Progress, None, SearchQuality]:
    """Search for every question of the collection that its documents answer, of those `among` which is searched."""
    asked = [known for known in collection.questions if known.evidence and (among is None or known.document in among)]
    rows = []
    for known in asked:
        hits = yield from index.search(known.question, weight, at, among=among)
        right = sum(collection.holds(passage, known) for passage in index.passages)
        rows.append(_of_one([collection.holds(hit.passage, known) for hit in hits], right))
    means = [fmean(values) for values in zip(*rows, strict=True)] if rows else [0.0, 0.0, 0.0]
    return SearchQuality(at=at, questions=len(asked), recall=means[0], reciprocal_rank=means[1], ndcg=means[2])


def _of_one(found: Sequence[bool], right: int) -> tuple[float, float, float]:
    """Recall, reciprocal rank and nDCG of one ranking, of which `right` passages would be right in all."""
    places = [rank for rank, is_right in enumerate(found, 1) if is_right]
    most = min(right, len(found)) or 1
    best = sum(1 / log2(1 + rank) for rank in range(1, most + 1))
    return (
        len(places) / (right or 1),
        1 / places[0] if places else 0.0,
        sum(1 / log2(1 + rank) for rank in places) / best,
    )
