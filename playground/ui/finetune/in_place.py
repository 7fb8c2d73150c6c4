"""Work that has begun says how it ends where its result would stand: stopped, or failed and why."""

from collections.abc import Callable, Generator, Iterator
from typing import Any

from playground.returning import Returning
from playground.ui.handlers.messages import in_words
from playground.ui.handlers.one_at_a_time import Stoppable, until_stopped
from playground.ui.handlers.tab import Updates
from playground.ui.widgets.status import sentence


def run_in_place(
    work: Generator[Updates, None, Updates], going: Stoppable, state: Any, stopped: Callable[[], Updates]
) -> Iterator[Updates]:
    """What the work shows, and its value at the end, or what `stopped` says; if it fails, why, in the words `state`."""
    try:
        with Returning(work) as steps:
            yield from until_stopped(steps, going)
            yield steps.value if steps.ended else stopped()
    except Exception as error:  # in_words logs what is a bug
        yield {**stopped(), state: sentence(in_words(error), wrong=True)}
