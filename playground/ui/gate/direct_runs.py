"""Runs that do not come through Gradio's queue: they take places of the same shares, each in its turn."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus

from starlette.types import Scope

from playground.lessons.shelf import ORIGINAL
from playground.ui.gate.refusals import Refusal
from playground.ui.handlers.fair_shares import Count, Share
from playground.ui.handlers.visitors import Visitor
from playground.ui.language import choosing
from playground.ui.language.texts import texts_of

BUSY = "Too many requests are waiting: {}. Wait until some of them are done, then try again."


def say_busy(why: str, scope: Scope) -> str:
    """That it is not this request's turn, in the language of the request."""
    return texts_of(scope.get(choosing.NAME, ORIGINAL)).translate(BUSY.format(why))


@dataclass(eq=False)
class DirectRun:
    """One that waits; `asked` is on the clock of Gradio's events."""

    visitor: Visitor
    asked: float = field(default_factory=time.monotonic)
    may_begin: asyncio.Event = field(default_factory=asyncio.Event)

    def turn(self, count: Count) -> tuple[int, float]:
        """The lowest is next: whose visitor has least under way, then the oldest."""
        return count.by_visitor[self.visitor.id], self.asked


class DirectRuns:
    """Those that wait and those that have begun. For the thread of the server only."""

    def __init__(self, why_full: Callable[[Visitor], str], begin_next: Callable[[], None]) -> None:
        """`why_full` says why no more of this visitor's may wait; `begin_next` lets those begin whose turn it is."""
        self._why_full, self._begin_next = why_full, begin_next
        self.waiting: list[DirectRun] = []
        self.under_way: list[Visitor] = []

    def next(self, count: Count, share: Share) -> DirectRun | None:
        """The first of those whose visitor has a place left, beside the `count` that goes on."""
        may_begin = (run for run in self.waiting if not share.full(count, run.visitor))
        return min(may_begin, key=lambda run: run.turn(count), default=None)

    def begin(self, run: DirectRun) -> None:
        """It waits no longer."""
        self.waiting.remove(run)
        self.under_way.append(run.visitor)
        run.may_begin.set()

    @asynccontextmanager
    async def place(self, visitor: Visitor) -> AsyncIterator[None]:
        """Wait for a place, and hold it. Raises Refusal when the visitor's share of what may wait is used up."""
        if why := self._why_full(visitor):
            raise Refusal(HTTPStatus.TOO_MANY_REQUESTS, BUSY.format(why))
        run = DirectRun(visitor)
        self.waiting.append(run)
        self._begin_next()
        try:
            await run.may_begin.wait()
            yield
        finally:
            if run in self.waiting:
                self.waiting.remove(run)
            else:
                self.under_way.remove(visitor)
            self._begin_next()
