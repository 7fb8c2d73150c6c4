"""Looks at watches again when they are due, one after the other, for as long as the app runs."""

import logging
import threading
import time
from collections.abc import Callable, Generator
from typing import Any

from playground.errors import PlaygroundError
from playground.evaluation.watching.kept import Kept, Watches
from playground.evaluation.watching.looks import Look
from playground.evaluation.watching.watch import Watch
from playground.returning import Returning

LONGEST_SLEEP = 3600.0  # seconds: another process may have looked meanwhile, or the clock was set
LONGEST_END = 30.0  # seconds that a look may take to end
AFTER_FAULT = 60.0  # seconds, where the store cannot be read or written
BUG = "a bug in the playground; the server's log has the details"
Asking = Callable[[Watch, threading.Event], Generator[Any, None, Look]]
log = logging.getLogger(__name__)


class Schedule:
    """One thread, which sleeps until the next look is due. `ask` asks a watch, and is stopped by its event.

    When a watch was last looked at stands with it in the store, so that this outlives the app.
    """

    def __init__(self, watches: Watches, ask: Asking, clock: Callable[[], float] = time.time) -> None:
        self._watches, self._ask, self._clock = watches, ask, clock
        self._news, self._closed = threading.Event(), threading.Event()
        self._halt, self._asked = threading.Event(), ""  # of the look that goes on, and the key of its watch
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to look. Nothing is asked before something is due."""
        self._thread = threading.Thread(target=self._run, name="watches", daemon=True)
        self._thread.start()

    def change(self, watch: Watch, every: int) -> Kept:
        """Look at a watch every so many seconds from now on, 0 for by hand alone. Raises StoreFailed."""
        kept = self._watches.schedule(watch, every)
        self.look_anew()
        return kept

    def look_anew(self) -> None:
        """What is due has changed. A look that goes on is given up where its watch is looked at by hand alone now."""
        if not any(kept.every for kept in self._watches.all() if kept.watch.key == self._asked):
            self._halt.set()
        self._news.set()

    def close(self) -> None:
        """End the look that goes on, and look no more."""
        self._closed.set()
        self._halt.set()
        self._news.set()
        if self._thread:
            self._thread.join(LONGEST_END)

    def _run(self) -> None:
        while not self._closed.is_set():
            self._news.clear()
            try:
                pause = self._look_at_next()
            except Exception:  # of a store that cannot be read or written
                log.exception("No watch could be looked at.")
                pause = AFTER_FAULT
            self._news.wait(pause)

    def _look_at_next(self) -> float:
        """Look at what has waited longest, if anything is due; returns the seconds until there may be more."""
        due = sorted((kept.due, kept.watch.key, kept) for kept in self._watches.all() if kept.due is not None)
        if not due:
            return LONGEST_SLEEP
        at, _, kept = due[0]
        if (wait := at - self._clock()) > 0:
            return min(wait, LONGEST_SLEEP)
        self._halt.clear()  # before anybody can want an end of this look
        self._asked, began = kept.watch.key, self._clock()
        if self._closed.is_set():
            return 0.0
        try:
            with Returning(self._ask(kept.watch, self._halt)) as work:
                for _ in work:
                    pass
            seen = work.value
        except Exception as error:  # a look in any case: without one it would be next again, before all others
            if not (known := isinstance(error, PlaygroundError)):  # a model that is not there any more, for example
                log.exception("A watch could not be looked at.")
            seen = Look(made=began, seconds=0.0, columns={}, complete=False, message=str(error) if known else BUG)
        if not self._halt.is_set():
            self._watches.add_scheduled(kept.watch, seen)
        return 0.0
