"""Apps that the tests of one process share: what an app is built over changes under it, instead of one a test."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from playground import presets
from playground.backends.catalog import Catalog
from playground.evaluation.store import Store
from playground.settings import Settings
from playground.ui.app import build_app, launch_options

PRESETS = Path(__file__).parent / "presets"
SHIPPED = presets.setup_presets


class StandIn:
    """Whatever it stands for now."""

    def __init__(self, now: Any) -> None:
        self.now = now

    def __getattr__(self, name: str) -> Any:
        return getattr(self.now, name)


def offered_presets(*, bundled: bool) -> Callable[[], dict[str, Any]]:
    """The presets that come with the playground, or those of these tests."""
    return SHIPPED if bundled else partial(SHIPPED, PRESETS)


@dataclass(frozen=True)
class SharedApp:
    """An app that runs, and what it is built over."""

    app: Any
    url: str
    catalog: StandIn
    store: StandIn


def start(catalog: Any, store: Path, *, bundled: bool = False, settings: Settings) -> SharedApp:
    """Build and serve an app over a catalog on a free port."""
    behind, kept = StandIn(catalog), StandIn(Store(store))
    with patch.object(presets, "setup_presets", offered_presets(bundled=bundled)):
        # Trainings lie beside the store, and not among those of whoever runs the tests.
        app: Any = build_app(replace(settings, store=str(store)), behind, kept)  # type: ignore[arg-type]
    options = {**launch_options(settings), "server_port": None, "quiet": True}
    _, url, _ = app.launch(**options, prevent_thread_lock=True)
    return SharedApp(app, str(url), behind, kept)


class SharedApps:
    """Those with the usual settings, by what their pages offer: models and presets."""

    def __init__(self) -> None:
        self._apps: dict[Any, SharedApp] = {}

    def over(self, catalog: Catalog, store: Path, *, bundled: bool, settings: Settings) -> str:
        """The address of one that is over this catalog and this store from now on."""
        offered = [replace(model, idle=0.0, users=0) for model in catalog.models()]
        key = (bundled, repr(offered))
        if key not in self._apps:
            self._apps[key] = start(catalog, store, bundled=bundled, settings=settings)
        app = self._apps[key]
        app.catalog.now, app.store.now = catalog, Store(store)
        return app.url

    def close(self) -> None:
        for shared in self._apps.values():
            shared.app.close()
