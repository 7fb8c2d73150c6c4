"""The replies of a run read anew, when nothing of a setup has changed but what is read out of them."""

from dataclasses import dataclass, replace
from typing import Any

from playground.returning import Returning
from playground.strategies import technique_of
from playground.strategies.base import Asking, Using
from playground.types import Completion, Message, Run, Setup, Step, Task, Weights


class _AskedOtherwiseError(Exception):
    """The technique would send something else now."""


@dataclass(frozen=True)
class _KnownSteps:
    """`ask` without a model: the steps of a run in their order, as long as they are what is asked."""

    left: list[Step]

    def __call__(
        self,
        label: str,
        messages: tuple[Message, ...],
        *,
        n: int = 1,
        prefill: str = "",
        together: str = "",
        depends_on: tuple[str, ...] = (),
        answer_to: Task | None = None,
        weights: Weights | None = None,
        one_of: tuple[str, ...] = (),
        **overrides: Any,
    ) -> Asking:
        yield from ()
        return self._next(Step(label=label, messages=messages, prefix=prefill), n)

    def score(self, step: Step, text: str) -> Using:
        yield from ()
        (completion,) = self._next(replace(step, together="", depends_on=()), 1)
        return completion

    def use(self, label: str, tool: str, argument: str, *, depends_on: tuple[str, ...] = ()) -> Using:
        yield from ()
        (completion,) = self._next(Step(label=label, messages=(Message("user", argument),), tool=tool), 1)
        return completion

    def call(
        self, label: str, name: str, arguments: str, *, fault: str = "", depends_on: tuple[str, ...] = ()
    ) -> Using:
        return self.use(label, name, arguments)

    def excess(self, messages: tuple[Message, ...], most: int | None) -> int:
        """Of a conversation's turns those were left out that are not in the next step."""
        return max(0, len(messages) - len(self.left[0].messages)) if self.left else 0

    def _next(self, asked: Step, n: int) -> tuple[Completion, ...]:
        known = self.left.pop(0) if self.left else None
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
    steps = _KnownSteps([*run.steps])
    try:
        with Returning(technique_of(setup).carry_out(setup.task, steps)) as reading:
            for _ in reading:
                pass
    except _AskedOtherwiseError:
        return None
    if steps.left:
        return None
    return reading.value.conclude(replace(run, setup=setup))
