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
class ColumnComparison:
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


def compare(table: Table, against: Against = "first") -> tuple[ColumnComparison, ...]:
    """Every column against the first, against the one before it, or each with each; also for a table that grows.

    Comparisons that the experiment's expectations state are made as well. p's are adjusted for all that are returned.
    Raises LimitReached above MAX_COMPARISONS.
    """
    column_pairs = pairs(table, against)
    if len(column_pairs) > MAX_COMPARISONS:
        raise LimitReached(
            f"{len(column_pairs)} comparisons; {MAX_COMPARISONS} is the most. Compare against the first column or "
            "neighbours."
        )
    table_scores = scores.score_array(table)
    places = {column: i for i, column in enumerate(table.columns)}
    comparisons = [
        _compare(table_scores, first, second, places[first], places[second]) for first, second in column_pairs
    ]
    tested = [comparison.p for comparison in comparisons if comparison.p is not None]
    adjusted = iter(holm(tested))
    return tuple(
        _with_adjusted_p(comparison, next(adjusted) if comparison.p is not None else None, len(tested))
        for comparison in comparisons
    )


def pairs(table: Table, against: Against = "first") -> tuple[tuple[str, str], ...]:
    """(first, second) of the comparisons to make, none twice."""
    columns = table.columns
    if against == "first":
        column_pairs = [(columns[0], column) for column in columns[1:]]
    elif against == "neighbours":
        column_pairs = list(itertools.pairwise(columns))
    else:
        column_pairs = list(itertools.combinations(columns, 2))
    expectation_pairs = [(e.better_than, e.column) for e in table.experiment.expectations if e.better_than]
    once: dict[frozenset[str], tuple[str, str]] = {}
    for pair in (*column_pairs, *expectation_pairs):
        once.setdefault(frozenset(pair), pair)
    return tuple(once.values())


def _compare(table_scores: Scores, first: str, second: str, a: int, b: int) -> ColumnComparison:
    first_values, second_values = table_scores.values[a], table_scores.values[b]
    both = ~np.isnan(first_values) & ~np.isnan(second_values)
    n = int(both.sum())
    binary = table_scores.binary[a] and table_scores.binary[b]
    firsts, seconds = (scores.item_means(np.where(both, values, np.nan)) for values in (first_values, second_values))
    changes = seconds - firsts
    items = len(changes)
    asked_count = int((table_scores.was_asked[a] | table_scores.was_asked[b]).sum())
    bare = ColumnComparison(first=first, second=second, n=n, items=items, left_out=asked_count - n, binary=binary)
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


def _with_adjusted_p(comparison: ColumnComparison, adjusted: float | None, comparisons: int) -> ColumnComparison:
    result = replace(comparison, adjusted=adjusted, comparisons=comparisons)
    if result.discordance is not None:
        seen = abs(result.difference or 0.0) * 100
        result = replace(
            result,
            items_needed=items_needed(POINTS, result.discordance, comparisons),
            items_for_seen=items_needed(seen, result.discordance, comparisons) if seen > 1e-9 else None,
        )
    return result
