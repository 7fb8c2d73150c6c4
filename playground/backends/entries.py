"""Entries of a catalog: models and adapters that can be chosen, and what a list shows of them."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from playground.backends.base import Backend, Capabilities
from playground.backends.details import AdapterDetails, ModelDetails
from playground.backends.loads import Load, LoadReport
from playground.backends.sources import ModelSource
from playground.backends.suggestions import Suggestion
from playground.errors import InvalidSetup, UnknownModel
from playground.types import Weights

MODEL_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}(/[^\x00-\x20\x7f]{1,200})?")  # after the slash, a server's own name
EntryKey = tuple[str, str]  # a model and its adapter, "" for the model itself
EVERYBODY = "*"  # no visitor's id: stands for whoever runs the server, who sees all adapters


@dataclass(frozen=True, kw_only=True)
class ModelEntry:
    """A model that can be chosen. `load` does the work and reports on it; `capabilities` hold before it is loaded.

    `kind` is where it runs: local, scripted, endpoint. One that was `added` by a person leaves the list when it is
    unloaded, or could not be loaded; one that is offered stays and can be loaded again. `identity` says which weights
    they are, whatever the name: results are kept under it. Empty: that is not known before they are loaded.
    `source` is where weights of this machine come from, as whoever asks may know it.
    """

    name: str
    title: str
    kind: str
    load: Callable[[LoadReport], Backend]
    capabilities: Capabilities
    about: str = ""
    added: bool = False
    identity: Callable[[], str] | None = None  # None: told apart by kind and title
    contents: Callable[[], str | None] | None = None  # `fingerprints.contents` of weights on this machine
    suggestion: Suggestion | None = None  # what it takes to have it, where that is known before it is there
    fetched: Callable[[], bool] | None = None  # whether it is on this machine already
    source: ModelSource | None = None


@dataclass(frozen=True, kw_only=True)
class AdapterEntry:
    """An adapter that can be chosen for a model. `load` attaches it to the loaded model, under its `name`.

    `identity`, `contents` and `source` are as a model's. `owner` is the visitor who made it, who alone sees it; empty:
    everybody does.
    """

    model: str
    name: str
    title: str
    load: Callable[[Backend, LoadReport], AdapterDetails]
    about: str = ""
    added: bool = False
    identity: Callable[[], str] | None = None
    contents: Callable[[], str | None] | None = None
    source: ModelSource | None = None
    owner: str = ""

    @property
    def key(self) -> EntryKey:
        return self.model, self.name


@dataclass(frozen=True, kw_only=True)
class ModelInfo:
    """What a list of models shows of one. `adapters` are those that can be chosen; `users` counts runs that go on."""

    name: str
    title: str
    kind: str
    loaded: bool
    capabilities: Capabilities
    about: str = ""
    added: bool = False
    adapters: tuple[AdapterDetails, ...] = ()
    details: ModelDetails | None = None
    users: int = 0
    idle: float = 0.0  # seconds since it was last used
    suggestion: Suggestion | None = None  # what it takes to have it
    fetched: bool = True

    def title_of(self, weights: Weights) -> str:
        """The title of this model with an adapter at a scale, in the names that people know."""
        known = {adapter.name: adapter.title for adapter in self.adapters}
        title = known.get(weights.adapter, weights.adapter)
        return Weights(model=self.title, adapter=title, scale=weights.scale).model_title


@runtime_checkable
class HasDetails(Protocol):
    """A backend that can say what was loaded."""

    @property
    def details(self) -> ModelDetails: ...


@runtime_checkable
class TakesAdapters(Protocol):
    """A backend that adapters can be attached to."""

    def detach(self, name: str) -> None: ...


class Offers:
    """Models, and adapters for them, by name, in the order in which they were added."""

    def __init__(self) -> None:
        self.entries: dict[str, ModelEntry] = {}
        self.adapters: dict[EntryKey, AdapterEntry] = {}

    def check(self, name: str, model: str = "") -> None:
        """Raises InvalidSetup unless a model, or an adapter of that model, could be added under this name."""
        if not MODEL_NAME.fullmatch(name):
            what = "small letters, digits, dots, dashes and underscores, 60 at most"
            raise InvalidSetup(f"{name[:80]!a} cannot be a name; use {what}.")
        if model and (model, name) in self.adapters:
            raise InvalidSetup(f"{model!a} already has an adapter named {name!a}; choose another name.")
        if not model and name in self.entries:
            raise InvalidSetup(f"There is already a model named {name!a}; choose another name.")

    def find(self, key: EntryKey, visitor: str = EVERYBODY) -> ModelEntry | AdapterEntry:
        """Raises UnknownModel, saying what there is for that visitor."""
        model, adapter = key
        if model not in self.entries:
            raise UnknownModel(f"There is no model named {model!a}; choose one of {', '.join(self.entries)}.")
        if not adapter:
            return self.entries[model]
        there = {one.name: one for one in self.adapters_of(model, visitor)}
        if adapter not in there:
            names = ", ".join(there)
            choose = f"choose one of {names}" if names else "it has none; load one first"
            raise UnknownModel(f"The model {model!a} has no adapter named {adapter!a}; {choose}.")
        return there[adapter]

    def adapters_of(self, model: str, visitor: str = EVERYBODY) -> list[AdapterEntry]:
        """The adapters of one model that a visitor sees."""
        of_model = [one for one in self.adapters.values() if one.model == model]
        return [one for one in of_model if visitor == EVERYBODY or one.owner in ("", visitor)]

    def forget(self, key: EntryKey) -> None:
        """Take a model off the list with its adapters, or one adapter."""
        model, adapter = key
        for name in [adapter] if adapter else [other.name for other in self.adapters_of(model)]:
            self.adapters.pop((model, name), None)
        if not adapter:
            self.entries.pop(model, None)


def detach(backend: Backend | None, adapter: str) -> None:
    """Take an adapter off a model that is loaded."""
    if isinstance(backend, TakesAdapters):
        backend.detach(adapter)


def loaded_names(models: Sequence[ModelInfo]) -> frozenset[tuple[str, str]]:
    """The models that are loaded, and their adapters that are, by both names."""
    adapters = {(info.name, adapter.name) for info in models for adapter in info.adapters if adapter.loaded}
    return frozenset(adapters | {(info.name, "") for info in models if info.loaded})


def describe_adapter(adapter: AdapterEntry, load: Load[Any] | None) -> AdapterDetails:
    """What is known of an adapter, which is more once it is loaded."""
    if load is not None and load.result is not None:
        known: AdapterDetails = load.result
        return known
    return AdapterDetails(name=adapter.name, title=adapter.title, about=adapter.about)


def describe_model(
    entry: ModelEntry, backend: Backend | None, adapters: Sequence[AdapterDetails], users: int, idle: float
) -> ModelInfo:
    """What is known of a model, which is more once it is loaded."""
    return ModelInfo(
        name=entry.name, title=entry.title, kind=entry.kind, about=entry.about, added=entry.added,
        loaded=backend is not None, capabilities=backend.capabilities if backend else entry.capabilities,
        adapters=tuple(adapters), details=backend.details if isinstance(backend, HasDetails) else None, users=users,
        idle=idle, suggestion=entry.suggestion, fetched=entry.fetched is None or entry.fetched(),
    )  # fmt: skip
