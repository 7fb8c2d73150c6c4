"""What a training made, in the list of models: its name there, and how it is loaded and taken off again."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playground.backends import commands
from playground.backends.catalog import Catalog
from playground.backends.sources import ModelSource
from playground.errors import ModelUnavailable
from playground.finetuning.jobs.job import JobFolder
from playground.finetuning.jobs.standing import Standing
from playground.finetuning.methods import method_of
from playground.settings import Settings
from playground.types import Weights


def name_of(standing: Standing) -> str:
    """The name of what was learned in the list of models: of its title, and of its id, which no other has."""
    title = ModelSource(kind="folder", place=standing.job.title.replace("/", " ")).name
    return f"{title[:40]}-{standing.job.id.rpartition('-')[2]}"


def weights_of(standing: Standing) -> Weights:
    """What was learned, as it is asked for once it is loaded: a model of its own, or an adapter of the base."""
    name = name_of(standing)
    return (
        Weights(model=name)
        if method_of(standing.job.recipe).makes_model
        else Weights(model=standing.job.model, adapter=name)
    )


def loading_learned(standing: Standing, folder: Path, catalog: Catalog, settings: Settings) -> Iterator[Any]:
    """Load what was learned into the list of models under its name, unless it is there; news until it is loaded.

    Raises ModelUnavailable for an adapter whose base has other files now than it was trained on.
    """
    job, name = standing.job, name_of(standing)
    if method_of(job.recipe).makes_model:
        known = [info.name for info in catalog.models()]
        return commands.load_model(catalog, settings, name if name in known else str(folder), name)
    adapters = [adapter.name for adapter in catalog.info(job.model).adapters]
    _refuse_other_base(standing, folder, catalog)
    source = name if name in adapters else str(folder)
    return commands.load_adapter(catalog, settings, job.model, source, name, job.title, made_here=True)


def _refuse_other_base(standing: Standing, folder: Path, catalog: Catalog) -> None:
    job, contents = standing.job, catalog.entry(standing.job.model).contents
    trained_on, now = JobFolder(folder.parent).read_base(), contents() if contents else None
    if trained_on and now and trained_on != now:
        raise ModelUnavailable(
            f"\u201c{job.title}\u201d was trained on other files than {job.model_title} has now: what it learned fits "
            "those alone. Put them back, or train it again."
        )


def unload_learned(standing: Standing, catalog: Catalog) -> bool:
    """Take what was learned off the list of models, where it stands: its folder is about to go.

    Raises ModelInUse while somebody asks it.
    """
    weights = weights_of(standing)
    info = next((info for info in catalog.models() if info.name == weights.model), None)
    there = info is not None and (not weights.adapter or weights.adapter in {one.name for one in info.adapters})
    if there:
        catalog.unload(weights.model, weights.adapter)
    return there
