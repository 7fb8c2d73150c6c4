"""The Experiments tab: several techniques on the same items, and with what certainty one is better than another."""

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from playground.backends.entries import loaded_names
from playground.evaluation import experiments
from playground.evaluation.store import Store
from playground.settings import Settings
from playground.types import Setup
from playground.ui import widgets
from playground.ui.experiments import (
    data_panel,
    downloads,
    items_panel,
    plan_panel,
    results_panel,
    status_values,
    technique_rows,
)
from playground.ui.experiments import form as experiment_form
from playground.ui.experiments import run as experiment_run
from playground.ui.experiments.labels import labelled_plan
from playground.ui.experiments.plan_panel import PlanPanel
from playground.ui.experiments.results_panel import Views
from playground.ui.experiments.run import Ran, same_plan
from playground.ui.handlers.event_options import QUIET, experimenting
from playground.ui.handlers.experiment_limits import check_size, experiment_text
from playground.ui.handlers.fair_shares import Places
from playground.ui.handlers.messages import told
from playground.ui.handlers.one_at_a_time import refuse_second, switch
from playground.ui.handlers.sessions import Sessions
from playground.ui.handlers.tab import Shared, Tab, Taking, Updates, Values
from playground.ui.handlers.visitors import visitor_of
from playground.ui.widgets import waiting_line
from playground.ui.widgets.status import sentence
from playground.ui.widgets.waiting_line import WaitingLine

HERE = Path(__file__).parent


def build(shared: Shared) -> Tab:
    """Lay out the tab and wire it."""
    page, changed, store, places = shared.page, shared.changed, shared.store, shared.places
    settings, sessions = shared.settings, shared.sessions
    known = plan_panel.offered(sessions.of(None).models())
    first = plan_panel.opening(known)
    with gr.Row(elem_id="experiment-columns", equal_height=False):
        with gr.Column(elem_id="planning", min_width=0):
            gr.Markdown("## Does it really help?")
            gr.Markdown(
                "Several techniques on the same items, and which differences are more than chance.",
                elem_classes="field-label",
            )
            offered = plan_panel.build_choices(known)
            form, add = experiment_form.build(sessions.of(None).models(), known.values())
            form.hold(first, sessions.of(None).models())
            text = plan_panel.build_text()
            with gr.Column(elem_classes="going", min_width=0):
                estimate = widgets.words(elem_id="estimate")
                gr.Markdown(experiment_text(settings), elem_id="experiment-limits", elem_classes="field-label")
                with gr.Row(elem_classes="acts"):
                    start = gr.Button(
                        "Run the experiment", variant="primary", elem_id="experiment-button", elem_classes="runs"
                    )
                    stop = gr.Button("Stop", interactive=False, elem_id="experiment-stop", elem_classes="stops")
                line = waiting_line.build(page, start, stop)
        with gr.Column(elem_id="finding", min_width=0):
            status = widgets.widget(
                HERE / "experiment_status.js",
                uses=[widgets.STATUS_LINE],
                value=status_values.status_value(first, None),
                elem_id="experiment-status",
            )
            gr.Markdown(kept_text(settings), elem_id="kept", elem_classes="field-label")
            stale = widgets.words(elem_id="experiment-stale")
            views = results_panel.build(lambda: items_panel.build(shared.opened))
            with views.frame:
                files = downloads.build()

    columns = form.techniques

    def with_setup(values: Values, setup: Setup) -> Updates:
        held = columns.held(values)
        row = technique_rows.with_setup(held, setup)
        return columns.write([*held, row], [*columns.ticks(values), row["id"]], values[columns.edited])

    recount, ran, came = gr.State(0), gr.State(None), gr.State(0)
    panel = PlanPanel(
        offered=offered, form=form, text=text.text, written=gr.State(""), unused=text.unused, use=text.use,
        open=text.open, save=text.save, estimate=estimate, status=status, recount=recount, ran=ran, stale=stale,
    )  # fmt: skip
    data_panel.wire(form.data, settings)
    experiment_form.wire(form)
    plan_panel.wire(panel, known, page, changed, store, settings, sessions)
    results_panel.wire(views, ran, came)
    items_panel.wire(views.items, ran, store)
    downloads.wire(files, ran, sessions)
    _wire_run(
        panel,
        _Going(start=start, stop=stop, line=line, ran=ran, came=came, changed=changed, views=views),
        store,
        places,
        settings,
        sessions,
    )
    columns = form.techniques
    return Tab(taking=[Taking(button=add, inputs=columns.widgets, outputs=columns.written, take=with_setup)])


def kept_text(settings: Settings) -> str:
    """What is kept of what people write here, and for how long."""
    if not settings.public:
        return "Answers are kept in the store until you delete its file, and are not asked for again."
    days = f"for {settings.store_days} days" if settings.store_days else "until its operator deletes them"
    return (
        f"This server keeps questions and answers {days}. What holds words of your own is known again to you alone. "
        "Write nothing here that its operator may not read."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Going:
    """What starts and stops a run, and the session's memory of it. `came` changes with every news."""

    start: Any
    stop: Any
    line: WaitingLine
    ran: Any
    came: Any
    changed: Any
    views: Views


def _wire_run(
    panel: PlanPanel, going: _Going, store: Store, places: Places, settings: Settings, sessions: Sessions
) -> None:
    def shown(now: Ran, news: int) -> dict[Any, Any]:
        return {
            going.ran: now,
            going.came: news,
            panel.status: status_values.status_value(now.experiment, now.table, now.busy),
            **switch(going.start, going.stop, busy=now.busy),
        }

    @partial(told, words=lambda error: labelled_plan(error, panel.form.labels))
    def run(values: dict[Any, Any], request: gr.Request) -> Iterator[dict[Any, Any]]:
        before: Ran | None = values[going.ran]
        refuse_second(before)
        catalog = sessions.of(request)
        experiment = experiments.parse(panel.form.read(values))
        check_size(experiment, settings)
        loaded, news = loaded_names(catalog.models()), itertools.count(values[going.came] + 1)
        visitor = sessions.visitor(request)
        limits = {"within": settings.max_seconds, "in_all": settings.max_experiment_seconds}
        with Ran(experiment=experiment) as begun:
            now = begun
            other = (
                before is not None and before.table is not None and not same_plan(before.table.experiment, experiment)
            )
            cleared = going.views.cleared() if other else {}  # else the last figures would stand below the new title
            yield {**shown(now, next(news)), panel.stale: sentence(""), **cleared}
            try:
                with places.held(visitor_of(request)):
                    for now in experiment_run.follow(begun, catalog, store, visitor=visitor, **limits):
                        yield shown(now, next(news))
            except Exception:
                now.halt.set()
                kept = replace(now, table=before.table if before else None)
                yield {**shown(kept, next(news)), panel.status: status_values.status_value(experiment, None)}
                raise
        more = values[going.changed] + (loaded_names(catalog.models()) != loaded)  # a run loads what it needs
        yield {panel.recount: time.monotonic_ns(), going.changed: more}

    memory = [going.ran, going.came, going.changed]
    outputs = [*memory, panel.status, panel.stale, panel.recount, going.start, going.stop, *going.views.all]
    once = {"preprocess": False, "trigger_mode": "once", **experimenting(), **QUIET}
    going.line.attach(going.start.click, run, {*panel.form.widgets, *memory}, outputs, **once)
    going.line.wire(going.ran)
