"""Fingerprints of the weights at a source, under which results are kept and machines are compared."""

import functools
import hashlib
from collections.abc import Iterable
from pathlib import Path

from playground.backends import packaged_models
from playground.backends.sources import ModelSource
from playground.settings import Settings

MAX_HASHED = 32 * 2**20  # bytes; of larger files, which take long to read, size and time of change must do
HASHED_SUFFIXES = (".safetensors", ".json", ".gguf", ".jinja", ".model", ".txt", ".spm")


def fingerprint(source: ModelSource, settings: Settings, *, adapter: bool = False) -> str:
    """A text that stays the same as long as the weights do; empty where they are not known before loading."""
    if source.kind == "packaged":
        identity = packaged_models.find_packaged(source.place).identity
    elif source.kind == "hub":
        identity = _hub_fingerprint(source, settings, adapter)
    else:
        place = Path(source.place)
        identity = _files_fingerprint([place] if place.is_file() else sorted(place.iterdir() if place.is_dir() else ()))
    return f"{identity} {settings.precision}" if identity else ""


def contents(source: ModelSource, settings: Settings, *, adapter: bool = False) -> str | None:
    """A digest of all the weights as they lie on this machine, to compare it with another.

    Empty where there are none yet; None where what is still to be fetched is the same everywhere, by its checksum.
    """
    if source.kind == "packaged":
        return _all_bytes((settings.cache / source.place).glob("*.safetensors")) or None
    if source.kind == "hub":
        from playground.backends.local.files import hub

        weights = hub.ADAPTER_WEIGHTS if adapter else hub.weights_pattern(source.file)
        folder = hub.fetched_folder(hub.Repository(source.place, source.revision), settings.cache, weights)
        return _all_bytes(folder.iterdir()) if folder and folder.is_dir() else ""
    place = Path(source.place)
    return _all_bytes([place] if place.is_file() else place.iterdir() if place.is_dir() else ())


def _all_bytes(paths: Iterable[Path]) -> str:
    files = sorted(path for path in paths if path.suffix in HASHED_SUFFIXES and path.is_file())
    digests = [f"{path.name} {_digest(path, path.stat().st_size, path.stat().st_mtime_ns)}" for path in files]
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()[:12] if digests else ""


@functools.lru_cache(maxsize=1024)
def _digest(path: Path, size: int, changed: int) -> str:
    """The sha256 of a file, read again once it has changed."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _hub_fingerprint(source: ModelSource, settings: Settings, adapter: bool) -> str:
    from playground.backends.local.files import hub

    weights = hub.ADAPTER_WEIGHTS if adapter else hub.weights_pattern(source.file)
    folder = hub.fetched_folder(hub.Repository(source.place, source.revision), settings.cache, weights)
    return f"{source.place} {source.file} {folder.name}" if folder else ""


def _files_fingerprint(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        if path.suffix in HASHED_SUFFIXES and path.is_file():
            stat = path.stat()
            whole = stat.st_size <= MAX_HASHED
            digest.update(
                f"{path.name} {stat.st_size} {'' if whole else f'{path.resolve()} {stat.st_mtime_ns}'}\n".encode()
            )
            digest.update(path.read_bytes() if whole else b"")
    return digest.hexdigest() if paths else ""
