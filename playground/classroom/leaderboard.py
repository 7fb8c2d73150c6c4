"""Places with intervals: what the evidence cannot tell apart shares a place.

All intervals of a board hold together with 95 %: each is as wide as if so many comparisons had been made as there are
students times looks of its own (Bonferroni). Whoever has looked at twenty scores and shows the best has found some of
it by luck, and pays with a wider interval. One is better than another where the whole interval is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from playground.evaluation.statistics.intervals import LEVEL, wilson


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A student's mean score, 0 to 1, on so many items, after so many looks at scores on these items."""

    nickname: str
    mean: float
    n: int
    looks: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An entry with its interval. Its place is at best `place`, after all who are surely better, and at worst `last`,
    before all who are surely worse."""

    entry: Entry
    low: float
    high: float
    place: int
    last: int


def standings(entries: Sequence[Entry]) -> list[Standing]:
    """Best place first; of one place, the higher mean first."""
    ends = [interval(entry, len(entries)) for entry in entries]
    made = [
        Standing(
            entry=entry,
            low=low,
            high=high,
            place=1 + sum(other_low > high for other_low, _ in ends),
            last=len(entries) - sum(other_high < low for _, other_high in ends),
        )
        for entry, (low, high) in zip(entries, ends, strict=True)
    ]
    return sorted(made, key=lambda one: (one.place, -one.entry.mean, one.entry.nickname.casefold()))


def interval(entry: Entry, students: int) -> tuple[float, float]:
    """Wilson's, as if each item were right or wrong: no score from 0 to 1 varies more than that."""
    comparisons = max(students, 1) * max(entry.looks, 1)
    return wilson(min(entry.mean, 1.0) * entry.n, entry.n, 1 - (1 - LEVEL) / comparisons)
