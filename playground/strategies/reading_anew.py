"""The replies of a run read anew, when nothing of a setup has changed but what is read out of them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from playground.returning import Returning
from playground.strategies import technique_of
from playground.strategies.base import Asking, Using
from playground.types import Completion, Message, Run, Setup, Step


class _AskedOtherwiseError(Exception):
    """The technique would send something else now."""


@dataclass(frozen=True)
class _KnownSteps:
    """`ask` without a model: the steps of a run in their order, as long as they are what is asked."""

    left: Iterator[Step]

    def __call__(
        self,
        label: str,
        messages: tuple[Message, ...],
        *,
        n: int = 1,
        prefill: str = "",
        together: str = "",
        depends_on: tuple[str, ...] = (),
        **overrides: Any,
    ) -> Asking:
        yield from ()
        return self._next(Step(label=label, messages=messages, prefix=prefill), n)

    def use(self, label: str, tool: str, argument: str, *, depends_on: tuple[str, ...] = ()) -> Using:
        yield from ()
        (completion,) = self._next(Step(label=label, messages=(Message("user", argument),), tool=tool), 1)
        return completion

    def _next(self, asked: Step, n: int) -> tuple[Completion, ...]:
        known = next(self.left, None)
        if known is None or replace(known, together="", depends_on=(), completions=()) != asked:
            raise _AskedOtherwiseError
        if len(known.completions) != n:
            raise _AskedOtherwiseError
        return known.completions


def read_anew(run: Run, setup: Setup) -> Run | None:
    """The run with its answer as this checked setup reads it, without asking a model.

    None for a run that has not come to its end, and where more has changed than the answer type and the labels, or
    these are part of what is sent: then only a new run can tell.
    """
    before = run.setup.task
    unread = replace(setup, task=replace(setup.task, answer=before.answer, labels=before.labels))
    if run.status != "done" or setup == run.setup or unread != run.setup:
        return None
    steps = _KnownSteps(iter(run.steps))
    try:
        with Returning(technique_of(setup).carry_out(setup.task, steps)) as reading:
            for _ in reading:
                pass
    except _AskedOtherwiseError:
        return None
    if next(steps.left, None) is not None:
        return None
    return reading.value.conclude(replace(run, setup=setup))
