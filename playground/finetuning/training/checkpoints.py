"""Where a training stands, kept in a folder so that it can go on from there."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from playground.errors import TrainingFailed, TrainingHopeless
from playground.finetuning.training.events import LATEST
from playground.finetuning.whole_file import writing_whole

BEST = "best.pt"
VERSION = 2  # of what a checkpoint holds, and of the order in which rows come


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """The last state of a training in a folder, and the weights of its best look."""

    folder: Path

    def write(self, state: Mapping[str, Any]) -> None:
        """Keep where it stands, in place of what was kept before. Raises TrainingFailed when the disk takes no more."""
        self._write(LATEST, state)

    def write_best(self, weights: Mapping[str, Any], step: int, loss: float) -> None:
        """Keep the weights of the best look so far, with its step and its loss. Raises as `write`."""
        self._write(BEST, {"weights": dict(weights), "step": step, "loss": loss})

    def read(self) -> dict[str, Any] | None:
        """Where it stood; None before the first checkpoint. Raises TrainingFailed for a file that cannot be read."""
        return self._read(LATEST)

    def read_step(self) -> int | None:
        """The step after which it stood; None before the first checkpoint. Its weights stay on the disk."""
        state = self._read(LATEST, mmap=True)
        return None if state is None else int(state["standing"]["step"])

    def read_best(self) -> dict[str, Any] | None:
        """The `weights` of the best look, its `step` and its `loss`; None before the first."""
        return self._read(BEST)

    def _write(self, name: str, data: Mapping[str, Any]) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with writing_whole(self.folder / name) as unfinished:
                torch.save({**data, "version": VERSION}, unfinished)
        except (OSError, RuntimeError) as error:  # torch's writer raises either when the disk is full
            why = getattr(error, "strerror", None) or "PyTorch could not write it whole"  # nobody is told the path
            kept = (self.folder / LATEST).exists()
            again = (
                "The one before it is still there; make room on the disk and go on from it."
                if kept
                else ("Make room on the disk and start again.")
            )
            raise TrainingFailed(f"The checkpoint could not be written: {why}. {again}") from error

    def _read(self, name: str, mmap: bool = False) -> dict[str, Any] | None:
        path = self.folder / name
        if not path.exists():
            return None
        try:
            # Only tensors and plain values: a file that somebody put there cannot run code.
            data: dict[str, Any] = torch.load(path, weights_only=True, map_location="cpu", mmap=mmap)
        except Exception as error:  # whatever torch raises at a file that is not as it wrote it
            raise TrainingHopeless(f"The checkpoint {name} cannot be read; start this training anew.") from error
        if not isinstance(data, dict) or data.get("version") != VERSION:
            raise TrainingHopeless(
                "This training was begun by another version of the playground, and this one cannot go on with its "
                "checkpoint: start it anew, with the same data and recipe."
            )
        return data
