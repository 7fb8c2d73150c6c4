"""How a training's process comes to its end: it is written down, also when somebody asks for it early."""

import os
import sys
import threading

from playground.errors import TrainingFailed
from playground.finetuning.jobs.job import End, JobFolder
from playground.finetuning.training.events import LATEST


class Stop:
    """Whether somebody asked for an end. Before there is anything to keep, such as while a model is read, which takes
    no notice of anybody, the process ends at once."""

    def __init__(self, folder: JobFolder) -> None:
        self._folder = folder
        self.ending = threading.Lock()  # held by whoever writes the end down
        self.asked = threading.Event()
        self.has_begun = threading.Event()  # there is something to keep, and whoever has it looks whether it is asked

    def ask(self) -> None:
        self.asked.set()
        with self.ending:
            if not self.has_begun.is_set():
                os._exit(write_down(self._folder, stopped_before_it_began(self._folder)))


def stopped_before_it_began(folder: JobFolder) -> End:
    """It stands where it stood the time before."""
    before = folder.read_end_before()
    step = before.step if before and (folder.checkpoints / LATEST).exists() else 0  # a search has one for each try
    words = "Stopped before its first step."
    if folder.has_checkpoint:
        words = (
            f"Stopped after step {step:,}; it can go on from there." if step else "Stopped; it can go on from there."
        )
    return End(ending="stopped", words=words, step=step)


def write_down(folder: JobFolder, end: End) -> int:
    """The exit status: 0 once the end is written down."""
    try:
        folder.write_end(end)
    except OSError as error:  # it is said in the log, or by the exit status where that is full too
        print(f"{end.words} This could not be written down: {error.strerror}.", file=sys.stderr)
        return 1
    if end.ending == "done":
        _write_card(folder)
    return 0


def _write_card(folder: JobFolder) -> None:
    """What was learned is there, also where the disk takes no card: that is written anew when it is taken away."""
    from playground.finetuning.taking_away.card import write_card

    try:
        write_card(folder)
    except TrainingFailed as error:
        print(error, file=sys.stderr)
