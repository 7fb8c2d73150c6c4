"""What was learned, downloaded with its card."""

import base64
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.errors import PlaygroundError
from playground.finetuning.jobs.job import JobFolder
from playground.finetuning.jobs.learned import name_of
from playground.finetuning.jobs.training_jobs import TrainingJobs
from playground.finetuning.taking_away.packing import pack
from playground.ui import widgets
from playground.ui.finetune.running_panel import RunningPanel
from playground.ui.handlers.event_options import AT_ONCE, READING
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.tab import PageContext, Updates


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeAway:
    """The button, and the frame that shows it once there is something to take."""

    frame: Any
    download: Any


def build() -> TakeAway:
    """Lay out the button, which is not shown yet."""
    with gr.Row(visible=False, elem_classes="quiet-row", elem_id="training-download") as frame:
        return TakeAway(frame=frame, download=widgets.download("Download it with its card"))


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeAwayHandlers:
    """The handlers."""

    files: TakeAway
    running: RunningPanel
    jobs: TrainingJobs
    shared: PageContext

    @report_errors
    def take_away(self, key: str, request: gr.Request) -> Updates:
        owner = self.shared.sessions.visitor(request)
        folder = JobFolder(self.jobs.result(key, owner).parent)
        packed = base64.b64encode(pack(folder)).decode("ascii")
        return {self.files.download: {"name": f"{name_of(self.jobs.standing(key, owner))}.zip", "base64": packed}}

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
    gr.on(
        [running.chosen.change, running.changes.change], handlers.offer_download, running.chosen, [files.frame],
        trigger_mode="always_last", **AT_ONCE,
    )  # fmt: skip
