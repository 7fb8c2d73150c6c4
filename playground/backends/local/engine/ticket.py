"""A ticket is one request inside the engine; a task is other work for the engine's thread."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from playground.backends.base import Request
from playground.backends.local.engine.constraint import RowConstraint
from playground.backends.local.engine.token_readings import TokenReading
from playground.backends.local.kv.prefix_cache import CachedPrefix, NextLogits
from playground.backends.local.weights.wide_lora import BASE, AdapterUse
from playground.errors import GenerationFailed, PlaygroundError
from playground.types import Delta, Progress

log = logging.getLogger(__name__)
Event = Delta | Progress | Tensor | TokenReading

FAILED = "The model failed while answering; the server's log says why."
PULSE = 0.2  # seconds without events after which the caller gets a chance to stop


@dataclass(eq=False, kw_only=True)
class Ticket:
    """One request inside the engine. Only `is_cancelled` is written by the caller's thread.

    A ticket with `sample_count` 0 asks for no text but for the logits after the prompt or, with an `answer`, for how
    likely that answer is after the prompt.
    """

    # What is asked for. It does not change.
    request: Request
    ids: NDArray[np.int64]  # virtual tokens of the adapter, the prompt, then the sample's own earlier words
    prompt_length: int  # how many ids are the prompt, virtual tokens left out; the rest are the earlier words
    limit: int  # most tokens a sample may have
    seed: int  # of the random streams, chosen here where the request leaves it open
    sample_count: int
    virtual_count: int = 0  # leading ids that are virtual tokens
    use: AdapterUse = BASE  # the low-rank adapter and its scale
    answer: tuple[int, ...] = ()  # to be scored: `ids` then ends with all of it but its last token
    constraint: RowConstraint | None = None  # what holds each sample to the form of the answer, as it begins
    submitted_at: float = field(default_factory=time.monotonic)

    # Between the two threads.
    events: "SimpleQueue[list[Event] | BaseException | None]" = field(default_factory=SimpleQueue)
    is_cancelled: bool = False  # nobody iterates any more
    has_ended: bool = False  # the last event was sent

    # How far the engine has come with it.
    prompt: CachedPrefix | None = None  # keys and values of the ids: in part at first, then all of them
    shares_prompt: bool = False  # all samples read the prompt's keys and values; else each has a copy of them
    copied_tokens: int = field(init=False)  # ids whose keys and values each sample has in its own slots
    next_logits: NextLogits | None = None  # the logits after the prompt, once it is computed
    admitted_count: int = 0  # samples that were given a place in the batch
    started_count: int = 0  # of these, samples that have drawn their first token
    finished_count: int = 0  # of these, samples that have ended
    prefill_round: int = 0  # the round in which its prompt was last worked on
    requests_ahead: int | None = None  # in the queue, as last sent to the caller

    def __post_init__(self) -> None:
        self.copied_tokens = 0 if self.shares_prompt else len(self.ids)

    @property
    def vocabulary_ids(self) -> list[int]:
        """The ids without virtual tokens: the prompt, then earlier words or an answer to be scored."""
        ids: list[int] = self.ids[self.virtual_count :].tolist()
        return ids

    @property
    def visitor(self) -> str:
        """Who alone may use what is computed for it; empty for everybody."""
        return self.request.visitor

    @property
    def scoring_start(self) -> int:
        """The position whose logits predict the answer's first token."""
        return len(self.ids) - len(self.answer)

    @property
    def complete_prompt(self) -> CachedPrefix | None:
        """Its prompt, once all of it is computed."""
        return self.prompt if self.prompt is not None and self.prompt.cache.size == len(self.ids) else None

    @property
    def missing_tokens(self) -> int:
        """How many of its ids are not computed yet."""
        return len(self.ids) - (0 if self.prompt is None else self.prompt.cache.size)

    @property
    def slots_per_sample(self) -> int:
        """Slots one sample may come to use: the last token is never fed back."""
        return self.copied_tokens + max(self.limit - 1, 0)

    @property
    def running_count(self) -> int:
        """Samples that have a place in the batch now."""
        return self.admitted_count - self.finished_count

    @property
    def age(self) -> float:
        """Seconds since submission."""
        return time.monotonic() - self.submitted_at

    @property
    def progress(self) -> Progress:
        """What to show while there are no other events."""
        if self.started_count:
            return Progress(what="Writing")
        if self.admitted_count or self.requests_ahead is None:
            return Progress(what="Reading the prompt")
        return Progress(what="Waiting for a place", total=self.requests_ahead, unit="ahead of you")

    def send(self, events: Sequence[Event]) -> None:
        """Give events to the caller."""
        if events:
            self.events.put(list(events))

    def send_queue_position(self, ahead: int) -> None:
        """Say how many requests are ahead in the queue, if that changed."""
        if ahead != self.requests_ahead:
            self.requests_ahead = ahead
            self.send([self.progress])

    def end(self, error: BaseException | None = None) -> None:
        """Send the last event: the error, or None after a complete answer."""
        if not self.has_ended:
            self.has_ended = True
            self.prompt = self.next_logits = None
            self.events.put(error)

    def fail(self, error: BaseException) -> None:
        """End with an error. Those that are no messages for people are logged by the caller and replaced by one."""
        self.end(error if isinstance(error, PlaygroundError) else GenerationFailed(FAILED))


def fail_all(tickets: Iterable[Ticket], error: BaseException) -> None:
    """End several requests with the error that they share."""
    for ticket in tickets:
        ticket.fail(error)


@contextmanager
def isolate_failure(ticket: Ticket) -> Iterator[None]:
    """Run the block for one request: if it raises, that request fails and no other."""
    try:
        yield
    except BaseException as error:  # also what would end the thread that works for all
        log.exception("A request failed.")
        ticket.fail(error)


class EngineStream(Iterator[Event]):
    """Events of one request, for the caller. Closing or dropping it frees the request's rows within one step.

    While there are no events it gives the request's progress, so that the caller can stop at any time.
    """

    def __init__(self, ticket: Ticket) -> None:
        self._ticket = ticket
        self._ready: list[Event] = []
        self._ended = False

    def __next__(self) -> Event:
        while not self._ready:
            if self._ended:
                raise StopIteration
            try:
                event = self._ticket.events.get(timeout=PULSE)
            except Empty:
                return self._ticket.progress
            if isinstance(event, list):
                self._ready = event[::-1]
                continue
            self._ended = True
            if event is not None:
                raise event
        return self._ready.pop()

    def close(self) -> None:
        """Stop the work. A thread that waits for the next event gets the end."""
        self._ticket.is_cancelled = True
        self._ready, self._ended = [], True
        self._ticket.events.put(None)

    def __del__(self) -> None:
        self._ticket.is_cancelled = True


@dataclass(frozen=True, slots=True, eq=False)
class EngineTask:
    """Work that is not a request, for the engine's thread. The caller waits for `result`."""

    work: Callable[[], Any]
    result: "Future[Any]" = field(default_factory=Future)

    def run(self) -> None:
        """Do the work, unless it was cancelled meanwhile."""
        if self.result.set_running_or_notify_cancel():
            try:
                self.result.set_result(self.work())
            except BaseException as error:  # whoever waits is told in any case
                self.result.set_exception(error)
