"""Load and unload models and adapters by what a person typed."""

from collections.abc import Generator

from playground.backends.catalog import Adapter, Catalog, ModelInfo
from playground.backends.local.entries import adapter_entry, model_entry
from playground.backends.sources import Source, read
from playground.errors import InvalidSetup, NotSupported
from playground.settings import Settings
from playground.types import Progress

SHARED = "This server is shared: it loads what its operator listed, and nothing else."


def load_model(
    catalog: Catalog, settings: Settings, source: str, name: str = ""
) -> Generator[Progress, None, ModelInfo]:
    """Add a model and load it, yielding progress; closing stops that. What fails leaves everything as it was.

    A source that is the name of a model on offer loads that one. Raises InvalidSetup, ModelUnavailable,
    LimitReached, and NotSupported for all else on a shared server.
    """
    if (offered := source.strip()) in {info.name for info in catalog.models()}:
        name = offered
    else:
        _refuse_strangers(settings)
        place = read(source)
        name = _named(name, place)
        catalog.add(model_entry(place, name, settings, added=True))
    yield from catalog.open(name)
    return catalog.info(name)


def load_adapter(
    catalog: Catalog, settings: Settings, model: str, source: str, name: str = ""
) -> Generator[Progress, None, ModelInfo]:
    """Add an adapter of a model and attach it, loading the model first if need be. Raises as `load_model`."""
    if (offered := source.strip()) in {adapter.name for adapter in catalog.info(model).adapters}:
        name = offered
    else:
        _refuse_strangers(settings)
        elsewhere = catalog.info(model).kind == "endpoint"
        place = Source(kind="folder", place=offered) if elsewhere else read(source)  # on the server's machine, or here
        name = _named(name, place)
        catalog.check_name(name, model)
        with catalog.using(model):
            yield from catalog.open(model)  # first, so that no adapter is listed for a model that fails
            local = adapter_entry(model, place, name, settings, title=name, added=True)
            catalog.add_adapter(_served(model, offered, name) if elsewhere else local)
            yield from catalog.open(model, name)
            return catalog.info(model)
    yield from catalog.open(model, name)
    return catalog.info(model)


def _served(model: str, path: str, name: str) -> Adapter:
    # Imported when it is needed: a page without endpoints does not wait for an HTTP client.
    from playground.backends.endpoints.connection import to_load

    return to_load(model, path, name)


def unload(catalog: Catalog, settings: Settings, name: str) -> None:
    """Free a model by its name, or an adapter by `model/adapter`. Raises UnknownModel, ModelInUse, NotSupported."""
    _refuse_strangers(settings)
    name = name.strip()
    model, _, adapter = (name, "", "") if name in {info.name for info in catalog.models()} else name.rpartition("/")
    catalog.unload(model or name, adapter if model else "")


def _named(name: str, source: Source) -> str:
    """The name that was typed, or one made of the source. Raises InvalidSetup for a slash: adapters come after one."""
    if "/" in name:
        raise InvalidSetup(f"{name[:80]!a} cannot be a name; leave out the slash.", ("name",))
    return name.strip() or source.name


def _refuse_strangers(settings: Settings) -> None:
    if settings.public:
        raise NotSupported(SHARED)
