"""The catalog of models and adapters: loads each once, counts its users and unloads it."""

import threading
import time
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from copy import copy
from typing import Any

from playground.backends.account import Account, charged
from playground.backends.base import Backend
from playground.backends.entries import (
    AdapterEntry,
    EntryKey,
    HasDetails,
    ModelEntry,
    ModelInfo,
    Offers,
    describe_adapter,
    describe_model,
    detach,
)
from playground.backends.loads import Load, LoadReport, close_backend, copy_error, forget_ended
from playground.backends.memory import MemoryBudget, MemoryUse, free_memory
from playground.backends.use_counts import UseCounts
from playground.errors import PlaygroundError, UnknownModel
from playground.retrieval.library import Library
from playground.types import Progress

__all__ = ["AdapterEntry", "Catalog", "LoadReport", "ModelEntry", "ModelInfo"]

MAX_LISTED = 20  # models that a message lists: an endpoint may have a thousand


class Catalog:
    """Models and their adapters by name. The first to open one loads it; everybody else waits for the same load.

    Names are looked up here first, then in the `shared` catalog: one of a visitor's own lies over one for all.
    """

    def __init__(
        self,
        entries: Iterable[ModelEntry | AdapterEntry] = (),
        *,
        shared: "Catalog | None" = None,
        budget: MemoryBudget | None = None,
        library: Library | None = None,
    ) -> None:
        self.visitor = ""  # whose requests these are; see `Request`
        self.account: Account | None = None  # what they are charged to
        self._shared = shared
        self.library: Library = library or (shared.library if shared else Library())  # what its requests can search
        self._budget = budget or MemoryBudget()
        self._lock = threading.RLock()
        self._offers = Offers()
        self._loads: dict[EntryKey, Load[Any]] = {}
        self._stopped_loads: dict[EntryKey, Load[Any]] = {}  # until they notice, they hold what they reserved
        self._uses = UseCounts()
        self._last_used: dict[str, float] = {}
        for one in entries:
            self.add(one) if isinstance(one, ModelEntry) else self.add_adapter(one)

    def for_visitor(self, visitor: str, account: Account | None = None) -> "Catalog":
        """The same catalog, and all that it holds, for requests of this visitor, which are charged to this account."""
        view = self if (visitor, account) == (self.visitor, self.account) else copy(self)
        view.visitor, view.account = visitor, account
        return view

    def models(self) -> tuple[ModelInfo, ...]:
        with self._lock:
            own = tuple(self._info(entry) for entry in self._offers.entries.values())
        return own + (self._shared.for_visitor(self.visitor).models() if self._shared else ())

    def info(self, name: str) -> ModelInfo:
        """Raises UnknownModel."""
        owner = self._owner(name)
        with owner._lock:
            entry = owner._offers.find((name, ""), self.visitor)  # it may have left while another held the lock
            assert isinstance(entry, ModelEntry)
            return owner._info(entry)

    def entry(self, name: str, adapter: str = "") -> ModelEntry | AdapterEntry:
        """What is on offer under that name. Raises UnknownModel."""
        return self._owner(name)._offers.find((name, adapter), self.visitor)

    def add(self, entry: ModelEntry) -> None:
        """Offer a model. Raises InvalidSetup for a name that is taken or is none."""
        with self._lock:
            self.check_name(entry.name)
            self._offers.entries[entry.name] = entry

    def add_adapter(self, adapter: AdapterEntry) -> None:
        """Offer an adapter for a model. Raises UnknownModel, or InvalidSetup for a name that is taken or is none."""
        owner = self._owner(adapter.model)
        with owner._lock:
            self.check_name(adapter.name, adapter.model)
            owner._offers.adapters[adapter.model, adapter.name] = adapter

    def check_name(self, name: str, model: str = "") -> None:
        """Raises InvalidSetup unless a model, or an adapter of that model, could be added under this name."""
        if self._shared:
            self._shared.check_name(name, model)
        self._offers.check(name, model)

    def open(self, name: str, adapter: str = "") -> Generator[Progress, None, Backend]:
        """Yield progress until the model, and the adapter if one is named, is loaded; return the model.

        Closing stops the load unless others wait for it. Raises UnknownModel, ModelUnavailable when it cannot be
        loaded, LimitReached when it does not fit; the next `open` tries again.
        """
        owner = self._owner(name)
        with owner.keep_loaded(name, adapter, run=False):
            backend: Backend = yield from owner._wait((name, ""))
            if adapter:
                yield from owner._wait((name, adapter))
            return charged(backend, self.account)

    def preload(self, name: str) -> None:
        """Begin to load in the background. An error waits for the first who opens the model."""
        owner = self._owner(name)
        with owner._lock:
            owner._load((name, "")).runs_unwatched = True

    def status(self, name: str) -> Progress | PlaygroundError | None:
        """What the model is doing: progress while it loads, the error if that failed, None when it rests."""
        load = self._owner(name)._loads.get((name, ""))
        if load is None or load.result is not None:
            return None
        return copy_error(load.error) if load.error else load.progress

    def loaded_backend(self, name: str) -> Backend | None:
        """The model if it is ready now, to be asked."""
        return (backend := self.peek(name)) and charged(backend, self.account)

    def peek(self, name: str) -> Backend | None:
        """The model if it is ready now, to be looked at: what it is asked this way is charged to nobody."""
        return load.result if (load := self._owner(name)._loads.get((name, ""))) else None

    @contextmanager
    def keep_loaded(self, name: str, adapter: str = "", *, run: bool = True) -> Iterator[None]:
        """While this is held, neither is unloaded; without `run`, it is only loaded. Raises UnknownModel."""
        owner = self._owner(name)
        with owner._lock:
            owner._offers.find((name, adapter), self.visitor)
            owner._uses.add(name, adapter, run=run)
        try:
            yield
        finally:
            with owner._lock:
                owner._uses.add(name, adapter, run=run, by=-1)
                owner._last_used[name] = time.monotonic()

    def unload(self, name: str, adapter: str = "") -> None:
        """Free the memory of a model with its adapters, or of one adapter. What was added leaves the list.

        Raises UnknownModel, or ModelInUse while a run goes on with it or it is being loaded.
        """
        owner = self._owner(name)
        with owner._lock:
            entry = owner._offers.find((name, adapter), self.visitor)
            what = f"The adapter {adapter!a} of {name!a}" if adapter else f"The model {name!a}"
            keys = [key for key in owner._loads if key == (name, adapter) or (key[0] == name and not adapter)]
            owner._uses.refuse_if_held((name, adapter), what, any(owner._loads[key].is_alive() for key in keys))
            if adapter and (name, adapter) in owner._loads:
                detach(owner.peek(name), adapter)
            for key in keys:
                close_backend(owner._loads.pop(key).result)
            if entry.added:
                owner._offers.forget((name, adapter))
        free_memory()

    def remove(self, name: str, adapter: str = "") -> None:
        """Unload, and take off the list also what is offered. Raises as `unload`."""
        owner = self._owner(name)
        self.unload(name, adapter)
        with owner._lock:
            owner._offers.forget((name, adapter))

    def close(self) -> None:
        """End what runs on these models, and their loads. Nothing can be asked of them after that."""
        with self._lock:
            for load in (*self._loads.values(), *self._stopped_loads.values()):
                if not load.halt():  # one that has ended well holds a model
                    close_backend(load.result)

    def _wait(self, key: EntryKey) -> Generator[Progress, None, Any]:
        with self._lock:
            load = self._load(key)
            load.waiting_count += 1
        try:
            return (yield from load.watch())
        finally:
            with self._lock:
                load.waiting_count -= 1
                unwanted = not load.waiting_count and not load.runs_unwatched and load.halt()
                if (unwanted or load.error) and self._loads.get(key) is load:
                    del self._loads[key]
                    forget_ended(self._stopped_loads)  # in place: `for_visitor` shares it
                    self._stopped_loads[key] = load
                    if self._offers.find(key).added:
                        self._offers.forget(key)

    def _load(self, key: EntryKey) -> Load[Any]:
        with self._lock:
            if key not in self._loads:
                load = self._new_load(key)
                load.start()
                self._loads[key] = load  # once it runs: a thread not yet started looks like one that ended
            return self._loads[key]

    def _new_load(self, key: EntryKey) -> Load[Any]:
        (name, adapter), entry, before = key, self._offers.find(key), self._stopped_loads.get(key)

        def reserve(size: int, free: int | None) -> None:
            with self._lock:
                load.reserved_bytes = 0  # a second reservation takes the place of the first
                self._budget.check(entry.title, size, free, self._memory_uses())
                load.reserved_bytes = size

        if isinstance(entry, ModelEntry):
            load: Load[Any] = Load(entry.title, entry.load, reserve, close_backend, before)
            return load
        base, attach = self.peek(name), entry.load
        assert base is not None  # `open` waits for the model first, and holds it
        load = Load(entry.title, lambda report: attach(base, report), reserve, lambda _: detach(base, adapter), before)
        return load

    def _memory_uses(self) -> list[MemoryUse]:
        """What is in memory, and what was promised to loads that go on, the least recently used first."""
        uses = []
        for (name, adapter), load in (*self._loads.items(), *self._stopped_loads.items()):
            used = load.result.details.memory_bytes if isinstance(load.result, HasDetails) else load.reserved_bytes
            idle = bool(load.result) and not adapter and self._uses.is_free((name, ""))
            uses.append(MemoryUse(name=name, size=used, idle=idle))
        return sorted(uses, key=lambda holding: self._last_used.get(holding.name, 0.0))

    def _owner(self, name: str) -> "Catalog":
        """The catalog that has the model. Raises UnknownModel, naming what can be chosen, the first of very many."""
        if name in self._offers.entries:
            return self
        if self._shared and name in self._shared._offers.entries:
            return self._shared.for_visitor(self.visitor)
        names = ", ".join([info.name for info in self.models()][:MAX_LISTED])
        raise UnknownModel(f"There is no model named {name!a}; choose one of {names}.")

    def _info(self, entry: ModelEntry) -> ModelInfo:
        adapters = self._offers.adapters_of(entry.name, self.visitor)
        known = [describe_adapter(one, self._loads.get(one.key)) for one in adapters]
        idle = time.monotonic() - self._last_used.get(entry.name, time.monotonic())
        return describe_model(entry, self.peek(entry.name), known, self._uses.runs[entry.name, ""], idle)
