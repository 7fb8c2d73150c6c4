"""Held-out figures: the share of answers that pass each measure, with its interval."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt

Z = 1.96  # standard deviations of a 95 % interval


@dataclass(frozen=True, slots=True)
class ShareRight:
    """`passed` of `total` items."""

    passed: int
    total: int

    def interval(self) -> tuple[float, float]:
        """The 95 % score interval of the share (Wilson 1927, JASA 22:209)."""
        share, spread = self.passed / self.total, Z**2 / self.total
        middle = share + spread / 2
        width = sqrt(spread * (share * (1 - share) + spread / 4))
        low, high = (middle - width) / (1 + spread), (middle + width) / (1 + spread)
        # Exactly none and exactly all lie on the interval's edge, which rounding would move past them.
        return (low if self.passed else 0.0), (high if self.passed < self.total else 1.0)

    def __str__(self) -> str:
        low, high = self.interval()
        return f"{self.passed} of {self.total} ({self.passed / self.total:.0%}, 95 % interval {low:.0%} to {high:.0%})"


def tally(marks: Iterable[Mapping[str, bool]]) -> dict[str, ShareRight]:
    """For each measure, the share of items that pass it. Every item is marked by the same measures."""
    rows = list(marks)
    return {measure: ShareRight(sum(row[measure] for row in rows), len(rows)) for measure in rows[0]}
