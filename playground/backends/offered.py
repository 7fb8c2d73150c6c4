"""The models and adapters this server offers, before anything is loaded."""

import re
from collections.abc import Iterator

from playground.backends.catalog import Adapter, Entry
from playground.backends.local.entries import adapter_entry, model_entry
from playground.backends.packaged_models import default_model, larger_models
from playground.backends.scripted import ScriptedBackend
from playground.backends.sources import Source, read
from playground.errors import InvalidSetup
from playground.finetuning import shipped
from playground.settings import Settings

SCRIPTED_DELAY = 0.02  # seconds a token: slow enough to see it stream, fast enough for a class
LISTED = re.compile(r"\s*(?P<name>[^=\s]+)\s*=\s*((?P<base>[a-z0-9][a-z0-9._-]*)\s*\+)?\s*(?P<source>.+)")


def offered(settings: Settings) -> tuple[Entry | Adapter, ...]:
    """The default model (or the folder that stands in for it) with its adapters, larger ones, what needs no weights,
    and what is listed.

    Raises InvalidSetup for an entry of PLAYGROUND_MODELS that cannot be read.
    """
    return (*_default(settings), *_larger(settings), *_classifier(settings), _scripted(), *_listed(settings))


def _default(settings: Settings) -> Iterator[Entry | Adapter]:
    if settings.model:
        source = Source(kind="folder", place=settings.model)
        yield model_entry(source, "default", settings)
        return
    yield model_entry(Source(kind="packaged", place=default_model().name), "default", settings)
    for adapter in shipped.adapters():
        place = Source(kind="folder", place=str(adapter.folder))
        yield adapter_entry("default", place, adapter.name, settings, title=adapter.title, about=adapter.about)


def _larger(settings: Settings) -> Iterator[Entry]:
    """Fetched when they are first chosen: on a shared server, where a stranger would choose, only what is listed is."""
    if not settings.public:
        for model in larger_models():
            yield model_entry(Source(kind="packaged", place=model.name), model.short, settings)


def _classifier(settings: Settings) -> Iterator[Entry]:
    if found := shipped.classifier():
        source = Source(kind="folder", place=str(found.folder))
        name, task = "sentiment-classifier", "classification"
        yield model_entry(source, name, settings, title=found.title, about=found.about, task=task)


def _scripted() -> Entry:
    scripted = ScriptedBackend(delay=SCRIPTED_DELAY)
    return Entry(
        name="scripted",
        title="Scripted (no model)",
        kind="scripted",
        load=lambda _: scripted,
        capabilities=scripted.capabilities,
    )


def _listed(settings: Settings) -> Iterator[Entry | Adapter]:
    """What the operator listed: `name=source`, and for adapters `name=model+source`."""
    for line in settings.models:
        found = LISTED.fullmatch(line)
        try:
            if found is None:
                raise InvalidSetup("it must be like name=source, or name=model+source for an adapter.")
            source = read(found["source"])
        except InvalidSetup as error:
            raise InvalidSetup(f"PLAYGROUND_MODELS has {line!a}: {error}", ("models",)) from None
        if found["base"]:
            yield adapter_entry(found["base"], source, found["name"], settings, title=found["name"])
        else:
            yield model_entry(source, found["name"], settings, title=found["name"])
