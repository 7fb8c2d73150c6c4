"""What was learned, downloaded with its card, and the training as a script."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.errors import PlaygroundError
from playground.finetuning.jobs.job import JobFolder
from playground.finetuning.jobs.learned import name_of
from playground.finetuning.jobs.training_jobs import TrainingJobs
from playground.finetuning.taking_away.packing import pack
from playground.finetuning.taking_away.trl_script import pack_script
from playground.ui import widgets
from playground.ui.finetune.running_panel import RunningPanel
from playground.ui.handlers.event_options import AT_ONCE, READING
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.tab import PageContext, Updates


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeAway:
    """The buttons, and the frame that shows them once there is something to take."""

    frame: Any
    download: Any
    script: Any


def build() -> TakeAway:
    """Lay out the buttons, which are not shown yet."""
    with gr.Row(visible=False, elem_classes="quiet-row", elem_id="training-download") as frame:
        download, script = (widgets.download(what) for what in ("Download it with its card", "As a script for TRL"))
    return TakeAway(frame=frame, download=download, script=script)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeAwayHandlers:
    """The handlers."""

    files: TakeAway
    running: RunningPanel
    jobs: TrainingJobs
    shared: PageContext

    @report_errors
    def take_away(self, key: str, request: gr.Request) -> Updates:
        return {self.files.download: self._archive(key, request, pack)}

    @report_errors
    def take_script(self, key: str, request: gr.Request) -> Updates:
        return {self.files.script: self._archive(key, request, pack_script, "-trl")}

    def _archive(
        self, key: str, request: gr.Request, packing: Callable[[JobFolder], bytes], what: str = ""
    ) -> dict[str, str]:
        owner = self.shared.sessions.visitor(request)
        packed = packing(JobFolder(self.jobs.result(key, owner).parent))
        name = f"{name_of(self.jobs.standing(key, owner))}{what}.zip"
        return {"name": name, "base64": base64.b64encode(packed).decode("ascii")}

    @report_errors
    def offer_download(self, key: str, request: gr.Request) -> Updates:
        """Only of a training that is through; of one that is gone meanwhile nothing is said here."""
        try:
            done = bool(key) and self.jobs.standing(key, self.shared.sessions.visitor(request)).phase == "done"
        except PlaygroundError:
            done = False
        return {self.files.frame: gr.update(visible=done)}


def wire(handlers: TakeAwayHandlers) -> None:
    """Attach the handlers."""
    files, running = handlers.files, handlers.running
    files.download.click(handlers.take_away, running.chosen, [files.download], **READING)
    files.script.click(handlers.take_script, running.chosen, [files.script], **READING)
    gr.on(
        [running.chosen.change, running.changes.change], handlers.offer_download, running.chosen, [files.frame],
        trigger_mode="always_last", **AT_ONCE,
    )  # fmt: skip
