"""Keeps up to `parallel` samples in flight per model."""

from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

from playground.evaluation.running.cells import AskResult
from playground.evaluation.store import StoreKey
from playground.evaluation.store.records import StoredRun
from playground.types import Setup

TICK = 0.1  # seconds without news after which the caller gets a chance to stop
MAX_SAME_FAILURES = (
    20  # failures with the same words, one after the other: the model is gone, and the rest is not tried
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A setup to be asked; `tag` says for what, `rows` how many samples of it are drawn at once."""

    tag: tuple[int, ...]
    setup: Setup
    key: StoreKey
    rows: int = 1


@dataclass(frozen=True, slots=True)
class FinishedJob:
    """A job and what came of it."""

    job: Job
    result: AskResult


@dataclass
class _ModelQueue:
    """The jobs of one model: those that wait, and how many samples of it are on their way."""

    waiting: Iterator[Job]
    urgent: deque[Job] = field(default_factory=deque)
    rows: int = 0
    failures: Counter[str] = field(default_factory=Counter)  # of the same words, since the last success


class JobQueue:
    """`submit` sends a setup on its way; `room` says how many samples a model may draw at once.

    `abandoned` are the models whose jobs failed again and again with the same words, and these words.
    """

    def __init__(
        self, submit: Callable[[Setup], "Future[AskResult]"], room: Callable[[str], int], halt: Callable[[], bool]
    ) -> None:
        self.abandoned: dict[str, str] = {}
        self._submit, self._room, self._halt = submit, room, halt
        self._queues: dict[str, _ModelQueue] = {}
        self._jobs: dict[Future[AskResult], Job] = {}
        self._ended: SimpleQueue[Future[AskResult]] = SimpleQueue()

    @property
    def on_way(self) -> int:
        """How many jobs have begun and not ended."""
        return len(self._jobs)

    def add_queue(self, model: str, jobs: Iterator[Job]) -> None:
        """The jobs for a model, taken one by one when there is room for them."""
        self._queues[model] = _ModelQueue(jobs)

    def add(self, job: Job) -> None:
        """One job more, before those that wait in line."""
        self._queues.setdefault(job.setup.model, _ModelQueue(iter(()))).urgent.append(job)

    def work(self) -> Generator[FinishedJob | None, None, None]:
        """What comes of the jobs, in the order in which they end; None when nothing has for a while.

        Ends when all are done, or at a halt. Raises what is no PlaygroundError, as the bug it is.
        """
        while True:
            if not (halted := self._halt()):
                self._fill()
            if not self._jobs:
                return
            try:
                future = self._ended.get(block=not halted, timeout=TICK)
            except Empty:
                if halted:
                    return
                yield None
                continue
            job = self._jobs.pop(future)
            line = self._queues[job.setup.model]
            line.rows -= job.rows
            result = future.result()
            self._count(job.setup.model, line, result)
            if result.record or result.error:
                yield FinishedJob(job, result)

    def unreported(self) -> Iterator[tuple[StoreKey, StoredRun]]:
        """What has ended and was not told yet, with what it is stored under."""
        while not self._ended.empty():
            future = self._ended.get()
            if not future.exception() and (record := future.result().record):
                yield self._jobs[future].key, record

    def close(self) -> None:
        """What has not begun yet does not begin."""
        for future in self._jobs:
            future.cancel()

    def _fill(self) -> None:
        for model, line in self._queues.items():
            most = self._room(model)
            while model not in self.abandoned and (line.rows == 0 or line.rows < most):
                job = line.urgent.popleft() if line.urgent else next(line.waiting, None)
                if job is None:
                    break
                line.rows += job.rows
                future = self._submit(job.setup)
                self._jobs[future] = job
                future.add_done_callback(self._ended.put)

    def _count(self, model: str, line: _ModelQueue, result: AskResult) -> None:
        if not result.error or result.is_withheld or result.error not in line.failures:
            line.failures.clear()
        if result.error and not result.is_withheld:
            line.failures[result.error] += 1
            if line.failures[result.error] >= MAX_SAME_FAILURES:
                self.abandoned[model] = result.error
