"""The Experiments tab: several techniques on the same items, and with what certainty one is better than another."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import gradio as gr

from playground import setups
from playground.backends.catalog import Catalog
from playground.evaluation import experiments
from playground.settings import Settings
from playground.types import Setup
from playground.ui import widgets
from playground.ui.experiments import (
    data_changes,
    downloads,
    items_panel,
    kept_plan,
    link,
    plan_changes,
    plan_panel,
    plan_text,
    results_panel,
    run_panel,
    technique_rows,
)
from playground.ui.experiments import form as experiment_form
from playground.ui.experiments.columns_panel import ColumnsPanel
from playground.ui.experiments.data_changes import DataHandlers
from playground.ui.experiments.form import ExperimentForm
from playground.ui.experiments.labels import describe_plan_error
from playground.ui.experiments.plan_changes import PlanChangeHandlers
from playground.ui.experiments.plan_panel import PlanHandlers, PlanPanel
from playground.ui.experiments.run_panel import ExperimentHandlers
from playground.ui.handlers import drafts, put_back
from playground.ui.handlers.event_options import AT_ONCE
from playground.ui.handlers.experiment_limits import experiment_text
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.tab import PageContext, Tab, Taking, Updates, Values


def build(shared: PageContext) -> Tab:
    """Lay out the tab and wire it."""
    store, settings, sessions = shared.store, shared.settings, shared.sessions
    models = sessions.of(None).models()
    offered = plan_panel.find_experiments(models)
    opening = plan_panel.opening(offered)
    with gr.Row(elem_id="experiment-columns", equal_height=False):
        with gr.Column(elem_id="planning", min_width=0):
            gr.Markdown("## Does it really help?")
            gr.Markdown(
                "Several techniques on the same items, and which differences are more than chance.",
                elem_classes="field-label",
            )
            choices = plan_panel.build_choices(offered)
            back = put_back.build(shared.plan, partial(kept_plan.title_of, offered=offered.values()))
            form, add = experiment_form.build(models, offered.values())
            form.hold(opening, models)
            text = plan_text.build_text()
            with gr.Row(elem_classes="quiet-row"):
                copy = widgets.link_button("Copy a link to this plan")
                give = gr.Button(
                    "Make it an assignment", size="sm", elem_classes="quiet-button", visible=shared.has_classes
                )
            gr.Markdown(experiment_text(settings), elem_id="experiment-limits", elem_classes="field-label")
            buttons = run_panel.build_buttons(shared.page)
        with gr.Column(elem_id="finding", min_width=0):
            status = run_panel.build_status(opening)
            gr.Markdown(kept_text(settings), elem_id="kept", elem_classes="field-label")
            stale = widgets.words(elem_id="experiment-stale")
            views = results_panel.build(lambda: items_panel.build(shared.setup_to_open))
            with views.frame:
                files = downloads.build(public=shared.settings.public)
    experiment_run, news = gr.State(None), gr.State(0)
    panel = PlanPanel(
        offered=choices, form=form, text=text.text, text_of_form=gr.State(""), unused=text.unused, use=text.use,
        open=text.open, save=text.save, estimate=buttons.estimate, status=status, recount=gr.State(0),
        experiment_run=experiment_run, stale=stale, filled=drafts.build_mark(), back=back,
    )  # fmt: skip
    data_changes.wire(DataHandlers(panel=form.data, settings=settings))
    experiment_form.wire(form)
    changes = PlanChangeHandlers(panel=panel, offered=offered, store=store, settings=settings, sessions=sessions)
    plan_changes.wire(changes, shared.opening, shared.model_changes)
    restored = plan_panel.wire(PlanHandlers(panel=panel, offered=offered, sessions=sessions), shared.page)
    results_panel.wire(views, experiment_run, news)
    items_panel.wire(views.items, experiment_run, store)
    downloads.wire(files, experiment_run, shared.answers_to_learn, sessions)
    run_panel.wire(ExperimentHandlers(panel=panel, buttons=buttons, views=views, news=news, shared=shared))
    _wire_giving(give, form, shared.assignment_to_give)
    linked = link.linked(copy, panel, offered, restored)
    return Tab(taking=[_taking(add, form.techniques)], link=linked)


def _taking(button: Any, columns: ColumnsPanel) -> Taking:
    """What adds the Playground's setup as a column."""

    def with_setup(values: Values, setup: Setup, catalog: Catalog) -> Updates:
        rows = columns.rows_now(values)
        row = technique_rows.with_setup(rows, setup)
        return columns.write([*rows, row], [*columns.ticks(values), row["id"]], values[columns.edited])

    return Taking(button=button, inputs=columns.widgets, outputs=columns.outputs, take=with_setup)


def _wire_giving(button: Any, form: ExperimentForm, assignment_to_give: Any) -> None:
    """Hand the plan to the Classroom tab, where its teacher gives it to a class."""

    @partial(report_errors, words=lambda error: describe_plan_error(error, form.labels))
    def give_plan(values: Values) -> Iterator[Any]:
        experiment = experiments.parse(form.read(values))
        yield None  # given twice, it is news twice
        yield ({"experiment": setups.changed_values(experiment)},)

    button.click(give_plan, set(form.widgets), assignment_to_give, preprocess=False, **AT_ONCE)


def kept_text(settings: Settings) -> str:
    """What is kept of what people write here, and for how long."""
    if not settings.public:
        return "Answers are kept in the store until you delete its file, and are not asked for again."
    days = f"for {settings.store_days} days" if settings.store_days else "until its operator deletes them"
    return (
        f"This server keeps questions and answers {days}. What holds words of your own is known again to you alone. "
        "Write nothing here that its operator may not read."
    )
