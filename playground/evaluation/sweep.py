"""Asks one prompt at a grid of temperatures and top-p, to see how much the answers vary."""

import math
import statistics
from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Annotated

from pydantic import Field

from playground.backends.catalog import Catalog
from playground.errors import LimitReached
from playground.parameters import STRICT, many, number
from playground.running import runner
from playground.strategies.answers import comparison_key, extract_answer, without_reasoning
from playground.strategies.base import Answer, Ask, Running, gather, system_message, user_message
from playground.strategies.parts.checks import check_labels, check_required
from playground.strategies.parts.material import with_material
from playground.types import Completion, Run, Setup, Step, Task

MAX_SAMPLES = 400  # in one sweep: a class shares the machine
Temperature = Annotated[float, Field(ge=0, le=2)]
TopP = Annotated[float, Field(ge=0, le=1)]


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """A procedure of which every cell is one step: `samples` answers at one temperature and one top-p, all at once."""

    __pydantic_config__ = STRICT

    temperatures: tuple[Temperature, ...] = many(max_length=8, help="Each is a row of the grid.")
    top_ps: tuple[TopP, ...] = many(max_length=8, help="Each is a column of the grid.")
    samples: int = number(8, 1, 40, step=1, help="Answers in each cell.")

    @property
    def cells(self) -> list[tuple[float, float]]:
        """(temperature, top-p), row by row."""
        return [(t, p) for t in self.temperatures for p in self.top_ps]

    def check(self, task: Task) -> None:
        check_required(task, ("input",), "A sweep")
        check_labels(task)
        if (total := len(self.cells) * self.samples) > MAX_SAMPLES:
            raise LimitReached(
                f"This sweep has {total} answers; {MAX_SAMPLES} is the most. Take fewer cells or samples."
            )

    def carry_out(self, task: Task, ask: Ask) -> Running:
        task = with_material(task)
        messages = (*system_message(task.role), user_message(task.input))
        yield from gather(
            [
                ask(
                    f"temperature {t:g}, top-p {p:g}",
                    messages,
                    n=self.samples,
                    together="Sweep",
                    temperature=t,
                    top_p=p,
                )
                for t, p in self.cells
            ]
        )
        return Answer(text="")


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepCell:
    """What one cell's answers have in common. `agreement` is the share of the most frequent answer."""

    answers: int
    distinct: int
    agreement: float
    mean_logprob: float | None  # per token, nats; None from a model that gives no probabilities
    mean_tokens: float


def run(setup: Setup, catalog: Catalog, sweep: Sweep, *, max_seconds: float = math.inf) -> Generator[Run, None, None]:
    """The sweep as a Run that grows, one step a cell, in the order of `sweep.cells`."""
    settings = [replace(setup.sampling, temperature=t, top_p=p) for t, p in sweep.cells]
    return runner.carry_out(sweep, setup, catalog, also=settings, max_seconds=max_seconds)


def summary(step: Step, task: Task) -> SweepCell | None:
    """Numbers of one cell; None until an answer has come to its end."""
    completions = whole_answers(step)
    if not completions:
        return None
    read = [comparison_key(answer_of(c, task)) for c in completions]
    tokens = [token.logprob for c in completions for token in c.tokens]
    return SweepCell(
        answers=len(completions),
        distinct=len(set(read)),
        agreement=max(map(read.count, read)) / len(read),
        mean_logprob=statistics.fmean(tokens) if tokens else None,
        mean_tokens=statistics.fmean(c.completion_tokens for c in completions),
    )


def whole_answers(step: Step) -> list[Completion]:
    """Those that came to their end: none that was stopped or withheld."""
    return [c for c in step.completions if c.finish_reason in ("stop", "length")]


def answer_of(completion: Completion, task: Task) -> str:
    """By which completions count as equal: the answer of the wanted kind, without one all that was said."""
    return extract_answer(completion.text, task.answer, task.labels) or without_reasoning(completion.text)
