"""Chooses the number of threads of a step: all of them or one, whichever was quicker lately."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median

import torch

from playground.backends.local.weights.threads import set_threads_here

SOON, LATE = 1.0, 16.0  # seconds until the other way is tried again; trying all threads can be dear
COMPARED_STEPS = 3  # that are compared: one alone may be slow for any reason
GIVE_UP_RATIO = 1.4  # times as slow in its first step, and a try is over


class ThreadCount:
    """Tries the other way for some steps now and then, and keeps to it if those were quicker.

    The threads of a product wait for each other. Where something else uses a core too, they wait for that thread's
    turn, at every one of the products of a step: ten milliseconds become a second. One thread waits for nobody.
    `most` is the number of all threads; `clock` gives seconds.
    """

    def __init__(self, max_threads: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.max_threads, self.threads = max_threads, max_threads
        self._clock = clock
        self._pause = SOON
        self._next_trial = clock() + SOON
        self._compared_rows = 0  # of the steps that are compared
        self._recent_seconds: deque[float] = deque(maxlen=COMPARED_STEPS)  # seconds of the last steps
        self._seconds_before: float | None = None  # seconds of a step before the try that is under way

    @contextmanager
    def step(self, rows: int) -> Iterator[None]:
        """Run a step of so many rows with the right number of threads, and learn from it."""
        if self.max_threads == 1:
            yield
            return
        if torch.get_num_threads() != self.threads:
            set_threads_here(self.threads)
        started = self._clock()
        yield
        self.record(rows, self._clock() - started)

    def record(self, rows: int, seconds: float) -> None:
        """Note how long a step of so many rows took; `threads` is right for the next one."""
        if abs(rows - self._compared_rows) > self._compared_rows / 8:  # not to be compared: begin again
            if self._seconds_before is not None:
                self._end_trial(False)
            self._compared_rows = rows
            self._recent_seconds.clear()
        self._recent_seconds.append(seconds)
        if self._seconds_before is None:
            if len(self._recent_seconds) == COMPARED_STEPS and self._clock() >= self._next_trial:
                self._switch(median(self._recent_seconds))
        elif len(self._recent_seconds) == 1 and seconds > GIVE_UP_RATIO * self._seconds_before:
            self._end_trial(False)
        elif len(self._recent_seconds) == COMPARED_STEPS:
            self._end_trial(median(self._recent_seconds) < self._seconds_before)

    def _end_trial(self, quicker: bool) -> None:
        """The try is over."""
        if not quicker:
            self._switch(None)
        self._seconds_before = None
        self._pause = SOON if quicker or self.threads == self.max_threads else min(2 * self._pause, LATE)
        self._next_trial = self._clock() + self._pause

    def _switch(self, seconds_before: float | None) -> None:
        self.threads = 1 if self.threads == self.max_threads else self.max_threads
        self._seconds_before = seconds_before
        self._recent_seconds.clear()
