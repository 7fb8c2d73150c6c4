"""Trains a head in a process of its own, followed as it goes on; closing ends that process."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path

from playground.backends.local.files.child_process import run_module
from playground.errors import TrainingFailed
from playground.finetuning.heads.plan import HeadFolder, TrainedHead
from playground.finetuning.training.events import TrainingStep, event_from_dict

PROGRAM = "playground.finetuning.heads.worker"


def follow(folder: HeadFolder, cache: Path) -> Generator[str | TrainingStep, None, TrainedHead]:
    """What it does, in words, and its steps; what came of it is the generator's value.

    Closed before its end, or failed, it leaves nothing behind. Raises TrainingFailed saying why it broke off.
    """
    with tempfile.TemporaryFile() as printed:
        child = subprocess.Popen(
            [sys.executable, *run_module(PROGRAM, str(folder.path), str(cache))], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=printed, env={**os.environ, "OMP_WAIT_POLICY": "passive"},
        )  # fmt: skip
        done = False
        try:
            assert child.stdout is not None
            for line in child.stdout:
                event = json.loads(line)
                if event["kind"] == "failed":
                    raise TrainingFailed(event["words"])
                done = event["kind"] == "done"
                if not done:
                    yield event["words"] if event["kind"] == "stage" else _step(event)
            status = child.wait()
            trained = folder.read_trained()
            if not done or trained is None:
                raise TrainingFailed(_why(status, printed.read() if not printed.seek(0) else b""))
            return trained
        finally:
            child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    pipe.close()
            if not done:
                shutil.rmtree(folder.path, ignore_errors=True)


def _step(event: dict[str, object]) -> TrainingStep:
    step = event_from_dict(event)
    assert isinstance(step, TrainingStep)
    return step


def _why(status: int, printed: bytes) -> str:
    if status < 0:
        return f"The head's process was ended by signal {-status}, perhaps because memory ran out. Start it again."
    lines = [line for line in printed.decode("utf-8", "replace").splitlines() if line.strip()]
    return f"The head's training broke off: {lines[-1][:300] if lines else f'its process ended with {status}'}."
