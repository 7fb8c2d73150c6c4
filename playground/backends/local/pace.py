"""How many threads a step uses: all of them or one, whichever was quicker lately."""

import time
from collections.abc import Callable

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

    def took(self, rows: int, seconds: float) -> None:
        """Note how long a step of so many rows took; `threads` is right for the next one."""
        if self.most == 1:
            return
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
