"""How many threads a step uses: all of them or one, whichever was quicker lately."""

import functools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch

SOON, LATE = 1.0, 16.0  # seconds until the other way is tried again; trying all threads can be dear


class Pace:
    """Tries the other way for one step now and then, and keeps to it if that step was quicker.

    The threads of a product wait for each other. Where something else uses a core too, they wait for that thread's
    turn, at every one of the products of a step: ten milliseconds become a second. One thread waits for nobody.
    `most` is the number of all threads; `clock` gives seconds.
    """

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.most, self.threads = most, most
        self._clock = clock
        self._pause = SOON
        self._due = clock() + SOON
        self._before: tuple[int, float] | None = None  # rows and seconds of the step before the one that tries

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
        if self._before is None:
            if self._clock() >= self._due:
                self._before = rows, seconds
                self._turn()
            return
        same, before = self._before[0] == rows, self._before[1]
        self._before = None
        if same and seconds < before:
            self._pause = SOON
        else:
            self._turn()
            self._pause = SOON if self.threads == self.most else min(2 * self._pause, LATE)
        self._due = self._clock() + self._pause

    def _turn(self) -> None:
        self.threads = 1 if self.threads == self.most else self.most


def set_threads_here(count: int) -> None:
    """Give this thread's products so many threads. What torch sets is also what threads yet to start begin with:
    for them another thread sets it back, so that no other model and no task model is slow for good.
    """
    torch.set_num_threads(count)
    others = threading.Thread(target=torch.set_num_threads, args=(all_threads(),))
    others.start()
    others.join()


@functools.cache
def all_threads() -> int:
    """As many as torch was given at the start, whatever a step was given since."""
    return torch.get_num_threads()
