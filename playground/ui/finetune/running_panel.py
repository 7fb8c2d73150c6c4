"""A training that somebody looks at: how it goes, its curves and answers, and what can be done with it."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from threading import Lock
from typing import Any

import gradio as gr

from playground.finetuning.jobs.job import Job
from playground.finetuning.jobs.standing import Standing
from playground.finetuning.jobs.training_jobs import TrainingJobs
from playground.finetuning.recipe import Recipe
from playground.finetuning.training_data import Parts
from playground.ui import widgets
from playground.ui.finetune import training_values
from playground.ui.finetune.curves_figure import curves
from playground.ui.finetune.form import TrainingForm
from playground.ui.finetune.labels import report_labelled
from playground.ui.finetune.limits import check_size, seconds_left, used_seconds
from playground.ui.handlers.event_options import AT_ONCE, READING
from playground.ui.handlers.tab import PageContext, Updates

HERE = Path(__file__).parent
# In one column it is far below the form: go where things happen.
SHOW_TRAINING = """() => {
  if (innerWidth <= 1024) document.querySelector('#training-status')?.scrollIntoView({ block: 'start' });
}"""

LOSS = (
    "Loss is how surprised the model is by the right answer, a token in the mean, in nats (natural logarithms): 0 by a "
    "token that it was certain of, 0.7 by one with an even chance, 4.6 by one in a hundred. Of pairs it is how "
    "surprised it is by the preferred one of two, with a teacher how far it is from the teacher's probabilities."
)
DID = (
    "*What else did it do?* puts small tests to the base and to what was learned, probes: what was forgotten, whether "
    "kinds of people are treated otherwise, how sure it is of what is right, which rows it says by heart. Beside each "
    "change, p says how likely one as large is by chance alone, corrected for how many are looked at (Holm)."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingActs:
    """How it stands, and what can be done with it."""

    start: Any
    stop: Any
    resume: Any
    compare: Any
    probe: Any
    stop_probing: Any
    did: Any
    status: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningPanel(TrainingActs):
    """The widgets. `chosen` is the id of the training that is looked at, `shown` what of it is on the page,
    `tries` how many there are of a search, and `changes` counts what was begun, ended or deleted."""

    plot: Any
    loss: Any
    answers: Any
    chosen: Any
    shown: Any
    tries: Any
    changes: Any

    @property
    def outputs(self) -> list[Any]:
        return [
            self.stop,
            self.resume,
            self.compare,
            self.probe,
            self.stop_probing,
            self.did,
            self.status,
            self.plot,
            self.loss,
            self.answers,
            self.chosen,
            self.shown,
            self.tries,
        ]

    @property
    def _asking(self) -> tuple[Any, ...]:
        """What asks what was learned."""
        return self.compare, self.probe, self.stop_probing, self.did

    def show(self, standing: Standing | None) -> Updates:
        """Updates that show a training as it stands, whole."""
        figure = curves(standing)
        answers = bool(standing and standing.phase == "done" and standing.job.head is None)
        return {
            self.status: training_values.status_value(standing),
            self.plot: gr.update(value=figure, visible=figure is not None),
            self.loss: gr.update(visible=figure is not None),
            self.answers: training_values.answers_value(standing),
            self.stop: gr.update(interactive=bool(standing and standing.going and not standing.stopping)),
            self.resume: gr.update(visible=bool(standing and standing.resumable)),
            **{one: gr.update(visible=answers) for one in self._asking},
            self.chosen: standing.job.id if standing else "",
            self.shown: training_values.seen(standing),
            self.tries: [standing.job.id, len(standing.history.tries)] if standing else [],
        }


def build_buttons() -> tuple[Any, Any]:
    """Lay out what starts and stops a training."""
    with gr.Row(elem_classes=["acts", "training-acts"]):
        start = gr.Button("Start training", variant="primary", elem_id="training-button", elem_classes="runs")
        stop = gr.Button("Stop training", interactive=False, elem_id="training-stop", elem_classes="stops")
    return start, stop


def build_acts(start: Any, stop: Any) -> TrainingActs:
    """Lay out how a training stands; what the acts say of themselves stands below."""
    script = HERE / "training_status.js"
    nothing = training_values.status_value(None)
    status = widgets.widget(script, uses=[widgets.STATUS_LINE], value=nothing, elem_id="training-status")
    with gr.Row(elem_classes="acts"):
        compare = gr.Button("Compare it with its base", variant="primary", visible=False)
        probe = gr.Button("What else did it do?", visible=False, elem_id="probe-button")
        stop_probing = gr.Button("Stop probing", visible=False, interactive=False)
        resume = gr.Button("Go on from there", visible=False)
    did = gr.Markdown(DID, visible=False, elem_classes="field-label")
    return TrainingActs(
        start=start, stop=stop, resume=resume, compare=compare, probe=probe, stop_probing=stop_probing, did=did,
        status=status,
    )  # fmt: skip


def build(acts: TrainingActs) -> RunningPanel:
    """Lay out what is seen of a training."""
    plot = gr.Plot(show_label=False, container=False, visible=False, elem_id="training-curves")
    loss = gr.Markdown(LOSS, visible=False, elem_classes="field-label")
    answers = widgets.tables(elem_id="training-answers")
    return RunningPanel(
        **{one.name: getattr(acts, one.name) for one in fields(acts)}, plot=plot, loss=loss, answers=answers,
        chosen=gr.State(""), shown=gr.State([]), tries=gr.State([]), changes=gr.State(0),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingHandlers:
    """The handlers. `turns` is held from the look at what a visitor may still train until that has begun."""

    panel: RunningPanel
    form: TrainingForm
    jobs: TrainingJobs
    shared: PageContext
    turns: Lock = field(default_factory=Lock)

    def start(self, values: dict[Any, Any], request: gr.Request) -> Updates:
        return self.begin(values, request)

    def begin(
        self, values: dict[Any, Any], request: gr.Request, change: Callable[[Job], Job] = lambda job: job,
        apart: Parts | None = None,
    ) -> Updates:  # fmt: skip
        """Begin what the form says, once it is changed; with other parts of its data where those are given."""
        panel, owner = self.panel, self.shared.sessions.visitor(request)
        recipe = self.form.recipe.read(values)
        self._seconds_left(owner, recipe, request)  # refuses before any row is looked at
        catalog = self.shared.sessions.of(request)
        job, parts = self.form.read(values, catalog, owner)
        job, parts = change(job), apart or parts
        check_size(self.shared.settings, job, parts, catalog.info(job.model))
        with self.turns:  # two pages at once would each have the whole of a day's share
            most = self._seconds_left(owner, recipe, request)
            job = replace(job, most_seconds=most, address=self.shared.sessions.address(request))
            key = self.jobs.start(job, parts.training, parts.validation, parts.held_out)
        return {**panel.show(self.jobs.standing(key, owner)), panel.changes: values[panel.changes] + 1}

    def look(self, key: str, shown: Any, changes: int, request: gr.Request) -> Updates:
        """The training that is looked at, as far as there is news of it."""
        panel, owner = self.panel, self.shared.sessions.visitor(request)
        if not key:
            return {panel.status: gr.skip()}
        standing = self.jobs.standing(key, owner)
        now = training_values.seen(standing)
        if now == shown:
            return {panel.status: training_values.status_value(standing)}
        ended = {} if standing.going else {panel.changes: changes + 1}
        return {**panel.show(standing), **ended}

    def stop(self, key: str, request: gr.Request) -> Updates:
        self.jobs.stop(key, self.shared.sessions.visitor(request))
        return {self.panel.stop: gr.update(interactive=False)}  # the training itself says how it ended

    def resume(self, key: str, changes: int, request: gr.Request) -> Updates:
        owner = self.shared.sessions.visitor(request)
        standing = self.jobs.standing(key, owner)
        with self.turns:
            left = self._seconds_left(owner, standing.job.recipe, request)
            self.jobs.resume(key, owner, None if left is None else left + used_seconds(standing))
        return {**self.panel.show(self.jobs.standing(key, owner)), self.panel.changes: changes + 1}

    def _seconds_left(self, owner: str, recipe: Recipe, request: gr.Request) -> float | None:
        """Raises as `seconds_left`."""
        neighbours = self.jobs.standings_at(self.shared.sessions.address(request)) if owner else ()
        return seconds_left(self.shared.settings, self.jobs.standings(owner), recipe, neighbours)

    def open_tab(self, key: str, request: gr.Request) -> Updates:
        """The newest training, which may go on since before the page was opened; unless one is looked at."""
        if key:
            return {self.panel.status: gr.skip()}
        newest = next(iter(self.jobs.standings(self.shared.sessions.visitor(request))), None)
        return self.panel.show(newest)


def wire(handlers: TrainingHandlers) -> None:
    """Attach the handlers."""
    panel = handlers.panel
    outputs = [*panel.outputs, panel.changes]
    start, look, stop, resume, opened = (
        report_labelled(one)
        for one in (handlers.start, handlers.look, handlers.stop, handlers.resume, handlers.open_tab)
    )
    begun = panel.start.click(start, {*handlers.form.inputs, panel.changes}, outputs, preprocess=False, **READING)
    begun.success(None, None, None, js=SHOW_TRAINING, **AT_ONCE)
    panel.status.look_at_training(
        look, [panel.chosen, panel.shown, panel.changes], outputs, trigger_mode="once", **AT_ONCE
    )
    panel.stop.click(stop, panel.chosen, [panel.stop], **AT_ONCE)
    panel.resume.click(resume, [panel.chosen, panel.changes], outputs, **AT_ONCE)
    handlers.shared.opening(opened, panel.chosen, panel.outputs, **AT_ONCE)
