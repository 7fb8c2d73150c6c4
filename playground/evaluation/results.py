"""The results of an experiment: one for each cell, in a table that grows."""

from dataclasses import dataclass
from typing import Literal

from playground.evaluation.plan import Experiment, Item

CellOutcome = Literal["done", "failed"]
TableStatus = Literal["running", "done", "stopped", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class VotePath:
    """One voter of a vote: its answer, if it gave one, and exp(mean token log-probability), if that is known."""

    answer: str | None
    weight: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One cell after it was asked and scored. `score` is 0 to 1; `right` says so where a score is yes or no.

    `extracted` is False when the words hold no answer of the kind asked for: that counts as wrong, and is counted
    apart. `confidence` is the vote's share for the answer, or exp(mean token log-probability) without a vote.
    """

    key: str  # of the stored run
    column: str
    item: str
    repetition: int = 0
    outcome: CellOutcome = "done"
    answer: str = ""
    predicted: str = ""  # the answer as the scorer read it: a number, a label
    score: float | None = None  # None when failed
    right: bool | None = None
    extracted: bool = True
    note: str = ""  # why, in words: the scorer's, or the error
    disagree: bool = False  # a judge decided otherwise when the two answers were swapped
    confidence: float | None = None
    paths: tuple[VotePath, ...] = ()
    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0
    cost: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """An experiment under way or at its end: the results so far, in the order they came."""

    experiment: Experiment
    items: tuple[Item, ...]
    columns: tuple[str, ...]
    results: tuple[Result, ...] = ()
    total: int = 0  # cells in all
    stored_count: int = 0  # of them, already in the store when it began
    status: TableStatus = "running"
    seconds: float = 0.0  # since it began
    rate: float = 0.0  # new cells per second, lately
    remaining: float | None = None  # seconds, estimated
    message: str = ""  # what went wrong, or what to know
