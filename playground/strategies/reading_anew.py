"""The replies of a run read anew, when nothing of a setup has changed but what is read out of them."""

from dataclasses import replace
from typing import Any

from playground.returning import Returning
from playground.strategies import technique_of
from playground.strategies.base import Asking
from playground.types import Message, Run, Setup


class _AskedOtherwiseError(Exception):
    """The technique would send something else now."""


def read_anew(run: Run, setup: Setup) -> Run | None:
    """The run with its answer as this checked setup reads it, without asking a model.

    None for a run that has not come to its end, and where more has changed than the answer type and the labels, or
    these are part of what is sent: then only a new run can tell.
    """
    before = run.setup.task
    unread = replace(setup, task=replace(setup.task, answer=before.answer, labels=before.labels))
    if run.status != "done" or setup == run.setup or unread != run.setup:
        return None
    steps = iter(run.steps)

    def ask(
        label: str,
        messages: tuple[Message, ...],
        *,
        n: int = 1,
        prefill: str = "",
        together: str = "",
        depends_on: tuple[str, ...] = (),
        **overrides: Any,
    ) -> Asking:
        known = next(steps, None)
        if known is None or (known.label, known.messages, known.prefix) != (label, messages, prefill):
            raise _AskedOtherwiseError
        if len(known.completions) != n:
            raise _AskedOtherwiseError
        yield from ()
        return known.completions

    try:
        with Returning(technique_of(setup).carry_out(setup.task, ask)) as reading:
            for _ in reading:
                pass
    except _AskedOtherwiseError:
        return None
    if next(steps, None) is not None:
        return None
    return reading.value.conclude(replace(run, setup=setup))
