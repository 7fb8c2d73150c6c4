"""What follows from a change of a plan's form: what it would take, its text, what is out of date, what is kept."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.errors import PlaygroundError
from playground.evaluation import experiments
from playground.evaluation.plan import Experiment
from playground.evaluation.running import estimate
from playground.evaluation.store import Store
from playground.settings import Settings
from playground.ui.experiments import kept_plan, status_values
from playground.ui.experiments.labels import describe_plan_error
from playground.ui.experiments.plan_panel import PlanPanel, key_of
from playground.ui.experiments.plan_text import write_shown
from playground.ui.experiments.run import out_of_date
from playground.ui.handlers.drafts import keep
from playground.ui.handlers.event_options import AT_ONCE
from playground.ui.handlers.experiment_limits import check_size, with_limit
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.sessions import Sessions
from playground.ui.handlers.tab import Updates
from playground.ui.handlers.trigger_modes import on_opening_and
from playground.ui.widgets.status import sentence

UNUSED = "Edited, not used yet: a run follows the form above. Press Use this text, or empty it to see the form's again."


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanChangeHandlers:
    """The handlers. `offered` are the experiments that come with the playground."""

    panel: PlanPanel
    offered: Mapping[str, Experiment]
    store: Store
    settings: Settings
    sessions: Sessions

    @report_errors
    def follow_plan(self, values: dict[Any, Any], request: gr.Request) -> Updates:
        """What it would take, or why it cannot be run; the same experiment as text; and what its columns are called."""
        panel, form, experiment_run = self.panel, self.panel.form, values[self.panel.experiment_run]
        named = form.techniques.rename_rows(values)
        try:
            experiment = experiments.parse(form.read(values))
        except PlaygroundError as error:
            return {**named, **self.refuse(error, values), panel.stale: sentence(out_of_date(experiment_run, None))}
        held, lost = kept_plan.as_kept(form, values, experiment)
        return {
            **named,
            **self.write_text(experiment, values),
            **self.estimate(experiment, values, request),
            panel.offered: key_of(experiment, self.offered),
            panel.stale: sentence(f"{out_of_date(experiment_run, experiment)} {lost}".strip()),
            panel.back.kept: keep(values[panel.filled], held),
        }

    def write_text(self, experiment: Experiment, values: Mapping[Any, Any]) -> Updates:
        """The form as text, unless somebody has edited the text since the page wrote it."""
        panel, text, before = self.panel, str(values[self.panel.text] or "").strip(), values[self.panel.text_of_form]
        if text and text != before.strip():
            return {panel.unused: sentence(UNUSED)}
        now = write_shown(experiment)
        if now == before and text:  # it is left alone: it may be under somebody's hands
            return {panel.unused: sentence("")}
        return {panel.unused: sentence(""), panel.text: now, panel.text_of_form: now}

    def estimate(self, experiment: Experiment, values: Mapping[Any, Any], request: gr.Request) -> Updates:
        """What it would take to run it, or why that cannot be done."""
        try:
            check_size(experiment, self.settings)
            visitor = self.sessions.visitor(request)
            takes = estimate.estimate(experiment, self.sessions.of(request), self.store, visitor=visitor)
            words = status_values.estimate_text(with_limit(takes, self.settings))
        except PlaygroundError as error:
            return self.refuse(error, values)
        return {self.panel.estimate: sentence(words)}

    def refuse(self, error: PlaygroundError, values: Mapping[Any, Any]) -> Updates:
        """Why it cannot be run, in the form's words, where the estimate stands."""
        form = self.panel.form
        why = describe_plan_error(error, form.labels, form.techniques.names(values))
        return {self.panel.estimate: sentence(why, wrong=True)}

    @report_errors
    def choose_data(self, values: dict[Any, Any]) -> Updates:
        """What a preset says of itself is not true of other data. The list tells also of leaving it as it was."""
        panel, form, status = self.panel, self.panel.form, values[self.panel.status]
        preset = self.offered.get(str(values[panel.offered]))
        if preset and preset.data.name == values[form.data.name]:
            return {panel.offered: gr.skip()}
        if isinstance(status, Mapping) and status.get("phase") == "empty":
            texts = [form.own_text(field, values) for field in form.texts]
            return {panel.offered: None, panel.status: status_values.unasked_value(*texts)}
        return {panel.offered: None}

    @report_errors
    def list_models(self, chosen: Any, request: gr.Request) -> Any:
        return self.panel.form.models_offered(chosen, self.sessions.of(request).models())


def wire(handlers: PlanChangeHandlers, opening: Callable[..., Any], models_changed: Any) -> None:
    """Attach the handlers; `opening` one to the tab's coming in sight. `models_changed` changes with the models."""
    panel, form = handlers.panel, handlers.panel.form
    newest: dict[str, Any] = {"trigger_mode": "always_last", "preprocess": False, **AT_ONCE}
    data, texts = form.data.name, [field.widget for field in form.texts]
    shown = [panel.offered, panel.status]
    data.input(handlers.choose_data, {*texts, data, *shown}, shown, **newest)
    on_opening_and(
        opening,
        [*form.changes, panel.recount.change, models_changed.change],
        handlers.follow_plan,
        {*form.widgets, panel.text, panel.text_of_form, panel.experiment_run, panel.filled},
        [
            panel.estimate, panel.text, panel.text_of_form, panel.unused, panel.offered, panel.stale, panel.back.kept,
            form.techniques.ticked, form.techniques.choice,
        ],
        **newest,
    )  # fmt: skip
    models_changed.change(handlers.list_models, form.models, form.models, **newest)
