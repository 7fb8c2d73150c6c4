"""The model that a training begins with, loaded from where its files lie."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from playground.backends.loads import Unwatched
from playground.backends.sources import HOME, ModelSource
from playground.finetuning.jobs.job import Job
from playground.settings import Settings


def load_base(job: Job, cache: Path) -> tuple[Any, Any]:
    """The model and its tokenizer. Raises ModelUnavailable."""
    from playground.backends.local.files.loading import load
    from playground.backends.local.opening import find_files

    return load(*find_files(source_of(job), job.model_title, Settings(cache=cache), Unwatched()))


def source_of(job: Job) -> ModelSource:
    """Where its files lie on this machine: of what comes with the playground a source says where in its folder."""
    shipped = HOME / job.source.place
    return replace(job.source, place=str(shipped)) if job.source.kind == "folder" and shipped.exists() else job.source
