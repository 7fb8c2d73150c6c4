"""Compares columns on the same items, adjusted for the number of comparisons."""

import itertools
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from playground.errors import LimitReached
from playground.evaluation.findings import scores
from playground.evaluation.findings.scores import Scores
from playground.evaluation.results import Table
from playground.evaluation.statistics import paired
from playground.evaluation.statistics.adjust import holm
from playground.evaluation.statistics.power import ALPHA, items_needed

Against = Literal["first", "neighbours", "all"]
POINTS = 5  # the difference of which is said how many items it would take
MAX_COMPARISONS = 1_225  # 50 columns, each with each


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`second` against `first`; `difference` is second minus first, -1 to 1, over the items both have a score for.

    Means, difference, ends and p's are None where there is no such item. `only_first` and `only_second` count items
    on which that one was right and the other was not: in general, on which it scored higher.
    """

    first: str
    second: str
    n: int  # pairs of cells: same item, same repetition
    items: int
    left_out: int  # pairs of which a cell was asked, but not both have a score
    binary: bool
    means: tuple[float, float] | None = None  # of first and second
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    adjusted: float | None = None  # after Holm, for the comparisons made together
    comparisons: int = 0  # how many those are
    only_first: int = 0
    only_second: int = 0
    method: str = ""  # of the p
    discordance: float | None = None  # mean squared difference: share of items on which right and wrong differ
    items_needed: int | None = None  # to tell a difference of POINTS among as many comparisons
    items_for_seen: int | None = None  # to tell a difference as large as the one found; None where there is none

    @property
    def significant(self) -> bool:
        """Whether the difference is more than chance explains, all comparisons made considered."""
        return self.adjusted is not None and self.adjusted < ALPHA


def compare(table: Table, against: Against = "first") -> tuple[Comparison, ...]:
    """Every column against the first, against the one before it, or each with each; also for a table that grows.

    Comparisons that the experiment's expectations state are made as well. p's are adjusted for all that are returned.
    Raises LimitReached above MAX_COMPARISONS.
    """
    chosen = pairs(table, against)
    if len(chosen) > MAX_COMPARISONS:
        raise LimitReached(
            f"{len(chosen)} comparisons; {MAX_COMPARISONS} is the most. Compare against the first column or neighbours."
        )
    found = scores.of(table)
    places = {column: i for i, column in enumerate(table.columns)}
    made = [_compare(found, first, second, places[first], places[second]) for first, second in chosen]
    tested = [one.p for one in made if one.p is not None]
    adjusted = iter(holm(tested))
    return tuple(_told(one, next(adjusted) if one.p is not None else None, len(tested)) for one in made)


def pairs(table: Table, against: Against = "first") -> tuple[tuple[str, str], ...]:
    """(first, second) of the comparisons to make, none twice."""
    columns = table.columns
    if against == "first":
        chosen = [(columns[0], column) for column in columns[1:]]
    elif against == "neighbours":
        chosen = list(itertools.pairwise(columns))
    else:
        chosen = list(itertools.combinations(columns, 2))
    stated = [(e.better_than, e.column) for e in table.experiment.expectations if e.better_than]
    once: dict[frozenset[str], tuple[str, str]] = {}
    for pair in (*chosen, *stated):
        once.setdefault(frozenset(pair), pair)
    return tuple(once.values())


def _compare(found: Scores, first: str, second: str, a: int, b: int) -> Comparison:
    one, other = found.values[a], found.values[b]
    both = ~np.isnan(one) & ~np.isnan(other)
    n = int(both.sum())
    binary = found.binary[a] and found.binary[b]
    firsts, seconds = (scores.item_means(np.where(both, values, np.nan)) for values in (one, other))
    changes = seconds - firsts
    items = len(changes)
    asked = int((found.asked[a] | found.asked[b]).sum())
    bare = Comparison(first=first, second=second, n=n, items=items, left_out=asked - n, binary=binary)
    if not n:
        return bare
    only_first, only_second = int((changes < -1e-12).sum()), int((changes > 1e-12).sum())
    once = binary and n == items
    result = paired.right_or_wrong(only_first, only_second, n) if once else paired.scores(changes)
    return replace(
        bare,
        means=(float(firsts.mean()), float(seconds.mean())),
        difference=result.difference,
        low=result.low,
        high=result.high,
        p=result.p,
        only_first=only_first,
        only_second=only_second,
        method=result.method,
        discordance=float((changes**2).mean()),
    )


def _told(comparison: Comparison, adjusted: float | None, comparisons: int) -> Comparison:
    known = replace(comparison, adjusted=adjusted, comparisons=comparisons)
    if known.discordance is not None:
        seen = abs(known.difference or 0.0) * 100
        known = replace(
            known,
            items_needed=items_needed(POINTS, known.discordance, comparisons),
            items_for_seen=items_needed(seen, known.discordance, comparisons) if seen > 1e-9 else None,
        )
    return known
