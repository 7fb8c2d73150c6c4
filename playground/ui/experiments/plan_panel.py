"""A plan's form and what fills it: an experiment on offer, its text, a file, or what the browser kept."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.backends.catalog import Catalog, ModelInfo
from playground.evaluation import experiments
from playground.evaluation.plan import Experiment
from playground.ui import widgets
from playground.ui.experiments import kept_plan, status_values
from playground.ui.experiments.form import ExperimentForm
from playground.ui.experiments.kept_plan import KeptPlan, read_kept
from playground.ui.experiments.plan_text import with_rest, write_shown
from playground.ui.experiments.technique_rows import with_unticked
from playground.ui.handlers import drafts, payloads, put_back
from playground.ui.handlers.drafts import while_hidden
from playground.ui.handlers.event_options import AT_ONCE, QUIET
from playground.ui.handlers.form_filling import BEGINS, ENDS
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.put_back import PutBack
from playground.ui.handlers.sessions import Sessions
from playground.ui.handlers.tab import Updates
from playground.ui.handlers.uploads import text_of_file
from playground.ui.widgets.status import sentence

FIRST = "ladder"
OPENING = {"techniques": [{"strategy": "zero_shot"}, {"strategy": "chain_of_thought"}]}  # where none are offered


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPanel:
    """The widgets. `recount` changes when more may be known than before, though the plan is the same; `text_of_form` is
    what the page put into the text, and `unused` says that the text has edits that were not used. `experiment_run` is
    the session's last, `stale` says that its results are of another plan, and `back` goes back to the one
    before. `filled` says that the form holds what came back from the browser.
    """

    offered: Any
    form: ExperimentForm
    text: Any
    text_of_form: Any
    unused: Any
    use: Any
    open: Any
    save: Any
    estimate: Any
    status: Any
    recount: Any
    experiment_run: Any
    stale: Any
    filled: Any
    back: PutBack

    @property
    def outputs(self) -> list[Any]:
        """All that `hold` may update."""
        memory = [self.text_of_form, self.unused, self.recount]
        return [*self.form.outputs, self.offered, self.status, self.text, *memory]

    def hold(self, experiment: Experiment, offered: Mapping[str, Experiment], catalog: Catalog) -> Updates:
        """Updates that make the panel hold this experiment, which may be one of those on offer."""
        text = write_shown(experiment)
        return {
            **self.form.write(experiment, catalog.models()),
            self.offered: key_of(experiment, offered),
            self.status: status_values.status_value(experiment, None),
            self.text: text,
            self.text_of_form: text,
            self.unused: sentence(""),
            self.recount: time.monotonic_ns(),
        }


def find_experiments(models: Sequence[ModelInfo]) -> dict[str, Experiment]:
    """The experiments that come with the playground and ask only models that are here, the ladder first."""
    names = {info.name for info in models}
    named = {
        key: one for key, one in experiments.shipped_experiments().items() if {m.model for m in one.models} <= names
    }
    return {key: named[key] for key in sorted(named, key=lambda key: key != FIRST)}


def key_of(experiment: Experiment, offered: Mapping[str, Experiment]) -> str | None:
    """Which of those on offer this experiment is."""
    return next((key for key, one in offered.items() if one == experiment), None)


def opening(offered: Mapping[str, Experiment]) -> Experiment:
    """What the tab opens with."""
    return next(iter(offered.values()), None) or experiments.parse(OPENING)


def build_choices(offered: Mapping[str, Experiment]) -> Any:
    groups = experiments.groups()
    choices = widgets.choices(
        [{"key": k, "title": one.title, "about": one.about, "group": groups[k]} for k, one in offered.items()],
        "Experiments",
    )
    choices.value = next(iter(offered), None)
    return choices


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanHandlers:
    """The handlers that fill the form, and save it. `offered` are the experiments that come with the playground."""

    panel: PlanPanel
    offered: Mapping[str, Experiment]
    sessions: Sessions

    @report_errors
    def load(self, kept: Any, event: gr.EventData, request: gr.Request) -> Updates:
        experiment = payloads.read_choice(event, self.offered)
        return {**self.hold(experiment, self.sessions.of(request)), **self.panel.back.offer(kept)}

    @report_errors
    def use_text(self, values: dict[Any, Any], request: gr.Request) -> Updates:
        """The text has the ticked columns only: the others stay."""
        form, columns = self.panel.form, self.panel.form.techniques
        text, own = str(values[self.panel.text] or ""), values[form.data.own_rows]
        experiment = with_rest(experiments.read_yaml(text, "The text"), text, own.items if own else ())
        updates = self.hold(experiment, self.sessions.of(request))
        new = updates[columns.rows]
        rows = with_unticked(new, columns.rows_now(values), columns.ticks(values))
        return {**updates, **columns.write(rows, [row["id"] for row in rows[: len(new)]])}

    @report_errors
    def open_file(self, content: Any, kept: Any, request: gr.Request) -> Updates:
        experiment = experiments.read_yaml(text_of_file(content, experiments.MAX_BYTES), "The file")
        return {**self.hold(experiment, self.sessions.of(request)), **self.panel.back.offer(kept)}

    @report_errors
    def reopen_plan(self, kept: Any, request: gr.Request) -> Updates:
        """What the browser kept, unless it is what the page opens with."""
        plan = read_kept(kept)
        if plan is None or plan == kept_plan.all_ticked(opening(self.offered)):
            return {self.panel.recount: gr.skip()}
        return while_hidden(self.write_kept(plan, self.sessions.of(request)))

    def put_back(self, kept: Any, catalog: Catalog) -> tuple[Updates, str]:
        plan = read_kept(kept)
        return (self.write_kept(plan, catalog) if plan else {}), ""

    @report_errors
    def save(self, values: dict[Any, Any]) -> Updates:
        experiment = experiments.parse(self.panel.form.read(values))
        return {self.panel.save: {"name": "experiment.yaml", "text": experiments.write_yaml(experiment)}}

    def write_kept(self, plan: KeptPlan, catalog: Catalog) -> Updates:
        columns, updates = self.panel.form.techniques, self.hold(plan.experiment, catalog)
        rows = updates[columns.rows]
        return {**updates, **columns.write(rows, [rows[at]["id"] for at in plan.ticked])}

    def hold(self, experiment: Experiment, catalog: Catalog) -> Updates:
        return self.panel.hold(experiment, self.offered, catalog)


def wire(handlers: PlanHandlers, page: Any) -> Any:
    """Attach the handlers. Returns what attaches one to when the form holds what was kept."""
    panel, back = handlers.panel, handlers.panel.back
    outputs, with_way_back = panel.outputs, [*panel.outputs, *back.marks]
    plain: dict[str, Any] = {"preprocess": False, **AT_ONCE}
    fills: dict[str, Any] = {"js": BEGINS, **AT_ONCE}
    text = {panel.text, panel.form.data.own_rows, *panel.form.techniques.widgets}
    for filled in (
        panel.offered.choose(handlers.load, back.kept, with_way_back, **fills),
        panel.use.click(handlers.use_text, text, outputs, **fills),
        panel.open.upload(handlers.open_file, [panel.open, back.kept], with_way_back, **fills),
        put_back.wire(back, handlers.put_back, outputs, handlers.sessions),
    ):
        filled.then(None, None, None, js=ENDS, **QUIET)
    panel.save.click(handlers.save, set(panel.form.widgets), [panel.save], **plain)
    drafts.restore(page, back.kept, panel.filled, handlers.reopen_plan, outputs)
    return panel.filled.change
