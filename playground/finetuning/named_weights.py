"""Weights that a person names on the command line: an adapter that comes with the playground, or the folder of one."""

from dataclasses import replace
from pathlib import Path

from playground.backends.catalog import Catalog
from playground.backends.encoders import library_of
from playground.backends.offered_entries import offered_entries
from playground.finetuning import shipped_weights
from playground.settings import Settings
from playground.types import Weights

NAME = "probed"


def open_with_base(name: str, settings: Settings) -> tuple[Catalog, Weights, Weights]:
    """The default model, and it with the adapter of that name or folder, or the model of that folder; both loaded."""
    base = Weights(model="default")
    if name in {adapter.name for adapter in shipped_weights.adapters()}:
        weights = Weights(model="default", adapter=name)
    else:
        is_adapter = (Path(name) / "adapter_config.json").is_file()
        line = f"{NAME}={'default+' if is_adapter else ''}{name}"
        settings = replace(settings, models=(*settings.models, line))
        weights = Weights(model="default", adapter=NAME) if is_adapter else Weights(model=NAME)
    catalog = Catalog(offered_entries(settings), library=library_of(settings))
    for one in (base, weights):
        for _ in catalog.open(one.model, one.adapter):
            pass
    return catalog, base, weights
