"""What a training made, in the list of models: its name there, and how it is loaded and taken off again."""

import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from playground.backends import commands
from playground.backends.catalog import Catalog
from playground.backends.entries import EVERYBODY, AdapterEntry
from playground.backends.sources import ModelSource
from playground.errors import LimitReached, ModelInUse, ModelUnavailable
from playground.finetuning.jobs.job import Job, JobFolder
from playground.finetuning.jobs.standing import Standing
from playground.finetuning.jobs.training_jobs import TrainingJobs
from playground.finetuning.methods import method_of
from playground.settings import Settings
from playground.types import Weights

MOST_LISTED = 16  # adapters of strangers at once: each takes memory
log = logging.getLogger(__name__)


def name_of(standing: Standing) -> str:
    """The name of what was learned in the list of models: of its title, and of its id, which no other has."""
    title = ModelSource(kind="folder", place=standing.job.title.replace("/", " ")).name
    return f"{title[:40]}-{standing.job.id.rpartition('-')[2]}"


def is_model(job: Job) -> bool:
    """Whether what comes of it is a whole model, and no adapter of the base."""
    return job.head is not None or method_of(job.recipe).makes_model


def weights_of(standing: Standing) -> Weights:
    """What was learned, as it is asked for once it is loaded: a model of its own, or an adapter of the base."""
    name = name_of(standing)
    return Weights(model=name) if is_model(standing.job) else Weights(model=standing.job.model, adapter=name)


def loading_learned(
    standing: Standing, folder: Path, catalog: Catalog, settings: Settings, say: Callable[[str], None] = log.info
) -> Iterator[Any]:
    """Load what was learned into the list of models under its name, unless it is there; news until it is loaded.

    On a shared server its owner alone sees it there, and the oldest of all visitors leaves where there are too many,
    which whoever loads is told by `say`. Raises
    LimitReached when all are being asked, ModelUnavailable for an adapter whose base has other files now than it was
    trained on.
    """
    job, name = standing.job, name_of(standing)
    if is_model(job):
        known = [info.name for info in catalog.models()]
        return commands.load_model(catalog, settings, name if name in known else str(folder), name)
    adapters = [adapter.name for adapter in catalog.info(job.model).adapters]
    contents = catalog.entry(job.model).contents
    refuse_other_base(job, JobFolder(folder.parent).read_base(), contents() if contents else None)
    if name in adapters:
        return commands.load_adapter(catalog, settings, job.model, name)
    if settings.public:
        make_room(catalog, job.model, say)
    return commands.load_adapter(catalog, settings, job.model, str(folder), name, job.title, made_by=job.owner)


def load_learned(weights: Weights, jobs: TrainingJobs, catalog: Catalog, settings: Settings) -> None:
    """Load what a training made, if these weights are that and are not in the list of models: a list that is made anew
    has none of them. Raises as `loading_learned`."""
    for standing in jobs.standings():
        if standing.phase == "done" and weights_of(standing) == replace(weights, scale=Weights().scale):
            for _ in loading_learned(standing, jobs.result(standing.job.id), catalog, settings):
                pass


def make_room(catalog: Catalog, model: str, say: Callable[[str], None]) -> None:
    """Take the oldest of what visitors trained off the list, where there are as many as a shared server keeps."""
    everybody = catalog.for_visitor(EVERYBODY)
    listed = [everybody.entry(model, one.name) for one in everybody.info(model).adapters]
    learned = [one for one in listed if isinstance(one, AdapterEntry) and one.owner]
    too_many = len(learned) + 1 - MOST_LISTED
    for adapter in learned:
        if too_many <= 0:
            return
        with suppress(ModelInUse):
            everybody.unload(model, adapter.name)
            too_many -= 1
            whose = f"Your \u201c{adapter.title}\u201d" if adapter.owner == catalog.visitor else "Another visitor's"
            say(
                f"{whose} has left the list of models: it was the oldest of the {MOST_LISTED} trained adapters that "
                "this server keeps ready. Whoever made it can load it again."
            )
    if too_many > 0:
        raise LimitReached(
            f"All {MOST_LISTED} trained adapters that this server keeps ready are being asked; try again soon."
        )


def refuse_other_base(job: Job, trained_on: str, now: str | None) -> None:
    """By the digests of the base's files then and now, where both are known. Raises ModelUnavailable."""
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
