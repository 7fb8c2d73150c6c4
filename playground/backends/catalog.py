"""What can be chosen, what is loaded, and the one owner of everything loaded. Safe from many threads."""

import logging
import threading
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from typing import Literal

from playground.backends.base import Backend, Capabilities
from playground.errors import ModelUnavailable, PlaygroundError, UnknownModel
from playground.types import Progress

Report = Callable[[Progress], None]
Kind = Literal["local", "scripted"]
log = logging.getLogger(__name__)
POLL = 0.1  # seconds between looks at a model that loads in another thread


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A model that can be chosen. `load` does the work and reports on it; `capabilities` hold before it is loaded."""

    name: str
    title: str
    kind: Kind
    load: Callable[[Report], Backend]
    capabilities: Capabilities


@dataclass(frozen=True, kw_only=True)
class ModelInfo:
    """What a list of models shows of one."""

    name: str
    title: str
    kind: Kind
    loaded: bool
    capabilities: Capabilities


class _Loading(threading.Thread):
    """One load, watched by everybody who wants the model."""

    def __init__(self, entry: Entry) -> None:
        super().__init__(name=f"load {entry.name}", daemon=True)
        self.entry = entry
        self.progress = Progress(what=f"Loading {entry.title}")
        self.backend: Backend | None = None
        self.error = ""  # why it failed, in words for anybody

    def run(self) -> None:
        try:
            self.backend = self.entry.load(self._report)
        except PlaygroundError as error:
            self.error = str(error)
        except Exception:
            log.exception("Loading %s failed", self.entry.name)
            self.error = f"{self.entry.title} could not be loaded; the server's log says why."
        if self.error:
            log.warning("%s", self.error)

    def _report(self, progress: Progress) -> None:
        self.progress = progress


class Catalog:
    """Models by name. The first to open one loads it; everybody else waits for the same load."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = {entry.name: entry for entry in entries}
        self._loads: dict[str, _Loading] = {}
        self._lock = threading.Lock()

    def models(self) -> tuple[ModelInfo, ...]:
        return tuple(self._info(entry) for entry in self._entries.values())

    def info(self, name: str) -> ModelInfo:
        """Raises UnknownModel."""
        return self._info(self._entry(name))

    def open(self, name: str) -> Generator[Progress, None, Backend]:
        """Yield progress until the model is loaded, then return it. Closing leaves the load to the others.

        Raises UnknownModel, or ModelUnavailable when loading fails; the next `open` tries again.
        """
        load = self._load(self._entry(name))
        while load.is_alive():
            yield load.progress
            load.join(POLL)
        if load.backend is None:
            with self._lock:
                if self._loads.get(name) is load:
                    del self._loads[name]
            raise ModelUnavailable(load.error)  # one each: an exception raised in two threads mixes tracebacks
        return load.backend

    def preload(self, name: str) -> None:
        """Begin to load in the background. An error waits for the first who opens the model."""
        self._load(self._entry(name))

    def status(self, name: str) -> Progress | PlaygroundError | None:
        """What the model is doing: progress while it loads, the error if that failed, None when it rests."""
        load = self._loads.get(self._entry(name).name)
        if load is None or load.backend is not None:
            return None
        return ModelUnavailable(load.error) if load.error else load.progress

    def loaded(self, name: str) -> Backend | None:
        """The model if it is ready now."""
        load = self._loads.get(self._entry(name).name)
        return load.backend if load else None

    def _load(self, entry: Entry) -> _Loading:
        with self._lock:
            if entry.name not in self._loads:
                load = _Loading(entry)
                load.start()
                self._loads[entry.name] = load  # once it runs: a thread not yet started looks like one that ended
            return self._loads[entry.name]

    def _entry(self, name: str) -> Entry:
        if name not in self._entries:
            raise UnknownModel(f"There is no model named {name!a}; choose one of {', '.join(self._entries)}.")
        return self._entries[name]

    def _info(self, entry: Entry) -> ModelInfo:
        backend = self.loaded(entry.name)
        capabilities = backend.capabilities if backend else entry.capabilities
        return ModelInfo(
            name=entry.name, title=entry.title, kind=entry.kind, loaded=backend is not None, capabilities=capabilities
        )
