"""The Experiments tab: ask many items in several ways, see with what certainty one way is better than another."""

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import gradio as gr

from playground.evaluation import experiments
from playground.evaluation.store import Store
from playground.settings import Settings
from playground.ui import (
    experiment_data,
    experiment_files,
    experiment_form,
    experiment_items,
    experiment_plan,
    experiment_run,
    experiment_views,
    live_run,
    render_experiment,
    widgets,
)
from playground.ui.events import AT_ONCE, QUIET, experimenting
from playground.ui.experiment_limits import check_size, experiment_text
from playground.ui.experiment_plan import PlanPanel
from playground.ui.experiment_run import Ran
from playground.ui.fair_shares import Places
from playground.ui.gate import visitor_of
from playground.ui.messages import toast, told
from playground.ui.plan_names import labelled_plan
from playground.ui.render_models import in_memory
from playground.ui.sessions import Sessions


@dataclass(frozen=True, slots=True)
class ExperimentsTab:
    """What others listen to: `opened` is a setup, as plain data, for the Playground; `add` is clicked to take its
    setup into `techniques`."""

    opened: Any
    add: Any
    techniques: Any


def build(
    page: Any, changed: Any, store: Store, places: Places, settings: Settings, sessions: Sessions
) -> ExperimentsTab:
    """Lay out the tab and wire it. `changed` counts what was loaded and unloaded."""
    known = experiment_plan.offered(sessions.of(None).models())
    first = experiment_plan.opening(known)
    with gr.Row(elem_id="experiment-columns", equal_height=False):
        with gr.Column(elem_id="planning", min_width=0):
            gr.Markdown("## Does it really help?")
            gr.Markdown("Ask many items in several ways, and see how sure you may be.", elem_classes="field-label")
            offered = experiment_plan.build_choices(known)
            form, add = experiment_form.build(sessions.of(None).models())
            form.hold(first, sessions.of(None).models())
            text, unused, use, opened, save = experiment_plan.build_text()
            with gr.Column(elem_classes="going", min_width=0):
                estimate = widgets.widget("estimate", value={"text": "", "wrong": False}, elem_id="estimate")
                gr.Markdown(experiment_text(settings), elem_id="experiment-limits", elem_classes="field-label")
                with gr.Row(elem_classes="acts"):
                    start = gr.Button("Run the experiment", variant="primary", elem_id="experiment-button")
                    stop = gr.Button("Stop", interactive=False, elem_id="experiment-stop")
        with gr.Column(elem_id="finding", min_width=0):
            status = widgets.widget(
                "experiment_status", value=render_experiment.status_value(first, None), elem_id="experiment-status"
            )
            gr.Markdown(kept_text(settings), elem_id="kept", elem_classes="field-label")
            views = experiment_views.build(experiment_items.build)
            with views.frame:
                files = experiment_files.build()
    recount, ran, came = gr.State(0), gr.State(None), gr.State(0)
    panel = PlanPanel(
        offered=offered, form=form, text=text, written=gr.State(""), unused=unused, use=use, open=opened, save=save,
        estimate=estimate, status=status, recount=recount,
    )  # fmt: skip
    experiment_data.wire(form.data, settings)
    experiment_form.wire(form)
    experiment_plan.wire(panel, known, page, changed, store, settings, sessions)
    experiment_views.wire(views, ran, came)
    experiment_items.wire(views.items, ran, store)
    experiment_files.wire(files, ran, sessions)
    _wire_run(panel, _Going(start, stop, ran, came, changed), store, places, settings, sessions)
    return ExperimentsTab(views.items.opened, add, form.techniques)


def kept_text(settings: Settings) -> str:
    """What is kept of what people write here, and for how long."""
    if not settings.public:
        return "Answers are kept in the store until you delete its file, and are not asked for again."
    days = f"for {settings.store_days} days" if settings.store_days else "until its operator deletes them"
    return (
        f"This server keeps questions and answers {days}. What holds words of your own is known again to you alone. "
        "Write nothing here that its operator may not read."
    )


@dataclass(frozen=True, slots=True)
class _Going:
    """What starts and stops a run, and the session's memory of it. `came` changes with every news."""

    start: Any
    stop: Any
    ran: Any
    came: Any
    changed: Any


def _wire_run(
    panel: PlanPanel, going: _Going, store: Store, places: Places, settings: Settings, sessions: Sessions
) -> None:
    def shown(now: Ran, news: int) -> dict[Any, Any]:
        return {
            going.ran: now,
            going.came: news,
            panel.status: render_experiment.status_value(now.experiment, now.table, now.busy),
            going.start: gr.update(interactive=not now.busy),
            going.stop: gr.update(interactive=now.busy),
        }

    @partial(told, say=lambda words: toast(labelled_plan(words)))
    def run(values: dict[Any, Any], request: gr.Request) -> Iterator[dict[Any, Any]]:
        before: Ran | None = values[going.ran]
        live_run.alone(before.halt if before else None)
        catalog = sessions.of(request)
        experiment = experiments.parse(panel.form.read(values))
        check_size(experiment, settings)
        loaded, news = in_memory(catalog), itertools.count(values[going.came] + 1)
        now = begun = Ran(experiment=experiment)
        yield shown(now, next(news))
        visitor = sessions.visitor(request)
        limits = {"within": settings.max_seconds, "in_all": settings.max_experiment_seconds}
        try:
            with places.held(visitor_of(request)):
                for now in experiment_run.follow(begun, catalog, store, visitor=visitor, **limits):
                    yield shown(now, next(news))
        except Exception:
            now.halt.set()
            kept = replace(now, table=before.table if before else None)
            yield {**shown(kept, next(news)), panel.status: render_experiment.status_value(experiment, None)}
            raise
        finally:
            now.halt.set()
        more = values[going.changed] + (in_memory(catalog) != loaded)  # a run loads what it needs
        yield {panel.recount: time.monotonic_ns(), going.changed: more}

    @told
    def stop(now: Ran | None) -> None:
        if now is not None:
            now.halt.set()  # the run itself shows how it ended: only one writes to the page

    memory = [going.ran, going.came, going.changed]
    outputs = [*memory, panel.status, panel.recount, going.start, going.stop]
    going.start.click(
        run,
        {*panel.form.widgets, *memory},
        outputs,
        preprocess=False,
        trigger_mode="once",
        **experimenting(),
        **QUIET,
    )
    going.stop.click(stop, going.ran, None, **AT_ONCE)
