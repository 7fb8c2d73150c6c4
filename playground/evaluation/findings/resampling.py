"""Accuracy against number of paths, computed from the paths of votes that were stored."""

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playground.evaluation.findings import scores
from playground.evaluation.plan import Item
from playground.evaluation.results import Result, Table, VotePath
from playground.evaluation.statistics import intervals
from playground.evaluation.statistics.intervals import Numbers
from playground.strategies.answers import comparison_key
from playground.strategies.parts.voting import DIGITS

COUNTS = (1, 3, 5, 8, 10)  # those of the paper's figure that a laptop has time for
SUBSETS = 300  # tried one by one up to here, else as many drawn at random

Grade = Callable[[str, Item], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class VotePoint:
    """The expected score of a vote among `paths` of the stored paths, with its 95 % interval over items."""

    paths: int
    mean: float
    low: float
    high: float
    items: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteCurve:
    """One column's points, its votes counted or weighted by probability."""

    column: str
    weighted: bool
    points: tuple[VotePoint, ...]

    @property
    def label(self) -> str:
        return f"{self.column}, {'weighted' if self.weighted else 'majority'}"


def vote_curves(table: Table, grade: Grade, *, counts: Sequence[int] = COUNTS, seed: int = 0) -> tuple[VoteCurve, ...]:
    """For every column that voted: majority, and weighted where its paths have weights. All paths are a point too."""
    most: dict[str, int] = {}
    for cell in table.results:
        most[cell.column] = max(most.get(cell.column, 0), len(cell.paths))
    curves = [
        VoteCurve(
            column=column,
            weighted=weighted,
            points=by_paths(table, column, grade, counts=(*counts, most[column]), weighted=weighted, seed=seed),
        )
        for column in table.columns
        if most.get(column)
        for weighted in (False, True)
    ]
    return tuple(curve for curve in curves if curve.points)


def by_paths(
    table: Table, column: str, grade: Grade, *, counts: Sequence[int] = COUNTS, weighted: bool = False, seed: int = 0
) -> tuple[VotePoint, ...]:
    """What a vote among fewer paths would have reached: the mean over subsets of every cell's paths, then over items.

    `grade(answer, item)` is the scorer's score, 0 to 1. All subsets where there are at most SUBSETS of them, else
    as many drawn by `seed`. A subset in which no path answers scores 0. Cells with fewer than k paths are left out of
    point k (`items` says how many took part); weighted by probability, so are cells without weights.
    """
    items = {item.id: item for item in table.items}
    cells = [
        (cell.item, _ballot(cell.paths, items[cell.item], grade, weighted))
        for cell in table.results
        if cell.column == column and _votes(cell, weighted)
    ]
    rng = np.random.default_rng(seed)
    points = []
    for k in sorted(set(counts)):
        subsets = {n: _subsets(n, k, rng) for n in sorted({b.groups.size for _, b in cells}) if n >= k}
        item_scores = [(item, _expected(b, subsets[b.groups.size])) for item, b in cells if b.groups.size >= k]
        if item_scores:
            points.append(_point(k, item_scores, largest=max(subsets)))
    return tuple(points)


def _votes(cell: Result, weighted: bool) -> bool:
    return scores.has_score(cell) and bool(cell.paths) and not (weighted and any(p.weight is None for p in cell.paths))


@dataclass(frozen=True, slots=True)
class _Ballot:
    """One cell's paths as numbers: which answers are the same (-1 abstains), what each counts, what each scores."""

    groups: NDArray[np.intp]
    weights: Numbers
    grades: Numbers


def _ballot(paths: Sequence[VotePath], item: Item, grade: Grade, weighted: bool) -> _Ballot:
    keys = [None if path.answer is None else comparison_key(path.answer) for path in paths]
    order = {key: i for i, key in enumerate(dict.fromkeys(key for key in keys if key is not None))}
    grade_by_answer = {answer: grade(answer, item) for answer in {path.answer for path in paths} if answer is not None}
    return _Ballot(
        np.array([-1 if key is None else order[key] for key in keys]),
        np.array([path.weight if weighted else 1.0 for path in paths], dtype=float),
        np.array([0.0 if path.answer is None else grade_by_answer[path.answer] for path in paths]),
    )


def _subsets(n: int, k: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Ways to take k of n paths in their order, a row of n each."""
    if math.comb(n, k) <= SUBSETS:
        picked = np.array(list(itertools.combinations(range(n), k)))
    else:
        picked = rng.random((SUBSETS, n)).argsort(axis=1)[:, :k]
    members = np.zeros((len(picked), n), bool)
    np.put_along_axis(members, picked, True, axis=1)
    return members


def _expected(ballot: _Ballot, subsets: NDArray[np.bool_]) -> float:
    """The mean score of the votes of these subsets; each decided as `voting.count_votes` does: ties to the one seen
    first."""
    n, groups = subsets.shape[1], ballot.groups.max() + 1
    if not groups:
        return 0.0
    members = subsets[:, :, None] & (ballot.groups[:, None] == np.arange(groups))
    weights = np.where(members, ballot.weights[:, None], 0.0).sum(axis=1).round(DIGITS)
    first = np.where(members.any(axis=1), members.argmax(axis=1), n)
    weights[first == n] = -np.inf
    winner = np.where(weights == weights.max(axis=1, keepdims=True), first, n).min(axis=1)
    return float(np.append(ballot.grades, 0.0)[winner].mean())  # n, the last: no path of the subset gave an answer


def _point(k: int, item_scores: Sequence[tuple[str, float]], largest: int) -> VotePoint:
    grouped: dict[str, list[float]] = {}
    for item, value in item_scores:
        grouped.setdefault(item, []).append(value)
    means = np.array([np.mean(values) for values in grouped.values()])
    # Every k paths are a vote of their own: an item counts at most as often as that many fit among its paths.
    low, high, _ = intervals.share(means, len(item_scores) * max(largest // k, 1))
    return VotePoint(paths=k, mean=float(means.mean()), low=low, high=high, items=len(means))
