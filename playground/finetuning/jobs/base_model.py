"""The model that a training begins with, and one that teaches it, loaded from where their files lie."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from playground.backends.loads import Unwatched
from playground.backends.sources import HOME, ModelSource
from playground.finetuning.jobs.job import Job
from playground.settings import Settings


def load_base(job: Job, cache: Path) -> tuple[Any, Any]:
    """The model and its tokenizer. Raises ModelUnavailable."""
    return _load(source_of(job), job.model_title, cache)


def load_teacher(job: Job, cache: Path, model: Any, tokenizer: Any) -> tuple[Any, int | None]:
    """What teaches, if anything but the model itself does, and its window.

    Raises ModelUnavailable, and TrainingFailed for one with other tokens.
    """
    if job.teacher is None:
        return None, None
    from playground.finetuning.objectives.teachers import Teacher, check_teacher

    teacher, own_tokenizer = _load(_on_this_machine(job.teacher), job.teacher_title, cache)
    check_teacher(own_tokenizer, tokenizer, job.teacher_title, job.model_title)
    if job.teacher_adapter is not None:
        teacher = _with_adapter(teacher, _on_this_machine(job.teacher_adapter))
    return Teacher(teacher, model.config.vocab_size), getattr(teacher.config, "max_position_embeddings", None)


def _with_adapter(model: Any, source: ModelSource) -> Any:
    """The model with an adapter in its weights. Raises ModelUnavailable for one that cannot be there."""
    from playground.backends.local.adapters.adapter_folder import read_adapter
    from playground.backends.local.adapters.merged_adapter import merge

    return merge(read_adapter(Path(source.place), ""), model)


def source_of(job: Job) -> ModelSource:
    """Where the base's files lie on this machine."""
    return _on_this_machine(job.source)


def _on_this_machine(source: ModelSource) -> ModelSource:
    """Of what comes with the playground a source says where in its folder."""
    shipped = HOME / source.place
    return replace(source, place=str(shipped)) if source.kind == "folder" and shipped.exists() else source


def _load(source: ModelSource, title: str, cache: Path) -> tuple[Any, Any]:
    from playground.backends.local.files.loading import load
    from playground.backends.local.opening import find_files

    return load(*find_files(source, title, Settings(cache=cache), Unwatched()))
