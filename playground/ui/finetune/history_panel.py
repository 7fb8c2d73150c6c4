"""All trainings of this visitor: looked at again, side by side, and deleted."""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as declared
from pathlib import Path
from typing import Any

import gradio as gr

from playground.finetuning.history.outcome import outcome_of
from playground.finetuning.history.side_by_side import Compared, as_csv
from playground.finetuning.jobs.learned import unload_learned
from playground.finetuning.jobs.training_jobs import TrainingJobs
from playground.parameters import STRICT
from playground.ui import widgets
from playground.ui.finetune import training_values
from playground.ui.finetune.curves_figure import side_by_side
from playground.ui.finetune.limits import check_delete
from playground.ui.finetune.running_panel import RunningPanel
from playground.ui.handlers import payloads
from playground.ui.handlers.event_options import AT_ONCE
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.tab import PageContext, Updates
from playground.ui.handlers.trigger_modes import on_opening_and

HERE = Path(__file__).parent
MOST = 8  # side by side: each has a colour


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ticked:
    """The trainings that are to stand side by side, by their ids."""

    __pydantic_config__ = STRICT

    keys: tuple[str, ...] = declared(metadata={"max_length": 200})


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPanel:
    """The widgets. `ticked` are the trainings that stand side by side, by their ids."""

    list: Any
    plot: Any
    table: Any
    files: Any
    save: Any
    ticked: Any


def build() -> HistoryPanel:
    """Lay out the panel."""
    gr.Markdown("### All trainings")
    gr.Markdown("Tick some to see them side by side.", elem_classes="field-label")
    listed = widgets.widget(HERE / "trainings.js", value=[], elem_id="trainings")
    plot = gr.Plot(show_label=False, container=False, visible=False, elem_id="trainings-curves")
    table = widgets.tables(elem_id="trainings-table")
    with gr.Row(visible=False, elem_classes="quiet-row") as files:
        save = widgets.download("Download the table")
    return HistoryPanel(list=listed, plot=plot, table=table, files=files, save=save, ticked=gr.State([]))


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryHandlers:
    """The handlers."""

    panel: HistoryPanel
    running: RunningPanel
    jobs: TrainingJobs
    shared: PageContext

    def list(self, request: gr.Request) -> Updates:
        found = self.jobs.listed(self.shared.sessions.visitor(request))
        return {self.panel.list: training_values.history_value(found)}

    def choose(self, event: gr.EventData, request: gr.Request) -> Updates:
        key = payloads.read(payloads.Choice, event).key
        return self.running.show(self.jobs.standing(key, self.shared.sessions.visitor(request)))

    def delete(self, chosen: str, changes: int, models: int, event: gr.EventData, request: gr.Request) -> Updates:
        """One training, with what it made in the list of models; when it is the one that is looked at, nothing is."""
        key, owner = payloads.read(payloads.Choice, event).key, self.shared.sessions.visitor(request)
        unloaded: Updates = {}

        def unload() -> None:
            if unload_learned(standing, self.shared.sessions.of(request)):
                unloaded[self.shared.model_changes] = models + 1

        if key in self.jobs.listed(owner):  # as which only what cannot be read stands there
            self.jobs.delete(key, owner)
        else:
            standing = self.jobs.standing(key, owner)
            check_delete(self.shared.settings, standing)
            self.jobs.delete(key, owner, unload)
        gone = self.running.show(None) if key == chosen else {}
        return {**gone, **unloaded, self.running.changes: changes + 1}

    def compare(self, event: gr.EventData, request: gr.Request) -> Updates:
        keys = payloads.read(_Ticked, event).keys[:MOST]
        compared = self._compared(keys, request)
        figure = side_by_side([standing for standing, _ in compared])
        return {
            self.panel.plot: gr.update(value=figure, visible=figure is not None),
            self.panel.table: training_values.compared_value(compared),
            self.panel.ticked: list(keys),
            self.panel.files: gr.update(visible=bool(keys)),
        }

    def save_table(self, keys: Sequence[str], request: gr.Request) -> Updates:
        return {self.panel.save: {"name": "trainings.csv", "text": as_csv(self._compared(keys, request))}}

    def _compared(self, keys: Sequence[str], request: gr.Request) -> Sequence[Compared]:
        owner = self.shared.sessions.visitor(request)
        standings = [self.jobs.standing(key, owner) for key in keys]
        return [(one, outcome_of(one, self.jobs.place_of_result(one.job.id, owner))) for one in standings]


def wire(handlers: HistoryHandlers) -> None:
    """Attach the handlers."""
    panel, running, models = handlers.panel, handlers.running, handlers.shared.model_changes
    listed, choose, delete, compare = (
        report_errors(one) for one in (handlers.list, handlers.choose, handlers.delete, handlers.compare)
    )
    on_opening_and(
        handlers.shared.opening, [running.changes.change], listed, None, [panel.list], trigger_mode="always_last",
        **AT_ONCE,
    )  # fmt: skip
    panel.list.choose_training(choose, None, running.outputs, **AT_ONCE)
    panel.list.delete_training(
        delete, [running.chosen, running.changes, models], [*running.outputs, running.changes, models], **AT_ONCE
    )
    panel.list.set_side_by_side(compare, None, [panel.plot, panel.table, panel.ticked, panel.files], **AT_ONCE)
    panel.save.click(report_errors(handlers.save_table), panel.ticked, [panel.save], **AT_ONCE)
