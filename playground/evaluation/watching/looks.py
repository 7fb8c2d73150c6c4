"""One look at a watch: when it was, and what every item of every column scored."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from playground.evaluation.findings import scores
from playground.evaluation.findings.summary import summaries
from playground.evaluation.results import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnLook:
    """The mean score of a column with its 95 % interval, None where nothing has a score, and the means by item.

    `binary`: every score is right or wrong, and each item was asked once.
    """

    mean: float | None
    low: float | None
    high: float | None
    failed: int
    binary: bool
    items: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What came of asking everything once. `made` is when, in seconds since 1970; `weights` says which answered.

    `complete`: every cell has a score. `message` is what went wrong where it could not be carried through.
    """

    made: float
    seconds: float
    columns: Mapping[str, ColumnLook]
    weights: str = ""
    complete: bool = True
    message: str = ""


def look_of(table: Table, made: float, weights: str = "") -> Look:
    """What a table at its end says."""
    means = scores.score_array(table)
    columns = {}
    for place, summary in enumerate(summaries(table)):
        values = means.values[place]
        has_score = ~np.isnan(values).all(axis=1)
        by_item = zip(
            (item.id for item, has in zip(table.items, has_score, strict=True) if has),
            scores.item_means(values),
            strict=True,
        )
        columns[summary.column] = ColumnLook(
            mean=summary.mean, low=summary.low, high=summary.high, failed=summary.failed,
            binary=means.binary[place] and table.experiment.repetitions == 1,
            items={name: float(value) for name, value in by_item},
        )  # fmt: skip
    scored = all(len(one.items) == len(table.items) and not one.failed for one in columns.values())
    return Look(
        made=made, seconds=table.seconds, columns=columns, weights=weights, complete=table.status == "done" and scored,
        message=table.message,
    )  # fmt: skip
