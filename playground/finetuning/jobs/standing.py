"""How a training stands, read anew from its folder whenever somebody looks."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, Literal

from playground.finetuning.jobs.job import End, Job, JobFolder
from playground.finetuning.training.events import Look, TrainingStep, TryBegun, TryEnded, event_from_dict

MEAN_OF = 10  # steps that a loss in words, and a point of the smooth curve, is the mean of
Phase = Literal["queued", "running", "done", "stopped", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What happened: every step and look once, the last of each number, and the words of the last stage.

    Of a search, steps and looks are those of the last try that has begun, `trying`; `tries` are those that are over.
    """

    steps: tuple[TrainingStep, ...] = ()
    looks: tuple[Look, ...] = ()
    stage: str = ""
    tries: tuple[TryEnded, ...] = ()
    trying: TryBegun | None = None

    @property
    def recent(self) -> tuple[TrainingStep, ...]:
        """The last steps, whose mean says more than one of them: each looks at other rows."""
        return self.steps[-MEAN_OF:]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A training at one moment. `place` in the queue is 0 for the one that is next, None for one that does not wait;
    one that is `stopping` still runs, to keep where it stands."""

    job: Job
    phase: Phase
    history: History
    end: End | None = None
    place: int | None = None
    stopping: bool = False

    @property
    def going(self) -> bool:
        return self.phase in ("queued", "running")

    @property
    def resumable(self) -> bool:
        """Whether it ended before its last step, and going on with it is no waste of time."""
        return self.phase in ("stopped", "failed") and not (self.end and self.end.hopeless)


def read_history(folder: JobFolder) -> History:
    """All that is written down so far. A line that is being written, or is torn, is left out."""
    return _reader(folder.events).read()


@lru_cache(maxsize=256)  # more than there are trainings: a list of them is looked at often, and of most nothing is new
def _reader(events: Path) -> "_Reader":
    return _Reader(events)


class _Reader:
    """Reads what is new in a file of events, which only grows. Safe from many threads."""

    def __init__(self, events: Path) -> None:
        self._events = events
        self._lock = Lock()
        self._offset = 0  # bytes read, always whole lines
        self._steps: dict[int, TrainingStep] = {}
        self._looks: dict[int, Look] = {}
        self._tries: dict[int, TryEnded] = {}
        self._trying: TryBegun | None = None
        self._history = History()

    def read(self) -> History:
        with self._lock:
            try:
                with self._events.open("rb") as file:
                    file.seek(self._offset)
                    new = file.read()
            except FileNotFoundError:
                return self._history
            whole = new[: new.rfind(b"\n") + 1]
            if whole:
                stage = self._history.stage
                for line in whole.splitlines():
                    stage = self._take(json.loads(line)) or stage
                self._offset += len(whole)
                self._history = History(
                    steps=tuple(self._steps.values()), looks=tuple(self._looks.values()), stage=stage,
                    tries=tuple(self._tries.values()), trying=self._trying,
                )  # fmt: skip
            return self._history

    def _take(self, data: Mapping[str, Any]) -> str:
        """Keep a step or a look; returns the words of a stage."""
        if data["kind"] == "stage":
            return str(data["words"])
        event = event_from_dict(data)
        if isinstance(event, TrainingStep):
            if event.step in self._steps:  # it went on from an earlier step, and does again what came after that
                self._steps = {number: step for number, step in self._steps.items() if number < event.step}
                self._looks = {number: look for number, look in self._looks.items() if number < event.step}
            self._steps[event.step] = event
        elif isinstance(event, Look):
            self._looks[event.step] = event
        elif isinstance(event, TryBegun):
            if self._trying != event:  # and is no try that goes on after a stop
                self._steps, self._looks = {}, {}
            self._trying = event
        elif isinstance(event, TryEnded):
            self._tries[event.number] = event
        return ""
