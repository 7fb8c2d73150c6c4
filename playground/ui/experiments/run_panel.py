"""Running the plan that the form holds: results as they grow, Stop, and what the store has of it after a reload."""

import itertools
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from playground.backends.entries import loaded_names
from playground.evaluation import experiments
from playground.evaluation.plan import Experiment
from playground.ui import widgets
from playground.ui.experiments import run as experiment_run
from playground.ui.experiments import status_values
from playground.ui.experiments.labels import describe_plan_error
from playground.ui.experiments.plan_panel import PlanPanel
from playground.ui.experiments.results_panel import Views
from playground.ui.experiments.run import ExperimentRun, same_plan
from playground.ui.handlers import payloads
from playground.ui.handlers.event_options import QUIET, READING, experimenting
from playground.ui.handlers.experiment_limits import check_size
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.one_at_a_time import refuse_second
from playground.ui.handlers.tab import PageContext, Updates
from playground.ui.handlers.visitors import visitor_of
from playground.ui.widgets import waiting_line
from playground.ui.widgets.status import sentence
from playground.ui.widgets.waiting_line import WaitingLine

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class RunButtons:
    """What starts and stops an experiment, with what it would take."""

    estimate: Any
    start: Any
    stop: Any
    line: WaitingLine


def build_buttons(page: Any) -> RunButtons:
    """Lay out the buttons, which stay in sight."""
    with gr.Column(elem_classes="going", min_width=0):
        estimate = widgets.words(elem_id="estimate")
        with gr.Row(elem_classes="acts"):
            start = gr.Button("Run the experiment", variant="primary", elem_id="experiment-button", elem_classes="runs")
            stop = gr.Button("Stop", interactive=False, elem_id="experiment-stop", elem_classes="stops")
        line = waiting_line.build(page, start, stop)
    return RunButtons(estimate=estimate, start=start, stop=stop, line=line)


def build_status(opening: Experiment) -> Any:
    """Lay out how far the experiment is."""
    value = status_values.status_value(opening, None)
    script = HERE / "experiment_status.js"
    return widgets.widget(script, uses=[widgets.STATUS_LINE], value=value, elem_id="experiment-status")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentHandlers:
    """The handlers. `news` counts what came of an experiment, for the views that show it."""

    panel: PlanPanel
    buttons: RunButtons
    views: Views
    news: Any
    shared: PageContext

    @property
    def memory(self) -> list[Any]:
        return [self.panel.experiment_run, self.news, self.shared.model_changes]

    def run(self, values: dict[Any, Any], request: gr.Request) -> Iterator[Updates]:
        before: ExperimentRun | None = values[self.panel.experiment_run]
        refuse_second(before)
        catalog, settings = self.shared.sessions.of(request), self.shared.settings
        experiment = experiments.parse(self.panel.form.read(values))
        check_size(experiment, settings)
        loaded = loaded_names(catalog.models())
        with ExperimentRun(experiment=experiment) as now:
            yield from self.follow(now, before, itertools.count(values[self.news] + 1), request)
        more = values[self.shared.model_changes] + (
            loaded_names(catalog.models()) != loaded
        )  # a run loads what it needs
        yield {self.panel.recount: time.monotonic_ns(), self.shared.model_changes: more}

    def follow(
        self, begun: ExperimentRun, before: ExperimentRun | None, news: Iterator[int], request: gr.Request
    ) -> Iterator[Updates]:
        """The experiment from its first news to its last; one that fails before any leaves the results of `before`."""
        panel, shared, settings, experiment = self.panel, self.shared, self.shared.settings, begun.experiment
        catalog, visitor = shared.sessions.of(request), shared.sessions.visitor(request)
        limits = {"within": settings.max_seconds, "in_all": settings.max_experiment_seconds}
        other = before is not None and before.table is not None and not same_plan(before.table.experiment, experiment)
        cleared = self.views.clear() if other else {}  # else the last figures would stand below the new title
        now = begun
        yield {**self.show(now, next(news)), panel.stale: sentence(""), **cleared}
        try:
            with shared.places.hold(visitor_of(request)):
                for now in experiment_run.follow(begun, catalog, shared.store, visitor=visitor, **limits):
                    yield self.show(now, next(news))
                # The browser keeps the plan, to ask for its results after a reload.
                status = {**_status(now), "plan": experiment_run.plan_text(experiment)}
                yield {**self.show(now, next(news)), panel.status: status}
        except Exception:
            now.halt.set()
            kept = replace(now, table=before.table if before else None)
            yield {**self.show(kept, next(news)), panel.status: status_values.status_value(experiment, None)}
            raise

    @report_errors
    def show_stored(self, values: dict[Any, Any], event: gr.EventData, request: gr.Request) -> Updates:
        """After a reload: not if something else was run by now."""
        held, shared = self.panel.experiment_run, self.shared
        data = payloads.read_report(event)
        plan = data.get("plan") if isinstance(data, Mapping) else None
        if values[held]:
            return {held: gr.skip()}
        catalog, visitor = shared.sessions.of(request), shared.sessions.visitor(request)
        now = experiment_run.put_back(plan, catalog, shared.store, shared.settings, visitor)
        return self.show(now, values[self.news] + 1) if now else {held: gr.skip()}

    def show(self, now: ExperimentRun, news: int) -> Updates:
        return {self.panel.experiment_run: now, self.news: news, self.panel.status: _status(now)}


def wire(handlers: ExperimentHandlers) -> None:
    """Attach the handlers."""
    panel, line = handlers.panel, handlers.buttons.line
    run = report_errors(handlers.run, words=partial(describe_plan_error, labels=panel.form.labels))
    outputs = [*handlers.memory, panel.status, panel.stale, panel.recount, *handlers.views.all]
    once = {"preprocess": False, "trigger_mode": "once", **experimenting(), **QUIET}
    line.attach(handlers.buttons.start.click, run, {*panel.form.widgets, *handlers.memory}, outputs, **once)
    line.wire(panel.experiment_run)
    shown = [panel.experiment_run, handlers.news, panel.status]
    stored = {"preprocess": False, **READING}
    panel.status.show_stored(handlers.show_stored, {panel.experiment_run, handlers.news}, shown, **stored)


def _status(now: ExperimentRun) -> dict[str, Any]:
    return status_values.status_value(now.experiment, now.table, now.busy)
