"""One run of a kind per session, with the button that stops it: only the run itself writes to the page."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

from playground.errors import LimitReached
from playground.ui.handlers.event_options import AT_ONCE
from playground.ui.handlers.messages import report_errors

Item = TypeVar("Item")
STILL_GOING = "A run of yours is still going on; stop it or wait for its end."
CAME_SECOND = (
    "Something else that you asked for in the same moment came first, so this was not done. Look at what is there now, "
    "and do it again."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stoppable:
    """What a session remembers of its last run. `halt` stops the run, and is set when the run has ended.

    A run that is worked on in its `with` block has ended after it, also when the page was closed. `followed` is taken
    by the one that comes after it, where only one may.
    """

    halt: threading.Event = field(default_factory=threading.Event)
    followed: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.halt.set()


class NothingYet:
    """What a session remembers where nothing has run yet, and only one may be the first. No dataclass: of one Gradio
    would write down the parts."""

    def __init__(self) -> None:
        self.halt, self.followed = threading.Event(), threading.Lock()
        self.halt.set()

    def __deepcopy__(self, memo: object) -> "NothingYet":
        """Each session begins with its own."""
        return NothingYet()


def refuse_second(last: Stoppable | NothingYet | None) -> None:
    """Raises LimitReached while the session's last run goes on."""
    if last is not None and not last.halt.is_set():
        raise LimitReached(STILL_GOING)


@contextmanager
def take_turn(last: Stoppable | NothingYet) -> Iterator[Stoppable]:
    """What comes after the session's `last`, which the session is to remember in its place.

    Of several that were asked for in the same instant, and so know the same last one, the first is let in: the others
    would write over what it made. Raises LimitReached for them.
    """
    if not last.followed.acquire(blocking=False):
        raise LimitReached(CAME_SECOND)
    with Stoppable() as going:
        try:
            yield going
        except BaseException:  # it came to nothing, and another may
            last.followed.release()
            raise


@contextmanager
def begin_after(last: Stoppable | NothingYet) -> Iterator[Stoppable]:
    """The same, for a run or a change that is made at once, which `last` stands for in the session's memory: raises
    LimitReached while it goes on, too."""
    refuse_second(last)
    with take_turn(last) as going:
        yield going


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
