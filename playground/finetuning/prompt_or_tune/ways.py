"""What each way, prompted or tuned, scored, took and needed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from playground.evaluation.findings.summary import ColumnSummary
from playground.evaluation.results import Table

Kind = Literal["prompted", "tuned", "both"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """What comes before the first answer: `examples` with known answers, seconds of training, and tokens and tries of a
    search for a prompt."""

    kind: Kind
    examples: int = 0
    training_seconds: float = 0.0
    search_tokens: int = 0
    tries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A column. Scores are 0 to 1, with their 95 % interval; tokens are those of an answer; `seconds` is for how long
    the machine was busy with one."""

    name: str
    preparation: Preparation
    items: int
    failed: int
    mean: float | None
    low: float | None
    high: float | None
    right: int | None
    prompt_tokens: float
    answer_tokens: float
    seconds: float

    @property
    def tokens(self) -> float:
        return self.prompt_tokens + self.answer_tokens

    @property
    def is_tuned(self) -> bool:
        return self.preparation.kind != "prompted"


def way_of(summary: ColumnSummary, preparation: Preparation, at_once: int) -> Way:
    """A column's figures; `at_once` is how many answers the model writes together."""
    return Way(
        name=summary.column, preparation=preparation, items=summary.items, failed=summary.failed, mean=summary.mean,
        low=summary.low, high=summary.high, right=summary.right,
        prompt_tokens=summary.per_cell(summary.prompt_tokens) or 0.0,
        answer_tokens=summary.per_cell(summary.completion_tokens) or 0.0,
        seconds=(summary.per_cell(summary.seconds) or 0.0) / at_once,
    )  # fmt: skip


def best_of(ways: Sequence[Way], *, tuned: bool) -> Way | None:
    """The highest mean of those with a training or without; of equal ones the one that takes fewer tokens."""
    scored = [way for way in ways if way.is_tuned == tuned and way.mean is not None]
    return max(scored, key=lambda way: (way.mean or 0.0, -way.tokens), default=None)


def merged(tables: Sequence[Table]) -> Table:
    """Tables of the same items as one, their columns side by side."""
    return replace(
        tables[0],
        columns=tuple(column for table in tables for column in table.columns),
        results=tuple(result for table in tables for result in table.results),
        total=sum(table.total for table in tables),
    )
