"""How a training stands, read anew from its folder whenever somebody looks."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from playground.finetuning.jobs.job import End, Job, JobFolder
from playground.finetuning.training.events import Look, TrainingStep, event_from_dict

Phase = Literal["queued", "running", "done", "stopped", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What happened: every step and look once, the last of each number, and the words of the last stage."""

    steps: tuple[TrainingStep, ...] = ()
    looks: tuple[Look, ...] = ()
    stage: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A training at one moment. `place` in the queue is 0 for the one that is next, None for one that does not wait."""

    job: Job
    phase: Phase
    history: History
    end: End | None = None
    place: int | None = None

    @property
    def going(self) -> bool:
        return self.phase in ("queued", "running")

    @property
    def resumable(self) -> bool:
        """Whether it ended before its last step, and can go on."""
        return self.phase in ("stopped", "failed")


def read_history(folder: JobFolder) -> History:
    """All that is written down so far. A line that is being written is left for the next look."""
    try:
        size = folder.events.stat().st_size
    except FileNotFoundError:
        return History()
    return _read(folder.events, size)


@lru_cache(maxsize=256)  # a list of trainings is looked at often, and of most of them nothing is new
def _read(events: Path, size: int) -> History:
    """What the first `size` bytes say: the file only grows."""
    with events.open("rb") as file:
        lines = file.read(size).decode("utf-8").splitlines(keepends=True)
    return _history([line for line in lines if line.endswith("\n")])


def _history(lines: Sequence[str]) -> History:
    steps: dict[int, TrainingStep] = {}
    looks: dict[int, Look] = {}
    stage = ""
    for line in lines:
        data = json.loads(line)
        if data["kind"] == "stage":
            stage = data["words"]
            continue
        event = event_from_dict(data)
        if isinstance(event, TrainingStep):
            if event.step in steps:  # it went on from an earlier step, and does again what came after that
                steps = {number: step for number, step in steps.items() if number < event.step}
                looks = {number: look for number, look in looks.items() if number < event.step}
            steps[event.step] = event
        elif isinstance(event, Look):
            looks[event.step] = event
    return History(steps=tuple(steps.values()), looks=tuple(looks.values()), stage=stage)
