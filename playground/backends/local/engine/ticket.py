"""A request on its way, or an errand: what the caller's thread and the engine's thread share."""

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
from playground.backends.local.engine.token_readings import Reading
from playground.backends.local.kv.prefix_cache import Outcome, Prefix
from playground.backends.local.weights.wide_lora import BASE, Use
from playground.errors import GenerationFailed, PlaygroundError
from playground.types import Delta, Progress

log = logging.getLogger(__name__)
Event = Delta | Progress | Tensor | Reading

FAILED = "The model failed while answering; the server's log says why."
PULSE = 0.2  # seconds without news after which the caller gets a chance to stop


@dataclass(eq=False, kw_only=True)
class Ticket:
    """One request inside the engine. Only `closed` is written by the caller's thread.

    The `ids` begin with the virtual tokens of the adapter, if it has any; `asked` of the others are the prompt, the
    rest are the sample's own earlier words. With `shared`, all samples follow the prompt as their stem; else each
    begins with a copy of what the prompt has beyond stems known before. `use` is of low-rank weights. `limit` is the
    most tokens a sample may have; `seed` is fixed even where the request left it open.
    `samples` 0 asks for the logits after the prompt and for no text, or with an `answer` for how likely that is;
    then `ids` has it too, all but its last token.
    """

    request: Request
    ids: NDArray[np.int64]
    asked: int
    limit: int
    seed: int
    samples: int
    shared: bool = False
    virtual: int = 0
    use: Use = BASE
    answer: tuple[int, ...] = ()
    news: "SimpleQueue[list[Event] | BaseException | None]" = field(default_factory=SimpleQueue)
    submitted: float = field(default_factory=time.monotonic)
    closed: bool = False
    over: bool = False

    prompt: Prefix | None = None  # its prompt's keys and values: under way, then whole
    own: int = field(init=False)  # tokens of its prompt that are in each sample's own slots
    outcome: Outcome | None = None  # the logits after the prompt; set when the prompt is whole
    granted: int = 0  # samples that were given a place
    started: int = 0  # of these, samples that drew their first token
    finished: int = 0
    turn: int = 0  # when its prompt was last worked on
    ahead: int | None = None  # places before it in the queue, as last told

    def __post_init__(self) -> None:
        self.own = 0 if self.shared else len(self.ids)

    @property
    def words(self) -> list[int]:
        """The ids that are in the vocabulary: a prompt and perhaps earlier words, or an answer to be judged."""
        words: list[int] = self.ids[self.virtual :].tolist()
        return words

    @property
    def visitor(self) -> str:
        """Who alone may use what is computed for it; empty for everybody."""
        return self.request.visitor

    @property
    def judged(self) -> int:
        """The position whose logits are of the answer's first token."""
        return len(self.ids) - len(self.answer)

    @property
    def whole(self) -> Prefix | None:
        """Its prompt, once there is nothing of it left to compute."""
        return self.prompt if self.prompt is not None and self.prompt.cache.size == len(self.ids) else None

    @property
    def unread(self) -> int:
        """Tokens of its prompt, or of that and its answer, that are not computed."""
        return len(self.ids) - (0 if self.prompt is None else self.prompt.cache.size)

    @property
    def need(self) -> int:
        """Slots one sample may come to use: the last token is never fed back."""
        return self.own + max(self.limit - 1, 0)

    @property
    def places(self) -> int:
        """Places in the batch that it holds now."""
        return self.granted - self.finished

    @property
    def age(self) -> float:
        """Seconds since submission."""
        return time.monotonic() - self.submitted

    @property
    def state(self) -> Progress:
        """What happens while there is no other news."""
        if self.started:
            return Progress(what="Writing")
        if self.granted or self.ahead is None:
            return Progress(what="Reading the prompt")
        return Progress(what="Waiting for a place", total=self.ahead, unit="ahead of you")

    def tell(self, events: Sequence[Event]) -> None:
        """Hand events to whoever iterates."""
        if events:
            self.news.put(list(events))

    def tell_place(self, ahead: int) -> None:
        """Say how many requests are ahead in the queue, if that changed."""
        if ahead != self.ahead:
            self.ahead = ahead
            self.tell([self.state])

    def end(self, error: BaseException | None = None) -> None:
        """Nothing follows, or `error` does."""
        if not self.over:
            self.over = True
            self.prompt = self.outcome = None
            self.news.put(error)

    def fail(self, error: BaseException) -> None:
        """End with `error` if it is a message for the person; whatever else it is, whoever catches it logs it."""
        self.end(error if isinstance(error, PlaygroundError) else GenerationFailed(FAILED))


def fail(tickets: Iterable[Ticket], error: BaseException) -> None:
    """End all of them with what went wrong for all of them."""
    for ticket in tickets:
        ticket.fail(error)


@contextmanager
def guarded(ticket: Ticket) -> Iterator[None]:
    """Work for one request: if it fails, however it does, that request fails and no other."""
    try:
        yield
    except BaseException as error:  # also what would end the thread that works for all
        log.exception("A request failed.")
        ticket.fail(error)


class Stream(Iterator[Event]):
    """What the caller holds. Closing or dropping it frees the request's rows within one step.

    While there is no news it gives the request's state, so that whoever iterates can stop at any time.
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
                news = self._ticket.news.get(timeout=PULSE)
            except Empty:
                return self._ticket.state
            if isinstance(news, list):
                self._ready = news[::-1]
                continue
            self._ended = True
            if news is not None:
                raise news
        return self._ready.pop()

    def close(self) -> None:
        """Stop the work. A thread that waits for the next event gets the end."""
        self._ticket.closed = True
        self._ready, self._ended = [], True
        self._ticket.news.put(None)

    def __del__(self) -> None:
        self._ticket.closed = True


@dataclass(frozen=True, slots=True, eq=False)
class Errand:
    """Work for the engine's thread. Whoever gave it waits for its result."""

    work: Callable[[], Any]
    result: "Future[Any]" = field(default_factory=Future)

    def run(self) -> None:
        """Do it, unless it was cancelled meanwhile."""
        if self.result.set_running_or_notify_cancel():
            try:
                self.result.set_result(self.work())
            except BaseException as error:  # whoever waits is told in any case
                self.result.set_exception(error)
