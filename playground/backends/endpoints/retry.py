"""Repeats calls that failed for a moment, with exponential backoff and full jitter.

Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from playground.backends.endpoints.http_client import ReportProgress
from playground.errors import EndpointFailed
from playground.types import Progress

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """`tries` in all; before the k-th repeat, up to `base` x 2^k seconds, `cap` at most.

    A server that asks for more than `patience` seconds is not waited for.
    """

    tries: int = 5
    base: float = 0.5
    cap: float = 8.0
    patience: float = 60.0
    sleep: Sleep = asyncio.sleep
    draw: Callable[[], float] = random.random

    def delay(self, repeat: int, after: float | None) -> float:
        """Seconds to wait before repeat 0, 1, ...; `after` are those that the server asked for."""
        longest: float = min(self.cap, self.base * 2**repeat)
        return (after or 0.0) + self.draw() * longest

    async def run(
        self, attempt: Callable[[], Awaitable[T]], has_begun: Callable[[], bool], report: ReportProgress
    ) -> T:
        """The result of the attempt, repeated while nothing of the answer has `begun`.

        Raises the last EndpointFailed, saying how often it was tried.
        """
        for repeat in range(self.tries):
            try:
                return await attempt()
            except EndpointFailed as error:
                if has_begun() or not error.is_transient:
                    raise
                if repeat == self.tries - 1:
                    raise EndpointFailed(f"{error} It was tried {self.tries} times.") from None
                if (error.retry_after or 0.0) > self.patience:
                    raise EndpointFailed(f"{error} It asks to wait {error.retry_after:.0f} seconds.") from None
                seconds, why = self.delay(repeat, error.retry_after), str(error)
            report(Progress(what=f"Waiting {max(1, round(seconds))} s to ask again: {why}"))
            await self.sleep(seconds)
        raise AssertionError  # the loop returns or raises
