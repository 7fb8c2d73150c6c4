"""What all tabs of the page share, and what each of them tells the others."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from playground.backends.catalog import Catalog
from playground.evaluation.store import Store
from playground.settings import Settings
from playground.types import Setup
from playground.ui.handlers.fair_shares import Places
from playground.ui.handlers.sessions import Sessions

Values = Mapping[Any, Any]
Updates = dict[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What every tab is built with. `changed` counts what was loaded, unloaded or connected; a setup, as plain data,
    that is put into `opened` is opened in the Playground."""

    page: Any
    settings: Settings
    sessions: Sessions
    store: Store
    places: Places
    changed: Any
    opened: Any

    @property
    def catalog(self) -> Catalog:
        """The models that are there for everybody."""
        return self.sessions.of(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """A button that takes the Playground's setup into another tab: `take(values of inputs, setup)` gives updates."""

    button: Any
    inputs: Sequence[Any]
    outputs: Sequence[Any]
    take: Callable[[Values, Setup], Updates]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """What a tab tells the others: where it has a choice of a model, and what takes the Playground's setup."""

    choices: Sequence[Any] = ()
    taking: Sequence[Taking] = ()
