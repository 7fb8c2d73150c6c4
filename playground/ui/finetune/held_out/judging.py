"""Asks both the sealed items, and shows what was found of a training before."""

import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gradio as gr

from playground.backends.catalog import Catalog
from playground.errors import InvalidSetup, NotSupported, PlaygroundError
from playground.finetuning.held_out.answering import Answering
from playground.finetuning.held_out.asked import Asked, asked_of_own_rows, asked_of_task
from playground.finetuning.held_out.judging import judge
from playground.finetuning.held_out.kept import with_looks, write_held_out
from playground.finetuning.held_out.tasks import task_of_data
from playground.finetuning.jobs.job import JobFolder
from playground.finetuning.jobs.learned import loading_learned, weights_of
from playground.finetuning.jobs.standing import Standing
from playground.finetuning.jobs.training_jobs import TrainingJobs
from playground.finetuning.taking_away.card import write_card
from playground.retrieval.collections import shipped_collections
from playground.returning import Returning
from playground.types import Weights
from playground.ui import widgets
from playground.ui.finetune.held_out.held_out_values import held_out_value
from playground.ui.finetune.in_place import run_in_place
from playground.ui.finetune.running_panel import RunningPanel
from playground.ui.finetune.stages import stage_text
from playground.ui.handlers.event_options import AT_ONCE, QUIET, experimenting
from playground.ui.handlers.messages import report_errors, tell
from playground.ui.handlers.tab import PageContext, Updates
from playground.ui.handlers.visitors import visitor_of
from playground.ui.widgets import waiting_line
from playground.ui.widgets.status import sentence
from playground.ui.widgets.waiting_line import WaitingLine

INTERVAL = 0.3  # seconds between two news
MOST = 90  # items that are asked
NOTHING_SEALED = (
    "No row of this training was sealed, and its data has no sealed items whose answers are scored by themselves. Seal "
    "a share of your own rows, or look at it in Compare."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOutPanel:
    """The widgets."""

    frame: Any
    collection: Any
    start: Any
    line: WaitingLine
    state: Any
    found: Any


def build(page: Any) -> HeldOutPanel:
    """Lay out the panel; it is seen beside a training that has ended well."""
    documents = [("none", ""), *((one.title, name) for name, one in shipped_collections().items())]
    with gr.Column(visible=False, elem_id="held-out") as frame:
        with gr.Row(elem_classes="quiet-row"):
            start = gr.Button(
                "Score it on sealed items", size="sm", elem_id="held-out-button", elem_classes="quiet-button"
            )
            stop = gr.Button("Stop scoring", size="sm", interactive=False, elem_classes="quiet-button")
        collection = gr.Dropdown(
            documents, value="", label="Documents that may know the answers", filterable=False,
            info="With some, both are asked with passages of them too.",
        )  # fmt: skip
        line = waiting_line.build(page, start, stop)
        state = widgets.words(spoken=True, elem_id="held-out-state")
        found = widgets.tables(elem_id="held-out-found")
    return HeldOutPanel(frame=frame, collection=collection, start=start, line=line, state=state, found=found)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOutHandlers:
    """The handlers."""

    panel: HeldOutPanel
    running: RunningPanel
    jobs: TrainingJobs
    shared: PageContext

    def judge(self, values: dict[Any, Any], request: gr.Request) -> Iterator[Updates]:
        """Both are asked, and what is found is kept with what was learned."""
        panel, shared, going, key = self.panel, self.shared, values[self.panel.line.turn], values[self.running.chosen]
        owner, catalog = shared.sessions.visitor(request), shared.sessions.of(request)
        standing, folder = self.jobs.standing(key, owner), self.jobs.result(key, owner)
        asked = self._asked(standing, owner, _collection(values[panel.collection]))
        stopped = {panel.state: sentence("Stopped; what was answered is kept.")}
        with shared.places.hold(visitor_of(request)):
            yield {panel.state: sentence("Loading what was learned.")}
            work = self._judge(standing, folder, asked, owner, catalog)
            yield from run_in_place(work, going, panel.state, lambda: stopped)

    def _judge(
        self, standing: Standing, folder: Path, asked: Asked, owner: str, catalog: Catalog
    ) -> Generator[Updates, None, Updates]:
        panel, shared, said = self.panel, self.shared, 0.0
        for _ in catalog.open(asked.base.model):
            yield {panel.state: gr.skip()}
        for _ in loading_learned(standing, folder, catalog, shared.settings, tell):
            yield {panel.state: gr.skip()}
        answering = Answering(
            catalog=catalog, store=shared.store, visitor=owner, max_seconds=shared.settings.max_seconds,
            max_total_seconds=shared.settings.max_experiment_seconds, max_cells=shared.settings.max_cells,
        )  # fmt: skip
        with Returning(judge(asked, answering)) as judging:
            for news in judging:
                if time.monotonic() - said > INTERVAL:
                    said = time.monotonic()
                    yield {panel.state: sentence(stage_text(news.words))}
        result = write_held_out(folder, judging.value, self._others(owner))
        write_card(JobFolder(folder.parent))
        text = "Kept with what was learned, and in its card."
        return {panel.found: held_out_value(result), panel.state: sentence(text)}

    @report_errors
    def show_kept(self, key: str, request: gr.Request) -> Updates:
        """What was found of a training before; of one that is gone meanwhile nothing is said here."""
        owner, panel = self.shared.sessions.visitor(request), self.panel
        try:
            standing = self.jobs.standing(key, owner) if key else None
            done = standing is not None and standing.phase == "done" and standing.job.head is None
            kept = with_looks(self.jobs.result(key, owner), self._others(owner)) if done else None
        except PlaygroundError:
            done, kept = False, None
        return {
            panel.frame: gr.update(visible=done),
            panel.found: held_out_value(kept),
            panel.state: sentence(""),
        }

    def _asked(self, standing: Standing, owner: str, collection: str) -> Asked:
        """What is asked of a training: its sealed rows, or the sealed items of its task. Raises NotSupported."""
        trained, validation, held_out = self.jobs.rows(standing.job.id, owner)
        weights = Weights(model=standing.job.model), weights_of(standing)
        if held_out:
            asked = asked_of_own_rows(standing.job.data, (trained, validation, held_out), MOST, *weights)
        elif task := task_of_data(standing.job.data):
            asked = asked_of_task(task, MOST, (*trained, *validation), *weights)
        else:
            raise NotSupported(NOTHING_SEALED)
        return replace(asked, part=replace(asked.part, collection=collection))

    def _others(self, owner: str) -> list[Path]:
        """The folders of all that this visitor's trainings made."""
        return [self.jobs.result(one.job.id, owner) for one in self.jobs.standings(owner) if one.phase == "done"]


def _collection(name: Any) -> str:
    """Raises InvalidSetup for documents that are not on offer."""
    if not isinstance(name, str) or (name and name not in shipped_collections()):
        names = ", ".join(shipped_collections())
        raise InvalidSetup(path=("collection",), value=name, rule=f"it must be one of {names}, or none.")
    return name


def wire(handlers: HeldOutHandlers) -> None:
    """Attach the handlers."""
    panel, chosen = handlers.panel, handlers.running.chosen
    panel.line.attach(
        panel.start.click, report_errors(handlers.judge), {chosen, panel.collection},
        [panel.state, panel.found], preprocess=False, trigger_mode="once", **{**experimenting(), **QUIET},
    )  # fmt: skip
    panel.line.wire()
    gr.on(
        [chosen.change, handlers.running.changes.change], handlers.show_kept, chosen,
        [panel.frame, panel.found, panel.state], **AT_ONCE,
    )  # fmt: skip
