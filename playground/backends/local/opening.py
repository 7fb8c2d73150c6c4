"""Opens a source: fetches, checks and loads a model, or an adapter for a loaded model."""

import logging
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from playground.backends import packaged_models
from playground.backends.base import Backend
from playground.backends.details import AdapterDetails, ModelDetails
from playground.backends.loads import LoadReport
from playground.backends.local.adapted_model import AdaptedModel, ModelChange
from playground.backends.local.adapters.adapter_folder import check_size
from playground.backends.local.backend import LocalBackend
from playground.backends.local.files import hub, packaged_model
from playground.backends.local.files.headers import read_json
from playground.backends.local.files.inspection import Inspection, check_config, inspect
from playground.backends.local.files.loading import describe_precision, device, footprint, load
from playground.backends.local.forward.precision import prepare
from playground.backends.local.tasks import open_task
from playground.backends.local.weights.threads import all_threads, set_threads_here
from playground.backends.sources import ModelSource
from playground.errors import ModelUnavailable, NotSupported
from playground.settings import Settings
from playground.types import Progress

# Of a hub or a package index, as this program and pip write it.
ADDRESS = re.compile(r"\b\w+://[^\s,;)]*[^\s,;).:]|\bhost='[^']*'")
log = logging.getLogger(__name__)


def open_model(source: ModelSource, title: str, settings: Settings, report: LoadReport) -> Backend:
    """Raises ModelUnavailable for what cannot be loaded, LimitReached for what does not fit."""
    set_threads_here(all_threads())
    with hide_server_paths(source, settings):
        return _open(source, title, settings, report)


def _open(source: ModelSource, title: str, settings: Settings, report: LoadReport) -> Backend:
    started = time.monotonic()
    folder, gguf = find_files(source, title, settings, report)
    inspection = inspect(folder, gguf)
    report.reserve(*_memory_needed(inspection, settings))
    report(Progress(what=f"Reading {title}", total=inspection.size / 1e6, unit="MB"))
    model, tokenizer = load(folder, gguf, inspection.task)
    if inspection.task:
        return open_task(
            inspection.task, model, tokenizer, title, _details(inspection, model, tokenizer, source, settings, started)
        )
    report(Progress(what=f"Preparing {title}"))

    def backend(model: Any, label: str) -> LocalBackend:
        return LocalBackend(
            prepare(model, settings.precision),
            tokenizer,
            label=label,
            max_rows=settings.max_rows,
            max_queue=settings.max_queue,
            max_seconds=settings.max_seconds,
            kv_bytes=settings.kv_megabytes * 2**20,
        )

    def copy_base(change: ModelChange, label: str) -> LocalBackend:
        return backend(change(load(folder, gguf)[0]), label)

    base = backend(model, title)
    details = replace(_details(inspection, model, tokenizer, source, settings, started), ways=base.ways)
    if base.ways.slow_parts:
        log.warning("%s is slower than it could be: %s.", title, base.ways.slow_parts)
    else:
        log.info("%s takes every quick way: all %d layers are fused.", title, base.ways.fused)
    return AdaptedModel(base, model, title, details, copy_base)


def attach(
    backend: Backend, source: ModelSource, name: str, title: str, about: str, settings: Settings, report: LoadReport
) -> AdapterDetails:
    """Attach an adapter to a loaded model. Raises NotSupported for one that takes none, ModelUnavailable."""
    if not isinstance(backend, AdaptedModel):
        raise NotSupported("Adapters can be loaded for local language models; this model takes none.")
    set_threads_here(all_threads())
    with hide_server_paths(source, settings):
        folder = Path(source.place)
        if source.kind == "hub":
            repository = hub.Repository(source.place, source.revision)
            folder = hub.fetch(
                repository, settings.cache, report, lambda folder, size: check_size(title, size), hub.ADAPTER_WEIGHTS
            )
        return backend.attach(folder, name, title, about, report, _source_title(source, settings))


def _source_title(source: ModelSource, settings: Settings) -> str:
    """Where it lies; strangers need not know the operator's folders."""
    return source.title if settings.public else str(source)


@contextmanager
def hide_server_paths(source: ModelSource, settings: Settings) -> Iterator[None]:
    """Messages without the operator's folders and addresses, for strangers."""
    try:
        yield
    except ModelUnavailable as error:
        if not settings.public:
            raise
        log.warning("A model or adapter could not be opened. %s", error)
        message = error.brief.replace(str(settings.cache / "hub"), "the cache").replace(
            str(settings.cache), "the cache"
        )
        place = Path(source.place)
        for path in (place, *([place.parent] if source.kind == "gguf" else [])):
            if path.is_absolute() and path.name:
                message = message.replace(str(path), path.name)
        raise ModelUnavailable(ADDRESS.sub("its address", message)) from None


def find_files(source: ModelSource, title: str, settings: Settings, report: LoadReport) -> tuple[Path, str]:
    """Where the model lies, and its file there if that is GGUF; it is fetched first from a hub.

    Raises ModelUnavailable for what cannot be had, and whatever `report.reserve` raises.
    """
    if source.kind == "packaged":
        model = packaged_models.find_packaged(source.place)
        # Before anything is fetched: what does not fit is not worth the wait.
        needed = footprint(model.parameters, settings.precision)
        report.reserve(needed.size, needed.free)
        return packaged_model.fetch_converted(settings.cache, report, model), ""
    if source.kind == "folder":
        return Path(source.place), ""
    if source.kind == "gguf":
        path = Path(source.place)
        return path.parent, path.name

    def check(folder: Path, size: int) -> None:
        if (folder / "config.json").is_file() and not source.file:
            check_config(read_json(folder / "config.json"), f"{title}, config.json")
        report.reserve(size)  # as it is stored: what it takes in memory is known from its headers

    repository = hub.Repository(source.place, source.revision)
    return hub.fetch(repository, settings.cache, report, check, hub.weights_pattern(source.file)), source.file


def _memory_needed(inspection: Inspection, settings: Settings) -> tuple[int, int | None]:
    needed = footprint(inspection.parameters, "float32" if inspection.task else settings.precision)
    return max(needed.size, inspection.size), needed.free  # it is read as it is stored


def _details(
    inspection: Inspection, model: Any, tokenizer: Any, source: ModelSource, settings: Settings, started: float
) -> ModelDetails:
    parameters = sum(parameter.numel() for parameter in model.parameters())
    return ModelDetails(
        source=packaged_model.read_origin(inspection.folder) or _source_title(source, settings),
        architecture=type(model).__name__,
        parameters=parameters,
        stored=inspection.stored,
        precision="float32" if inspection.task else describe_precision(settings.precision),
        device=str(device()),
        memory_bytes=footprint(parameters, "float32" if inspection.task else settings.precision).size,
        context_length=getattr(model.config, "max_position_embeddings", None),
        chat=bool(getattr(tokenizer, "chat_template", None)),
        task=inspection.task,
        licence=packaged_models.find_packaged(source.place).licence
        if source.kind == "packaged"
        else inspection.licence,
        seconds=time.monotonic() - started,
    )
