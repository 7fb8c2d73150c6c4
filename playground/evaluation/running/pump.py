"""Keeps up to `parallel` samples in flight per model."""

from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

from playground.evaluation.running.asking import Asked
from playground.evaluation.store import Key
from playground.evaluation.store.records import Record
from playground.types import Setup

TICK = 0.1  # seconds without news after which the caller gets a chance to stop
HOPELESS = 20  # failures with the same words, one after the other: the model is gone, and the rest is not tried


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A setup to be asked; `tag` says for what, `rows` how many samples of it are drawn at once."""

    tag: tuple[int, ...]
    setup: Setup
    key: Key
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Done:
    """A job and what came of it."""

    job: Job
    asked: Asked


@dataclass
class _Line:
    """The jobs of one model: those that wait, and how many samples of it are on their way."""

    waiting: Iterator[Job]
    urgent: deque[Job] = field(default_factory=deque)
    rows: int = 0
    failures: Counter[str] = field(default_factory=Counter)  # of the same words, since the last success


class Pump:
    """`submit` sends a setup on its way; `room` says how many samples a model may draw at once.

    `given_up` are the models whose jobs failed again and again with the same words, and these words.
    """

    def __init__(
        self, submit: Callable[[Setup], "Future[Asked]"], room: Callable[[str], int], halt: Callable[[], bool]
    ) -> None:
        self.given_up: dict[str, str] = {}
        self._submit, self._room, self._halt = submit, room, halt
        self._lines: dict[str, _Line] = {}
        self._jobs: dict[Future[Asked], Job] = {}
        self._ended: SimpleQueue[Future[Asked]] = SimpleQueue()

    def line(self, model: str, jobs: Iterator[Job]) -> None:
        """The jobs for a model, taken one by one when there is room for them."""
        self._lines[model] = _Line(jobs)

    def add(self, job: Job) -> None:
        """One job more, before those that wait in line."""
        self._lines.setdefault(job.setup.model, _Line(iter(()))).urgent.append(job)

    def work(self) -> Generator[Done | None, None, None]:
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
            line = self._lines[job.setup.model]
            line.rows -= job.rows
            asked = future.result()
            self._count(job.setup.model, line, asked)
            if asked.record or asked.error:
                yield Done(job, asked)

    def unseen(self) -> Iterator[tuple[Key, Record]]:
        """What has ended and was not told yet, with what it is stored under."""
        while not self._ended.empty():
            future = self._ended.get()
            if not future.exception() and (found := future.result().record):
                yield self._jobs[future].key, found

    def close(self) -> None:
        """What has not begun yet does not begin."""
        for future in self._jobs:
            future.cancel()

    def _fill(self) -> None:
        for model, line in self._lines.items():
            most = self._room(model)
            while model not in self.given_up and (line.rows == 0 or line.rows < most):
                job = line.urgent.popleft() if line.urgent else next(line.waiting, None)
                if job is None:
                    break
                line.rows += job.rows
                future = self._submit(job.setup)
                self._jobs[future] = job
                future.add_done_callback(self._ended.put)

    def _count(self, model: str, line: _Line, asked: Asked) -> None:
        if not asked.error or asked.refused or asked.error not in line.failures:
            line.failures.clear()
        if asked.error and not asked.refused:
            line.failures[asked.error] += 1
            if line.failures[asked.error] >= HOPELESS:
                self.given_up[model] = asked.error
