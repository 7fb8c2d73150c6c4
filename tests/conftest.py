"""What many tests share: a scripted model, and the real default model, loaded once a session."""

from collections.abc import Callable
from typing import Any

import pytest

from playground.backends.catalog import Catalog, Entry
from playground.backends.scripted import Reply, ScriptedBackend, echo
from playground.settings import Settings

CatalogOf = Callable[..., Catalog]


@pytest.fixture(scope="session")
def catalog_of() -> CatalogOf:
    """A catalog whose `default` is scripted: `catalog_of(reply, delay=0)`."""

    def make(reply: Reply = echo, **options: Any) -> Catalog:
        backend = ScriptedBackend(reply=reply, **options)
        entry = Entry(
            name="default", title="Scripted", kind="scripted", load=lambda _: backend, capabilities=backend.capabilities
        )
        return Catalog([entry])

    return make


@pytest.fixture(scope="session")
def settings() -> Settings:
    return Settings.from_environment()


@pytest.fixture(scope="session")
def default_model(settings: Settings) -> tuple[Any, Any]:
    """The default model and its tokenizer, in bfloat16 as cached; fetched on a fresh machine."""
    from playground.backends.local.loading import load
    from playground.backends.local.packaged import folder

    return load(folder(settings.cache, lambda _: None))


@pytest.fixture(scope="session")
def real_catalog(settings: Settings) -> Catalog:
    """What the app offers, with the default model loaded."""
    from playground.backends.offered import offered

    catalog = Catalog(offered(settings))
    for _ in catalog.open("default"):
        pass
    return catalog
