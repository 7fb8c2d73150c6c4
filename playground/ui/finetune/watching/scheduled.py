"""Watches that are looked at by themselves, with the models of this server."""

import threading
from collections.abc import Generator
from typing import Any

from playground.backends.catalog import Catalog
from playground.evaluation.store import Store
from playground.evaluation.watching.kept import Watches
from playground.evaluation.watching.looking import look
from playground.evaluation.watching.looks import Look
from playground.evaluation.watching.schedule import Schedule
from playground.evaluation.watching.watch import Watch
from playground.finetuning.jobs.learned import load_learned
from playground.finetuning.jobs.training_jobs import TrainingJobs
from playground.settings import Settings

INTERVALS = {0: "By hand", 3600: "Every hour", 24 * 3600: "Every day", 7 * 24 * 3600: "Every week"}  # by seconds


def build_schedule(store: Store, catalog: Catalog, jobs: TrainingJobs, settings: Settings) -> Schedule:
    """What looks at the watches of this store, once it is started."""

    def ask(watch: Watch, halt: threading.Event) -> Generator[Any, None, Look]:
        for weights in watch.experiment.models:
            load_learned(weights, jobs, catalog, settings)
        within, in_all = settings.max_seconds, settings.max_experiment_seconds
        return (yield from look(watch, catalog, halt=halt, max_seconds=within, max_total_seconds=in_all))

    return Schedule(Watches(store), ask)


def may_schedule(settings: Settings) -> bool:
    """Whether anything is looked at by itself here: on a shared server only where its operator wants that."""
    return not settings.public or settings.watches
