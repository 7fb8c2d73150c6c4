"""Loads and unloads models and adapters by the source or name that a person typed."""

from collections.abc import Generator

from playground.backends.catalog import AdapterEntry, Catalog, ModelInfo
from playground.backends.local.entries import adapter_entry, model_entry
from playground.backends.sources import ModelSource, parse_source
from playground.errors import InvalidSetup, NotSupported
from playground.settings import Settings
from playground.types import Progress

NOT_ON_SHARED_SERVER = "This server is shared: it loads what its operator listed, and nothing else."


def load_model(
    catalog: Catalog, settings: Settings, source: str, name: str = ""
) -> Generator[Progress, None, ModelInfo]:
    """Add a model and load it, yielding progress; closing stops that. What fails leaves everything as it was.

    A source that is the name of a model on offer loads that one. Raises InvalidSetup, ModelUnavailable,
    LimitReached, and NotSupported for all else on a shared server.
    """
    if (typed := source.strip()) in {info.name for info in catalog.models()}:
        name = typed
    else:
        _refuse_strangers(settings)
        place = parse_source(source)
        name = _choose_name(name, place)
        catalog.add(model_entry(place, name, settings, added=True))
    yield from catalog.open(name)
    return catalog.info(name)


def load_adapter(
    catalog: Catalog,
    settings: Settings,
    model: str,
    source: str,
    name: str = "",
    title: str = "",
    made_by: str | None = None,
) -> Generator[Progress, None, ModelInfo]:
    """Add an adapter of a model and attach it, loading the model first if need be. Raises as `load_model`.

    Without a title it is called by its name. One that a visitor made here is loaded on a shared server too, where that
    visitor alone sees it; `made_by` is empty for whoever runs the server.
    """
    if (typed := source.strip()) in {adapter.name for adapter in catalog.info(model).adapters}:
        name = typed
    else:
        if made_by is None:
            _refuse_strangers(settings)
        is_endpoint = catalog.info(model).kind == "endpoint"
        place = (
            ModelSource(kind="folder", place=typed) if is_endpoint else parse_source(source)
        )  # on the server's machine, or here
        name = _choose_name(name, place)
        catalog.check_name(name, model)
        with catalog.keep_loaded(model, run=False):
            yield from catalog.open(model)  # first, so that no adapter is listed for a model that fails
            local = adapter_entry(model, place, name, settings, title=title or name, added=True, owner=made_by or "")
            catalog.add_adapter(_endpoint_adapter(model, typed, name) if is_endpoint else local)
            yield from catalog.open(model, name)
            return catalog.info(model)
    yield from catalog.open(model, name)
    return catalog.info(model)


def _endpoint_adapter(model: str, path: str, name: str) -> AdapterEntry:
    # Imported when it is needed: a page without endpoints does not wait for an HTTP client.
    from playground.backends.endpoints.connection import runtime_adapter

    return runtime_adapter(model, path, name)


def unload(catalog: Catalog, settings: Settings, name: str) -> None:
    """Free a model by its name, or an adapter by `model/adapter`. Raises UnknownModel, ModelInUse, NotSupported."""
    _refuse_strangers(settings)
    name = name.strip()
    model, _, adapter = (name, "", "") if name in {info.name for info in catalog.models()} else name.rpartition("/")
    catalog.unload(model or name, adapter if model else "")


def _choose_name(name: str, source: ModelSource) -> str:
    """The name that was typed, or one made of the source. Raises InvalidSetup for a slash: adapters come after one."""
    if "/" in name:
        raise InvalidSetup(f"{name[:80]!a} cannot be a name; leave out the slash.")
    return name.strip() or source.name


def _refuse_strangers(settings: Settings) -> None:
    if settings.public:
        raise NotSupported(NOT_ON_SHARED_SERVER)
