"""Work that can be stopped: a generator in a thread of its own, which holds up neither page nor Stop, and Ctrl-C."""

import logging
import signal
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from playground.errors import PlaygroundError
from playground.returning import Returning

Item = TypeVar("Item")
Value = TypeVar("Value")
log = logging.getLogger(__name__)


class Background(threading.Thread, Generic[Item, Value]):
    """The generator's newest item as `latest`, and how it ended: with a `value`, or with an `error`.

    `news` is set at each item and at the end; `ended` at the end alone. Once `halt` is set, the generator is closed at
    its next item.
    """

    def __init__(
        self, generator: Generator[Item, Any, Value], first: Item, *, name: str, halt: threading.Event | None = None
    ) -> None:
        """`first` is the latest item until there is one."""
        super().__init__(name=name, daemon=True)
        self.latest = first
        self.error: BaseException | None = None
        self.halt = halt or threading.Event()
        self.news, self.ended = threading.Event(), threading.Event()
        self._work = Returning(generator)

    @property
    def value(self) -> Value:
        """What the generator returned. Raises what the generator raised."""
        if self.error is not None:
            raise self.error
        return self._work.value

    def run(self) -> None:
        try:
            with self._work:  # leaving it ends the work at the model, not only the telling of it
                for item in self._work:
                    self.latest = item
                    self.news.set()
                    if self.halt.is_set():
                        break
        except BaseException as error:  # handed to the one who waits for the end
            self.error = error
            if self.halt.is_set() and not isinstance(error, PlaygroundError):  # nobody may be waiting any more
                log.exception("Work that was stopped failed.")
        finally:
            self.ended.set()
            self.news.set()


@contextmanager
def interruptible() -> Iterator[threading.Event]:
    """An event that Ctrl-C sets: what is done is kept. A second one ends the program."""
    halt = threading.Event()

    def stop(*_: object) -> None:
        if halt.is_set():
            raise KeyboardInterrupt
        halt.set()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield halt
    finally:
        signal.signal(signal.SIGINT, before)
