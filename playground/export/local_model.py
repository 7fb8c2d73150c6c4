"""What a script is to know of the model of this machine that it will load itself."""

from dataclasses import dataclass

from playground.backends.catalog import Catalog
from playground.backends.packaged_models import find_packaged
from playground.backends.sources import ModelSource
from playground.errors import NotSupported
from playground.types import Sampling, Setup

NOT_IN_TRANSFORMERS = ("frequency_penalty", "presence_penalty")
ROUNDED = "the playground has it rounded to 4 bits: words may differ"
COMES_WITH_IT = "in the playground's own folder"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalModel:
    """Where weights come from. `note` is what to know of that. `chat`: it has a chat template; None where that shows
    when it is loaded."""

    source: ModelSource
    note: str = ""
    adapter: ModelSource | None = None
    adapter_note: str = ""
    scale: float = 1.0
    chat: bool | None = None


def local_model_of(setup: Setup, catalog: Catalog) -> LocalModel:
    """The weights of a checked setup. Raises NotSupported, by name, for what transformers cannot do."""
    entry = catalog.entry(setup.model)
    if entry.source is None:
        rule = "is no model whose weights this machine has, so transformers cannot load it; take Python, with openai."
        raise NotSupported(path=("model",), rule=rule)
    for name in NOT_IN_TRANSFORMERS:
        if value := getattr(setup.sampling, name):
            rule = f"transformers has none; set it back to {getattr(Sampling(), name):g}, or take Python, with openai."
            raise NotSupported(path=("sampling", name), value=value, rule=rule)
    source, note = entry.source, ""
    if source.kind == "packaged":
        source, note = ModelSource(kind="hub", place=find_packaged(source.place).published), ROUNDED
    loaded = catalog.loaded_backend(setup.model)
    chat = loaded.capabilities.chat if loaded else None
    if not setup.adapter or setup.scale == 0:
        return LocalModel(source=source, note=note, chat=chat)
    adapter = catalog.entry(setup.model, setup.adapter).source
    assert adapter is not None  # who has the weights has the adapter's as well
    comes_with_it = adapter.kind == "folder" and adapter.place.startswith("playground/")
    adapter_note = COMES_WITH_IT if comes_with_it else ""
    return LocalModel(
        source=source, note=note, adapter=adapter, adapter_note=adapter_note, scale=setup.scale, chat=chat
    )
