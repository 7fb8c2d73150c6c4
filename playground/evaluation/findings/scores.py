"""A table's scores as one array of columns, items and repetitions."""

from dataclasses import dataclass

import numpy as np

from playground.evaluation.results import Result, Table
from playground.evaluation.statistics.intervals import Numbers


@dataclass(frozen=True, slots=True)
class Scores:
    """`values` has the shape (columns, items, repetitions), NaN where a cell has no score (failed or not asked).

    `was_asked` is the same in True and False: cells that were asked, failed ones included. `binary` says for each
    column whether all its scores are right or wrong.
    """

    values: Numbers
    was_asked: np.ndarray
    binary: tuple[bool, ...]


def has_score(result: Result) -> bool:
    """Whether a cell has a score. One that failed has none; it is counted, never taken for wrong."""
    return result.outcome == "done" and result.score is not None


def score_array(table: Table) -> Scores:
    """The scores of all cells that have one."""
    column_at = {column: i for i, column in enumerate(table.columns)}
    item_at = {item.id: i for i, item in enumerate(table.items)}
    shape = (len(column_at), len(item_at), table.experiment.repetitions)
    values, was_asked, graded = np.full(shape, np.nan), np.zeros(shape, bool), set()
    for result in table.results:
        index = column_at[result.column], item_at[result.item], result.repetition
        was_asked[index] = True
        if has_score(result):
            values[index] = result.score
            if result.right is None:
                graded.add(result.column)
    return Scores(values, was_asked, tuple(column not in graded for column in table.columns))


def item_means(values: Numbers) -> Numbers:
    """One mean for each item that has a score at all, over its repetitions: (items, repetitions) -> (items,)."""
    has_value = ~np.isnan(values)
    counts = has_value.sum(axis=1)
    means: Numbers = np.where(has_value, values, 0.0).sum(axis=1)[counts > 0] / counts[counts > 0]
    return means
