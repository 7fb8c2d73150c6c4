"""What a script is to know of the models of this machine that it will load itself."""

from dataclasses import dataclass, replace

from playground.backends.catalog import Catalog
from playground.backends.packaged_models import find_packaged
from playground.backends.sources import ModelSource
from playground.errors import FieldPath, NotSupported
from playground.strategies import technique_of
from playground.types import Sampling, Setup, Weights

NOT_IN_TRANSFORMERS = ("frequency_penalty", "presence_penalty")
ROUNDED = "the playground has it rounded to 4 bits: words may differ"
NOT_IN_PEFT = "bottleneck adapter"  # as it is called in the list of models
COMES_WITH_IT = "in the playground's own folder"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalModel:
    """Where weights come from. `note` is what to know of that. `chat`: it has a chat template; None where that shows
    when it is loaded. `name` is the model's in the playground, and `adapter_name` the adapter's."""

    source: ModelSource
    name: str = ""
    adapter_name: str = ""
    note: str = ""
    adapter: ModelSource | None = None
    adapter_note: str = ""
    scale: float = 1.0
    chat: bool | None = None


def local_model_of(setup: Setup, catalog: Catalog) -> LocalModel:
    """The weights of a checked setup. Raises NotSupported, by name, for what transformers cannot do."""
    for name in NOT_IN_TRANSFORMERS:
        if value := getattr(setup.sampling, name):
            rule = f"transformers has none; set it back to {getattr(Sampling(), name):g}, or take Python, with openai."
            raise NotSupported(path=("sampling", name), value=value, rule=rule)
    return _local_weights(setup, catalog)


def own_weights(setup: Setup) -> tuple[Weights | None, ...]:
    """Of each agent the weights that are its own; None for one that has the setup's."""
    asked = [
        Weights(model=one.model, adapter=one.adapter, scale=one.scale) for one in technique_of(setup).asked_with(setup)
    ]
    same = Weights(model=setup.model, adapter=setup.adapter, scale=setup.scale)
    return tuple(None if weights == same else weights for weights in asked)


def own_models(setup: Setup, catalog: Catalog) -> tuple[LocalModel | None, ...]:
    """Of each agent where its own weights come from; None for one that has the setup's. Raises NotSupported."""
    return tuple(
        None if weights is None else _local_weights(weights, catalog, ("task", "agents", row))
        for row, weights in enumerate(own_weights(setup))
    )


def _local_weights(weights: Weights, catalog: Catalog, path: FieldPath = ()) -> LocalModel:
    entry = catalog.entry(weights.model)
    if entry.source is None:
        rule = "is no model whose weights this machine has, so transformers cannot load it; take Python, with openai."
        raise NotSupported(path=(*path, "model"), rule=rule)
    source, note = entry.source, ""
    if source.kind == "packaged":
        source, note = ModelSource(kind="hub", place=find_packaged(source.place).published), ROUNDED
    loaded = catalog.loaded_backend(weights.model)
    chat = loaded.capabilities.chat if loaded else None
    known = LocalModel(source=source, note=note, chat=chat, name=weights.model)
    if not weights.adapter or weights.scale == 0:
        return known
    kinds = {adapter.name: adapter.kind for adapter in catalog.info(weights.model).adapters}
    if kinds.get(weights.adapter) == NOT_IN_PEFT:
        rule = "is a bottleneck adapter, which PEFT does not read, so no script can load it; take Python, with openai."
        raise NotSupported(path=(*path, "adapter"), value=weights.adapter, rule=rule)
    adapter = catalog.entry(weights.model, weights.adapter).source
    assert adapter is not None  # who has the weights has the adapter's as well
    comes_with_it = adapter.kind == "folder" and adapter.place.startswith("playground/")
    adapter_note = COMES_WITH_IT if comes_with_it else ""
    return replace(known, adapter=adapter, adapter_note=adapter_note, adapter_name=weights.adapter, scale=weights.scale)
