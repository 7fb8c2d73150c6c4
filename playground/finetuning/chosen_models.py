"""The models that a person chooses for a training: the one that learns, and one that teaches it."""

from dataclasses import dataclass

from playground.backends.catalog import Catalog, ModelInfo
from playground.backends.sources import ModelSource
from playground.errors import InvalidSetup, NotSupported
from playground.types import Weights

TEACHER = (
    "Another model of the same family, larger, or one with an adapter: how likely it finds every word of the answers "
    "is learned, not the answers alone."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenTeacher:
    """A model of this machine that teaches, with an adapter or alone."""

    info: ModelInfo
    title: str
    source: ModelSource
    adapter: ModelSource | None


def can_learn(info: ModelInfo) -> bool:
    """Whether it is a language model of this machine."""
    return info.kind == "local" and not info.capabilities.task


def choose_model(catalog: Catalog, name: str, why_not: str = "cannot be trained here") -> tuple[ModelInfo, ModelSource]:
    """Raises UnknownModel, and NotSupported for a model that cannot learn."""
    info = catalog.info(name)
    if not can_learn(info):
        raise NotSupported(f"{info.title} {why_not}; choose a language model of this machine.")
    source = catalog.entry(info.name).source
    assert isinstance(source, ModelSource)  # of every local model
    return info, source


def choose_teacher(catalog: Catalog, weights: Weights, learns: str) -> ChosenTeacher:
    """What teaches the model that learns. Raises UnknownModel, NotSupported, and InvalidSetup for the model itself."""
    if weights == Weights(model=learns):
        raise InvalidSetup("A model cannot be its own teacher: it would learn what it says already.")
    info, source = choose_model(catalog, weights.model, "gives no probabilities to learn")
    if not weights.adapter:
        return ChosenTeacher(info=info, title=info.title, source=source, adapter=None)
    entry = catalog.entry(weights.model, weights.adapter)
    title = f"{info.title} + {entry.title}"
    if not (isinstance(entry.source, ModelSource) and entry.source.kind == "folder"):
        raise NotSupported(f"{title} is not in a folder of this machine; choose a model, or another adapter.")
    return ChosenTeacher(info=info, title=title, source=source, adapter=entry.source)
