"""Loading in a thread of its own, which several callers can watch and the last one stops."""

import logging
import threading
from collections.abc import Callable, Generator
from typing import Generic, Protocol, TypeVar, runtime_checkable

from playground.backends.memory import free_memory
from playground.errors import ModelUnavailable, PlaygroundError
from playground.types import Progress

POLL = 0.1  # seconds between looks at a load that goes on
log = logging.getLogger(__name__)
T = TypeVar("T")


class LoadReport(Protocol):
    """What whoever loads tells of it. Both raise Stopped once nobody waits for the load any more."""

    def __call__(self, progress: Progress) -> None: ...

    def reserve(self, size: int, free: int | None = None) -> None:
        """Ask for `size` bytes before using them; `free` are those of a device that is not the main memory.

        Raises LimitReached when they are not there, naming what could be unloaded.
        """
        ...


class Unwatched:
    """A load of which nobody is told, and to which everything fits."""

    def __call__(self, progress: Progress) -> None: ...

    def reserve(self, size: int, free: int | None = None) -> None: ...


@runtime_checkable
class Closable(Protocol):
    """What holds memory or threads for as long as it is loaded."""

    def close(self) -> None: ...


class LoadStopped(Exception):
    """Nobody waits for this load any more."""


class Load(threading.Thread, Generic[T]):
    """`work` loads and returns what was loaded, `reserve` is asked for memory, `discard` undoes what nobody wants.

    It begins when the load that it comes `after` has ended: one that was stopped may be deaf to that for a while.
    `kept` loads go on when nobody waits for them. What they end with is either in `result` or in `error`.
    """

    def __init__(
        self,
        what: str,
        work: Callable[[LoadReport], T],
        reserve: Callable[[int, int | None], None],
        discard: Callable[[T], None],
        after: "Load[T] | None" = None,
    ) -> None:
        super().__init__(name=f"load {what}", daemon=True)
        self.progress = Progress(what=f"Loading {what}")
        self.result: T | None = None
        self.error: PlaygroundError | None = None
        self.reserved_bytes = 0  # bytes, while it goes on
        self.waiting_count = 0
        self.runs_unwatched = False
        self._what, self._work, self._reserve, self._discard = what, work, reserve, discard
        self._after, self._is_halted = after, False
        self._result_lock = threading.Lock()

    def run(self) -> None:
        if self._after is not None:
            self.progress = Progress(what="Waiting for the end of a load that was stopped")
            self._after.join()
            self._after = None
        try:
            self._keep_result(self._work(self))
        except LoadStopped:
            self.error = ModelUnavailable(f"Loading {self._what} was stopped.")
        except PlaygroundError as error:
            self.error = copy_error(error)  # its own traceback holds all that was loaded half
            log.warning("%s", self.error, exc_info=error.__cause__)  # what a library raised, with where
        except BaseException:  # SystemExit of a library too: others wait for this thread
            log.exception("Loading %s failed", self._what)
            self.error = ModelUnavailable(f"{self._what} could not be loaded; the server's log says why.")
        finally:
            if self.reserved_bytes:
                free_memory()
            self.reserved_bytes = 0

    def _keep_result(self, result: T) -> None:
        with self._result_lock:
            if not self._is_halted:
                self.result = result
                return
        self._discard(result)
        raise LoadStopped

    def halt(self) -> bool:
        """Have it stop at its next report, and keep nothing. False when it had already ended well."""
        with self._result_lock:
            self._is_halted = self.result is None
        return self._is_halted

    def __call__(self, progress: Progress) -> None:
        if self._is_halted:
            raise LoadStopped
        self.progress = progress

    def reserve(self, size: int, free: int | None = None) -> None:
        if self._is_halted:
            raise LoadStopped
        self._reserve(size, free)

    def watch(self) -> Generator[Progress, None, T]:
        """Yield progress until it has ended, and return what it loaded. Raises what it failed with."""
        while self.is_alive():
            yield self.progress
            self.join(POLL)
        if self.error is not None:
            raise copy_error(self.error)
        assert self.result is not None
        return self.result


def copy_error(error: PlaygroundError) -> PlaygroundError:
    """One each: an exception raised in two threads mixes tracebacks."""
    return type(error)(str(error))


def close_backend(backend: object) -> None:
    """End the work of what was loaded, if it has any, and free what it holds."""
    if isinstance(backend, Closable):
        backend.close()


def forget_ended(loads: dict[tuple[str, str], Load[T]]) -> None:
    """Drop those that do nothing any more."""
    for key in [key for key, load in loads.items() if not load.is_alive()]:
        del loads[key]
