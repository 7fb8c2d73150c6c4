"""One run of a kind per session, with the button that stops it: only the run itself writes to the page."""

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

from playground.errors import LimitReached
from playground.ui.handlers.event_options import AT_ONCE
from playground.ui.handlers.messages import report_errors

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stoppable:
    """What a session remembers of its last run. `halt` stops the run, and is set when the run has ended.

    A run that is worked on in its `with` block has ended after it, also when the page was closed.
    """

    halt: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.halt.set()


def refuse_second(last: Stoppable | None) -> None:
    """Raises LimitReached while the session's last run goes on."""
    if last is not None and not last.halt.is_set():
        raise LimitReached("A run of yours is still going on; stop it or wait for its end.")


def wire_stop(event: Any, memory: Any) -> None:
    """Let an event, such as the click of a Stop button, stop the run that the session's memory holds."""

    @report_errors
    def stop(last: Stoppable | None) -> None:
        if last is not None:
            last.halt.set()  # the run itself shows how it ended: only one writes to the page

    event(stop, memory, None, **AT_ONCE)


def until_stopped(work: Iterable[Item], going: Stoppable) -> Iterator[Item]:
    """What comes of the work until its end, or until it is stopped."""
    for item in work:
        yield item
        if going.halt.is_set():
            return


def news(items: Iterable[Item]) -> Iterator[Item]:
    """The items without those that are equal to the one before."""
    last: Item | None = None
    for item in items:
        if item != last:
            yield item
        last = item
