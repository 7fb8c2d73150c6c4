"""The events of one request to an endpoint, as the caller iterates over them."""

from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from queue import Empty, SimpleQueue

from playground.backends.endpoints.http_client import PULSE
from playground.types import Delta, Progress

StreamEvent = list[Delta] | Progress | BaseException | None  # None: it is over


class EndpointStream(Iterator[Delta | Progress]):
    """Closing or dropping it closes the connections at once, from any thread, whatever they wait for.

    While there is no news it says what happens, so that whoever iterates can stop at any time. News that came
    together are told together.
    """

    def __init__(self) -> None:
        self.events: SimpleQueue[StreamEvent] = SimpleQueue()
        self.work: Future[None] | None = None
        self._ready: list[Delta] = []
        self._state = Progress(what="Waiting for the first token")
        self._end: StreamEvent = []

    def __iter__(self) -> "EndpointStream":
        return self

    def __next__(self) -> Delta | Progress:
        while True:
            with suppress(IndexError):  # not asked first: `close` may empty it in between
                return self._ready.pop()
            if self._end is None:
                raise StopIteration
            if isinstance(self._end, BaseException):
                end, self._end = self._end, None
                raise end
            if not self._collect():
                return self._state

    def close(self) -> None:
        """Stop the work. A thread that waits for the next event gets the end."""
        if self.work:
            self.work.cancel()
        self._ready, self._end = [], None
        self.events.put(None)

    def __del__(self) -> None:
        if self.work:
            self.work.cancel()

    def _collect(self) -> bool:
        """Wait for news and take all there is. False when there is none but the state."""
        deltas: dict[tuple[int, bool], Delta] = {}
        try:
            event = self.events.get(timeout=PULSE)
            while True:
                if isinstance(event, Progress):
                    self._state = event
                elif isinstance(event, list):
                    for delta in event:
                        key = delta.index, delta.origin is None  # the first of a sample stays apart: its time counts
                        deltas[key] = _merge_deltas(deltas.get(key), delta)
                    self._state = Progress(what="Writing")
                else:
                    self._end = event
                    break
                event = self.events.get_nowait()
        except Empty:
            pass
        self._ready = list(deltas.values())[::-1]
        return bool(deltas) or not isinstance(self._end, list)


def _merge_deltas(first: Delta | None, then: Delta) -> Delta:
    """Two deltas of one sample, neither its first, as one that came when the second did."""
    if first is None:
        return then
    return replace(
        then,
        text=first.text + then.text,
        tokens=first.tokens + then.tokens,
        reasoning=first.reasoning + then.reasoning,
    )
