"""The models and adapters that this server offers at start."""

import re
from collections.abc import Iterator

from playground.backends.catalog import AdapterEntry, ModelEntry
from playground.backends.local.entries import adapter_entry, model_entry
from playground.backends.packaged_models import default_model, larger_models
from playground.backends.scripted import ScriptedBackend
from playground.backends.sources import ModelSource, parse_source
from playground.errors import InvalidSetup
from playground.finetuning import shipped_weights
from playground.settings import Settings

SCRIPTED_DELAY = 0.02  # seconds a token: slow enough to see it stream, fast enough for a class
MODEL_LINE = re.compile(r"\s*(?P<name>[^=\s]+)\s*=\s*((?P<base>[a-z0-9][a-z0-9._-]*)\s*\+)?\s*(?P<source>.+)")


def offered_entries(settings: Settings) -> tuple[ModelEntry | AdapterEntry, ...]:
    """The default model (or the folder that stands in for it) with its adapters, larger ones, what needs no weights,
    and what is listed.

    Raises InvalidSetup for an entry of PLAYGROUND_MODELS that cannot be read.
    """
    return (
        *_default_entries(settings),
        *_larger_entries(settings),
        *_classifier_entry(settings),
        _scripted_entry(),
        *_operator_entries(settings),
    )


def _default_entries(settings: Settings) -> Iterator[ModelEntry | AdapterEntry]:
    if settings.model:
        source = ModelSource(kind="folder", place=settings.model)
        yield model_entry(source, "default", settings)
        return
    yield model_entry(ModelSource(kind="packaged", place=default_model().name), "default", settings)
    for adapter in shipped_weights.adapters():
        place = ModelSource(kind="folder", place=str(adapter.folder))
        yield adapter_entry("default", place, adapter.name, settings, title=adapter.title, about=adapter.about)


def _larger_entries(settings: Settings) -> Iterator[ModelEntry]:
    """Fetched when they are first chosen: on a shared server, where a stranger would choose, only what is listed is."""
    if not settings.public:
        for model in larger_models():
            yield model_entry(ModelSource(kind="packaged", place=model.name), model.short, settings)


def _classifier_entry(settings: Settings) -> Iterator[ModelEntry]:
    if classifier := shipped_weights.classifier():
        source = ModelSource(kind="folder", place=str(classifier.folder))
        name, task = "sentiment-classifier", "classification"
        yield model_entry(source, name, settings, title=classifier.title, about=classifier.about, task=task)


def _scripted_entry() -> ModelEntry:
    scripted = ScriptedBackend(delay=SCRIPTED_DELAY)
    return ModelEntry(
        name="scripted",
        title="Scripted (no model)",
        kind="scripted",
        load=lambda _: scripted,
        capabilities=scripted.capabilities,
    )


def _operator_entries(settings: Settings) -> Iterator[ModelEntry | AdapterEntry]:
    """What the operator listed: `name=source`, and for adapters `name=model+source`."""
    for line in settings.models:
        match = MODEL_LINE.fullmatch(line)
        try:
            if match is None:
                raise InvalidSetup("it must be like name=source, or name=model+source for an adapter.")
            source = parse_source(match["source"])
        except InvalidSetup as error:
            raise InvalidSetup(f"PLAYGROUND_MODELS has {line!a}: {error}") from None
        if match["base"]:
            yield adapter_entry(match["base"], source, match["name"], settings, title=match["name"])
        else:
            yield model_entry(source, match["name"], settings, title=match["name"])
