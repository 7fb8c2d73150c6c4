"""How hard an endpoint is used: so many calls at once, so many a minute."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from playground.backends.endpoints.endpoint import Limits
from playground.backends.endpoints.wire import Tell
from playground.types import Progress

MINUTE = 60.0


class Window:
    """Calls of the last minute. `wait` is how many seconds until one more is allowed; `take` counts it."""

    def __init__(self, per_minute: int) -> None:
        self._most = per_minute
        self._taken: deque[float] = deque()

    def wait(self, now: float) -> float:
        while self._taken and self._taken[0] <= now - MINUTE:
            self._taken.popleft()
        if not self._most or len(self._taken) < self._most:
            return 0.0
        return self._taken[len(self._taken) - self._most] + MINUTE - now

    def take(self, now: float) -> None:
        if self._most:
            self._taken.append(now)


class Gate:
    """What every call to one endpoint passes through, in the order in which they come. For one event loop."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self._places = asyncio.Semaphore(limits.parallel)
        self._turn = asyncio.Lock()
        self._window = Window(limits.per_minute)
        self._clock = clock

    @asynccontextmanager
    async def call(self, tell: Tell) -> AsyncIterator[None]:
        """A place for one call with its repeats, waited for if need be, and given back at the end of the block."""
        if self._places.locked():
            tell(Progress(what="Waiting for one of the calls before it to end"))
        async with self._places:
            yield

    async def turn(self, tell: Tell) -> None:
        """Wait until the server may be asked once more this minute. A repeat counts as the first time does."""
        async with self._turn:
            while (seconds := self._window.wait(self._clock())) > 0:
                tell(Progress(what=f"Waiting {seconds:.0f} s: as many calls a minute as are allowed were made"))
                await asyncio.sleep(min(seconds, 1.0))
            self._window.take(self._clock())
