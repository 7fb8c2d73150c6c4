"""How many threads a step uses: all of them or one, whichever was quicker lately."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median

import torch

from playground.backends.local.weights.threads import set_threads_here

SOON, LATE = 1.0, 16.0  # seconds until the other way is tried again; trying all threads can be dear
STEPS = 3  # that are compared: one alone may be slow for any reason
HOPELESS = 1.4  # times as slow in its first step, and a try is over


class Pace:
    """Tries the other way for some steps now and then, and keeps to it if those were quicker.

    The threads of a product wait for each other. Where something else uses a core too, they wait for that thread's
    turn, at every one of the products of a step: ten milliseconds become a second. One thread waits for nobody.
    `most` is the number of all threads; `clock` gives seconds.
    """

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.most, self.threads = most, most
        self._clock = clock
        self._pause = SOON
        self._due = clock() + SOON
        self._rows = 0  # of the steps that are compared
        self._lately: deque[float] = deque(maxlen=STEPS)  # seconds of the last steps
        self._before: float | None = None  # seconds of a step before the try that is under way

    @contextmanager
    def step(self, rows: int) -> Iterator[None]:
        """Run a step of so many rows with the right number of threads, and learn from it."""
        if self.most == 1:
            yield
            return
        if torch.get_num_threads() != self.threads:
            set_threads_here(self.threads)
        started = self._clock()
        yield
        self.took(rows, self._clock() - started)

    def took(self, rows: int, seconds: float) -> None:
        """Note how long a step of so many rows took; `threads` is right for the next one."""
        if abs(rows - self._rows) > self._rows / 8:  # not to be compared: begin again
            if self._before is not None:
                self._end(False)
            self._rows = rows
            self._lately.clear()
        self._lately.append(seconds)
        if self._before is None:
            if len(self._lately) == STEPS and self._clock() >= self._due:
                self._turn(median(self._lately))
        elif len(self._lately) == 1 and seconds > HOPELESS * self._before:
            self._end(False)
        elif len(self._lately) == STEPS:
            self._end(median(self._lately) < self._before)

    def _end(self, quicker: bool) -> None:
        """The try is over."""
        if not quicker:
            self._turn(None)
        self._before = None
        self._pause = SOON if quicker or self.threads == self.most else min(2 * self._pause, LATE)
        self._due = self._clock() + self._pause

    def _turn(self, before: float | None) -> None:
        self.threads = 1 if self.threads == self.most else self.most
        self._before = before
        self._lately.clear()
