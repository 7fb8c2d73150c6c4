"""Whether a look scores less than the reference by more than chance explains, however often one looks.

Whoever looks often enough finds a drop by chance, so the looks share one level of 5 %: the first ten after a reference
share half of it, the next twenty a quarter, the next forty an eighth, and so on without end (a sequence of Bonferroni's
adjustments). Within a look the columns are adjusted after Holm.
"""

from dataclasses import dataclass

import numpy as np

from playground.evaluation.statistics import paired
from playground.evaluation.statistics.adjust import holm
from playground.evaluation.statistics.power import ALPHA
from playground.evaluation.watching.looks import ColumnLook, Look

FIRST = 10  # looks that share the first half


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A column of a look against the same of the reference, on the items that both have a score for.

    `difference` is the look's less the reference's, with its 95 % interval; `p` is two-sided, adjusted for the columns
    of the look. `level` is what p must be below for an alarm. `binary`: both are right or wrong on each item.
    """

    column: str
    items: int
    difference: float
    low: float
    high: float
    p: float
    level: float
    binary: bool

    @property
    def can_be_drop(self) -> bool:
        """Whether even the largest drop on so many items would be an alarm at this look."""
        smallest = 2 * 0.5**self.items
        if not self.binary:  # of which so many flips are tried
            smallest = max(smallest, 1 / (paired.FLIPS + 1))
        return smallest < self.level

    @property
    def is_drop(self) -> bool:
        """Whether it is lower by more than chance explains, all looks considered."""
        return self.difference < 0 and self.p < self.level


def level_of(number: int) -> float:
    """The level of the look of this number after the reference, from 1 on; those of all looks add up to 5 %."""
    share, size, last = ALPHA / 2, FIRST, FIRST
    while number > last:
        share, size = share / 2, size * 2
        last += size
    return share / size


def changes(reference: Look, look: Look, number: int) -> tuple[Change, ...]:
    """All columns that both looks have, in the reference's order; `number` counts the looks after the reference."""
    found = [
        (column, compared)
        for column, before in reference.columns.items()
        if column in look.columns and (compared := _compare(before, look.columns[column]))
    ]
    adjusted = holm([compared.p for _, (compared, _) in found])
    return tuple(
        Change(
            column=column, items=items, difference=compared.difference, low=compared.low, high=compared.high, p=p,
            level=level_of(number), binary=_both_binary(reference.columns[column], look.columns[column]),
        )
        for (column, (compared, items)), p in zip(found, adjusted, strict=True)
    )  # fmt: skip


def _both_binary(before: ColumnLook, after: ColumnLook) -> bool:
    return before.binary and after.binary


def _compare(before: ColumnLook, after: ColumnLook) -> tuple[paired.Paired, int] | None:
    """None where there is no item for which both have a score."""
    names = [name for name in before.items if name in after.items]
    if not names:
        return None
    first, second = (np.array([one.items[name] for name in names]) for one in (before, after))
    if _both_binary(before, after):
        lost, gained = int((first > second).sum()), int((first < second).sum())
        return paired.right_or_wrong(lost, gained, len(names)), len(names)
    return paired.scores(second - first), len(names)
