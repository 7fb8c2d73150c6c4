"""Limits for calls to an endpoint: how many at once and how many a minute."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from playground.backends.endpoints.endpoint import EndpointLimits
from playground.backends.endpoints.http_client import ReportProgress
from playground.types import Progress

MINUTE = 60.0


class CallWindow:
    """Calls of the last minute. `wait` is how many seconds until one more is allowed; `take` counts it."""

    def __init__(self, per_minute: int) -> None:
        self._max_calls = per_minute
        self._call_times: deque[float] = deque()

    def seconds_until_free(self, now: float) -> float:
        while self._call_times and self._call_times[0] <= now - MINUTE:
            self._call_times.popleft()
        if not self._max_calls or len(self._call_times) < self._max_calls:
            return 0.0
        return self._call_times[len(self._call_times) - self._max_calls] + MINUTE - now

    def record_call(self, now: float) -> None:
        if self._max_calls:
            self._call_times.append(now)


class CallGate:
    """What every call to one endpoint passes through, in the order in which they come. For one event loop."""

    def __init__(self, limits: EndpointLimits, clock: Callable[[], float] = time.monotonic) -> None:
        self._slots = asyncio.Semaphore(limits.parallel)
        self._turn = asyncio.Lock()
        self._window = CallWindow(limits.per_minute)
        self._clock = clock

    @asynccontextmanager
    async def call_slot(self, report: ReportProgress) -> AsyncIterator[None]:
        """A place for one call with its repeats, waited for if need be, and given back at the end of the block."""
        if self._slots.locked():
            report(Progress(what="Waiting for one of the calls before it to end"))
        async with self._slots:
            yield

    async def wait_for_turn(self, report: ReportProgress) -> None:
        """Wait until the server may be asked once more this minute. A repeat counts as the first time does."""
        async with self._turn:
            while (seconds := self._window.seconds_until_free(self._clock())) > 0:
                report(Progress(what=f"Waiting {seconds:.0f} s: as many calls a minute as are allowed were made"))
                await asyncio.sleep(min(seconds, 1.0))
            self._window.record_call(self._clock())
