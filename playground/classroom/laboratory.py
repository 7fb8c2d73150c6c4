"""The class as laboratories: each student compares the same two techniques on items of their own seed.

Each finds an estimate with an interval, and some find "significance" where there is none, or miss it where there is.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from playground.classroom.assignment import Assignment
from playground.evaluation.findings.comparisons import compare
from playground.evaluation.results import Table
from playground.evaluation.statistics import paired
from playground.evaluation.statistics.power import ALPHA


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """How much better the second technique did, -1 to 1, with its 95 % interval and p; `n` items."""

    nickname: str
    difference: float
    low: float
    high: float
    p: float
    n: int

    @property
    def significant(self) -> bool:
        return self.p < ALPHA


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """All students' items together, and who found something else than they show."""

    estimate: Estimate | None
    by_luck: tuple[str, ...]  # nicknames: found a difference that all items together do not show
    missed: tuple[str, ...]  # found none where all items together show one


def estimate(table: Table, assignment: Assignment) -> dict[str, Any] | None:
    """What is kept of a laboratory's run: the comparison, and the difference on each item; None of another."""
    if not assignment.laboratory:
        return None
    (found,) = compare(table)
    scores: dict[str, dict[str, float]] = {}
    for result in table.results:
        scores.setdefault(result.item, {})[result.column] = result.score or 0.0
    texts = {item.id: item.input for item in table.items}
    first, second = table.columns
    differences = {_name(texts[item]): by[second] - by[first] for item, by in scores.items() if len(by) == 2}
    ends = {"difference": found.difference, "low": found.low, "high": found.high, "p": found.p}
    return {**ends, "n": found.items, "differences": differences} if found.difference is not None else None


def read_estimate(nickname: str, kept: Mapping[str, Any]) -> Estimate:
    """A student's estimate, as it was kept."""
    return Estimate(nickname=nickname, **{key: kept[key] for key in ("difference", "low", "high", "p", "n")})


def pool(kept: Mapping[str, Mapping[str, Any]]) -> Pooled:
    """By nickname what was kept. An item that several students drew counts once, with the mean of what they found."""
    by_item: dict[str, list[float]] = {}
    for one in kept.values():
        for name, difference in one["differences"].items():
            by_item.setdefault(name, []).append(difference)
    if not by_item:
        return Pooled(estimate=None, by_luck=(), missed=())
    found = paired.scores(np.array([sum(values) / len(values) for values in by_item.values()]))
    whole = Estimate(
        nickname="All together", difference=found.difference, low=found.low, high=found.high, p=found.p, n=len(by_item)
    )
    estimates = [read_estimate(nickname, one) for nickname, one in kept.items()]
    lucky = [e.nickname for e in estimates if e.significant and not _agrees(e, whole)]
    missed = [e.nickname for e in estimates if not e.significant and whole.significant]
    return Pooled(estimate=whole, by_luck=tuple(lucky), missed=tuple(missed))


def _agrees(one: Estimate, whole: Estimate) -> bool:
    return whole.significant and (one.difference > 0) == (whole.difference > 0)


def _name(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
