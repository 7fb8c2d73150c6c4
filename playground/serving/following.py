"""A run in a thread of its own, followed from the server's event loop until the program has gone."""

import asyncio
import threading
from collections.abc import AsyncIterator, Coroutine, Generator
from contextlib import asynccontextmanager, suppress
from typing import Any, Generic, TypeVar

from starlette.types import Receive

from playground.background import Background

Item = TypeVar("Item")
GONE = "http.disconnect"


class Bell(threading.Event):
    """Rings in an event loop as well as in threads."""

    def __init__(self) -> None:
        super().__init__()
        self.heard = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def set(self) -> None:
        super().set()
        with suppress(RuntimeError):  # the server was closed, and nobody listens any more
            self._loop.call_soon_threadsafe(self.heard.set)


class LatestItems(Generic[Item]):
    """The newest items of a generator, as they come; those that nobody had time for are left out."""

    def __init__(self, generator: Generator[Item, None, None]) -> None:
        self._bell = Bell()
        self._work: Background[Item | None, None] = Background(generator, None, name="program")
        self._work.news = self._bell
        self._work.start()

    async def items(self) -> AsyncIterator[Item]:
        """Raises what the generator raises."""
        last = None
        while True:
            await self._news()
            is_over, item = self._work.ended.is_set(), self._work.latest  # in this order: nothing comes after the end
            if item is not None and item is not last:
                last = item
                yield item
            if is_over:
                break
        if self._work.error is not None:
            raise self._work.error

    async def close(self) -> None:
        """End the work, and wait until it has ended."""
        self._work.halt.set()
        while not self._work.ended.is_set():
            await self._news()

    async def _news(self) -> None:
        await self._bell.heard.wait()
        self._bell.heard.clear()


@asynccontextmanager
async def follow_apart(generator: Generator[Item, None, None]) -> AsyncIterator[AsyncIterator[Item]]:
    """Run the generator aside. On leaving, however that comes about, its work ends."""
    work = LatestItems(generator)
    try:
        yield work.items()
    finally:
        await work.close()


async def unless_gone(receive: Receive, work: Coroutine[Any, Any, None]) -> None:
    """Do the work, and give it up as soon as whoever asked for it has gone. The request was read to its end."""
    working, going = asyncio.create_task(work), asyncio.create_task(_wait_until_gone(receive))
    try:
        await asyncio.wait({working, going}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        has_gone = not working.done()
        for task in (working, going):
            task.cancel()
        with suppress(asyncio.CancelledError):
            await going
    try:
        await working
    except asyncio.CancelledError:
        if not has_gone:
            raise


async def _wait_until_gone(receive: Receive) -> None:
    while (await receive())["type"] != GONE:
        pass
