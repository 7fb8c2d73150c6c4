"""What was learned is put into the weights of its base, as a model's folder on this machine."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.errors import PlaygroundError
from playground.finetuning.jobs.job import JobFolder
from playground.finetuning.jobs.training_jobs import TrainingJobs
from playground.finetuning.methods import method_of
from playground.finetuning.taking_away.merge_process import follow_merge
from playground.finetuning.taking_away.merging import merged_words, refuse_unmergeable
from playground.returning import Returning
from playground.ui import widgets
from playground.ui.finetune.in_place import run_in_place
from playground.ui.finetune.running_panel import RunningPanel
from playground.ui.handlers.event_options import AT_ONCE, QUIET
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.one_at_a_time import Stoppable, until_stopped
from playground.ui.handlers.tab import PageContext, Updates
from playground.ui.language.translating import translated
from playground.ui.widgets import waiting_line
from playground.ui.widgets.status import sentence
from playground.ui.widgets.waiting_line import WaitingLine

MERGING = {**QUIET, "concurrency_id": "merging", "concurrency_limit": 1}  # each has two models in memory
STOPPED = "Stopped; nothing of the merged model is kept."
USE_IT = "Give that folder to the Models tab to ask it."


@dataclass(frozen=True, slots=True, kw_only=True)
class MergePanel:
    """The widgets, in a frame that is seen beside a training whose adapter can be merged."""

    frame: Any
    start: Any
    line: WaitingLine
    state: Any


def build(page: Any) -> MergePanel:
    """Lay out the panel, which is not shown yet."""
    with gr.Column(visible=False, min_width=0, elem_id="training-merge") as frame:
        with gr.Row(elem_classes="quiet-row"):
            start = gr.Button("Merge it into its base", size="sm", elem_id="merge-button", elem_classes="quiet-button")
            stop = gr.Button("Stop merging", size="sm", interactive=False, elem_classes="quiet-button")
        line = waiting_line.build(page, start, stop)
        state = widgets.words(spoken=True, elem_id="merge-state")
    return MergePanel(frame=frame, start=start, line=line, state=state)


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeHandlers:
    """The handlers."""

    panel: MergePanel
    running: RunningPanel
    jobs: TrainingJobs
    shared: PageContext

    @report_errors
    def merge(self, values: dict[Any, Any], request: gr.Request) -> Iterator[Updates]:
        """What is done, and where the model lies at the end; stopped, nothing is left."""
        state, going = self.panel.state, values[self.panel.line.turn]
        key, owner = values[self.running.chosen], self.shared.sessions.visitor(request)
        folder = JobFolder(self.jobs.result(key, owner).parent)
        refuse_unmergeable(folder.read_job())
        yield {state: sentence("It begins.")}
        yield from run_in_place(self._follow(folder, going), going, state, lambda: {state: sentence(STOPPED)})

    def _follow(self, folder: JobFolder, going: Stoppable) -> Generator[Updates, None, Updates]:
        state, said = self.panel.state, ""
        with Returning(follow_merge(folder, self.shared.settings.cache)) as work:
            for words in until_stopped(work, going):
                if words != said:
                    said = words
                    yield {state: sentence(f"{translated(words)}.")}
            return {state: sentence(f"{work.value} {USE_IT}" if work.ended else STOPPED)}

    @report_errors
    def show_merged(self, key: str, request: gr.Request) -> Updates:
        """Whether it can be merged, and where it lies if it was; of one that is gone nothing is said here."""
        owner = self.shared.sessions.visitor(request)
        try:
            folder = JobFolder(self.jobs.result(key, owner).parent) if key else None
        except PlaygroundError:
            folder = None
        job = folder.read_job() if folder else None
        can_be = job is not None and job.head is None and method_of(job.recipe).merges
        there = folder is not None and can_be and folder.merged.exists()
        return {
            self.panel.frame: gr.update(visible=can_be),
            self.panel.state: sentence(f"{merged_words(folder.merged, '')} {USE_IT}" if folder and there else ""),
        }


def wire(handlers: MergeHandlers) -> None:
    """Attach the handlers."""
    panel, running = handlers.panel, handlers.running
    panel.line.attach(
        panel.start.click, handlers.merge, {running.chosen}, [panel.state], preprocess=False, trigger_mode="once",
        **MERGING,
    )  # fmt: skip
    panel.line.wire()
    gr.on(
        [running.chosen.change, running.changes.change], handlers.show_merged, running.chosen,
        [panel.frame, panel.state], trigger_mode="always_last", **AT_ONCE,
    )  # fmt: skip
