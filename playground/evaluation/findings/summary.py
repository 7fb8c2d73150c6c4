"""Summaries of each column and each item: scores, tokens, seconds and cost."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from playground.evaluation.findings import scores
from playground.evaluation.findings.scores import has_score
from playground.evaluation.plan import Item
from playground.evaluation.results import Result, Table
from playground.evaluation.statistics import intervals


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnSummary:
    """One column in numbers. `mean`, `low` and `high` are 0 to 1, None as long as nothing has a score.

    The mean is over items; an item that was asked repeatedly counts once, with the mean of its cells. Tokens, calls,
    seconds and cost are totals over the cells that were asked; `each(total)` is per cell.
    """

    column: str
    n: int  # cells with a score
    items: int  # items with a score
    mean: float | None
    low: float | None
    high: float | None
    method: str  # of the interval
    right: int | None  # cells; None where scores are not right or wrong
    not_extracted: int  # of n: no answer of the kind asked for was found; counted as wrong
    disagree: int  # of n: a judge decided otherwise when the two answers were swapped
    failed: int  # cells without a score
    calls: int
    prompt_tokens: int
    completion_tokens: int
    seconds: float
    cost: float | None  # None where a cell has no known price

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens

    def per_cell(self, total: float | None) -> float | None:
        """A total of this column per cell that was asked."""
        cells = self.n + self.failed
        return None if total is None or not cells else total / cells


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """One item in all columns: mean scores (None where there is none) and the cells behind them."""

    item: Item
    scores: tuple[float | None, ...]
    cells: tuple[tuple[Result, ...], ...]

    @property
    def spread(self) -> float:
        """The best column's score less the worst's."""
        scores = [score for score in self.scores if score is not None]
        return max(scores) - min(scores) if scores else 0.0


def summaries(table: Table) -> tuple[ColumnSummary, ...]:
    """One for each column, in the table's order; also for a table that still grows."""
    grouped: dict[str, list[Result]] = {column: [] for column in table.columns}
    for result in table.results:
        grouped[result.column].append(result)
    table_scores = scores.score_array(table)
    return tuple(
        _summary(column, cells, table_scores.values[i], table_scores.binary[i])
        for i, (column, cells) in enumerate(grouped.items())
    )


def _summary(column: str, cells: Sequence[Result], values: intervals.Numbers, binary: bool) -> ColumnSummary:
    means = scores.item_means(values)
    n, mean, low, high, method = int((~np.isnan(values)).sum()), None, None, None, ""
    if n:
        mean = float(means.mean())
        low, high, method = intervals.share(means, n) if binary else intervals.scores(means)
    costs = [cell.cost for cell in cells]
    known_costs = [cost for cost in costs if cost is not None]
    return ColumnSummary(
        column=column,
        n=n,
        items=len(means),
        mean=mean,
        low=low,
        high=high,
        method=method,
        right=sum(cell.right is True for cell in cells) if n and binary else None,
        not_extracted=sum(not cell.extracted for cell in cells if has_score(cell)),
        disagree=sum(cell.disagree for cell in cells if has_score(cell)),
        failed=len(cells) - n,
        calls=sum(cell.calls for cell in cells),
        prompt_tokens=sum(cell.prompt_tokens for cell in cells),
        completion_tokens=sum(cell.completion_tokens for cell in cells),
        seconds=sum(cell.seconds for cell in cells),
        cost=sum(known_costs) if known_costs and len(known_costs) == len(costs) else None,
    )


def by_item(table: Table, *, disagreements: bool = False) -> tuple[ItemRow, ...]:
    """Who solves what: a row for each item, its cells in the table's order of columns.

    With `disagreements` only items that the columns scored differently, the largest spread first.
    """
    places = {item.id: i for i, item in enumerate(table.items)}
    columns = {column: i for i, column in enumerate(table.columns)}
    cells: list[list[list[Result]]] = [[[] for _ in columns] for _ in places]
    for result in table.results:
        cells[places[result.item]][columns[result.column]].append(result)
    rows = tuple(
        ItemRow(item=item, scores=tuple(map(_mean, row)), cells=tuple(map(tuple, row)))
        for item, row in zip(table.items, cells, strict=True)
    )
    if not disagreements:
        return rows
    return tuple(sorted((row for row in rows if row.spread > 0), key=lambda row: -row.spread))


def _mean(cells: Sequence[Result]) -> float | None:
    scores = [cell.score for cell in cells if cell.outcome == "done" and cell.score is not None]
    return sum(scores) / len(scores) if scores else None
