"""The plan of an experiment as widgets: read into plain data for `experiments.parse`, and written from an Experiment.

What no widget shows, such as the expectations, is kept beside them and goes through unchanged.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from playground import setups
from playground.backends.catalog import ModelInfo
from playground.evaluation import scorers
from playground.evaluation.columns import columns
from playground.evaluation.plan import Experiment
from playground.parameters import parameters
from playground.ui import widgets
from playground.ui.experiments import columns_panel, data_panel, technique_rows
from playground.ui.experiments.columns_panel import ColumnHandlers, ColumnsPanel
from playground.ui.experiments.data_panel import DataPanel, number_field
from playground.ui.experiments.form_values import (
    key,
    lines,
    model_choices,
    read_models,
    read_scorer,
    read_variants,
    reset_by_data,
    sampling,
    scorer_line,
)
from playground.ui.handlers.event_options import AT_ONCE
from playground.ui.handlers.messages import report_errors
from playground.ui.setup_form.fields import Field, changes, each_once, pick, read_fields
from playground.ui.setup_form.form import open_with
from playground.ui.setup_form.labels import Labels
from playground.ui.widgets import TextColumn
from playground.ui.widgets.status import sentence

HERE = Path(__file__).parent

SUITS = ("The one that suits the data", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentForm:
    """The widgets. `expectations` are those of what was loaded last, which no widget shows."""

    texts: tuple[Field, ...]  # title, about
    data: DataPanel
    techniques: ColumnsPanel
    models: Any
    variants: Any
    numbers: tuple[Field, ...]  # repetitions, seed
    sampling: Any
    scorer: Any
    scorer_about: Any
    scorer_options: Any
    expectations: Any
    reset: Any  # what other data has reset, in words
    reset_for: Any  # the data for which that was done: a list tells of one choice more than once
    offered: tuple[Experiment, ...]  # those that come with the playground

    @property
    def widgets(self) -> list[Any]:
        own = [
            *self.techniques.widgets,
            self.models,
            self.variants,
            self.sampling,
            self.scorer,
            self.scorer_options,
            self.expectations,
        ]
        return [*self.data.widgets, *own, *(f.widget for f in (*self.texts, *self.numbers))]

    @property
    def changes(self) -> list[Any]:
        """What happens when anything in the form becomes another. (What is remembered shows in the data's line.)"""
        memory = (self.expectations, self.data.own_rows, self.techniques.edited)
        return changes([*(box for box in self.widgets if box not in memory), self.data.state])

    @property
    def outputs(self) -> list[Any]:
        """All that `write` may update."""
        return each_once(
            [*self.widgets, *self.techniques.outputs, *self.data.outputs, self.scorer_about, self.reset, self.reset_for]
        )

    def own_text(self, field: Field, values: Mapping[Any, Any]) -> str:
        """Title or question as a person wrote it; the default where it came with an experiment that is offered."""
        held = str(values[field.widget] or "")
        shipped = {" ".join(getattr(one, field.parameter.name).split()) for one in self.offered}
        return str(field.parameter.default) if " ".join(held.split()) in shipped else held

    @property
    def labels(self) -> Labels:
        """What its fields are called, by what they hold."""
        named = {("models",): self.models, ("sampling",): self.sampling, ("scorer", "name"): self.scorer}
        return {
            **self.data.labels,
            **{(f.parameter.name,): f.parameter.label for f in (*self.texts, *self.numbers)},
            **{path: widget.label for path, widget in named.items()},
            ("scorer", "options"): self.scorer_options.label,
        }

    def read(self, values: Mapping[Any, Any]) -> dict[str, Any]:
        """The experiment as plain data. Raises InvalidSetup for what no experiment could hold."""
        data = {
            "data": self.data.read(values),
            "techniques": self.techniques.read(values),
            "models": [asdict(model) for model in read_models(values[self.models])],
            "variants": read_variants(values[self.variants]),
            **read_fields((*self.texts, *self.numbers), values),
            "sampling": sampling(values[self.sampling], columns_panel.COMMON),
            "scorer": read_scorer(values[self.scorer], values[self.scorer_options]),
        }
        labels = {"", *_labels(data)}
        stated = values[self.expectations] or ()
        return {**data, "expectations": [e for e in stated if {e["column"], e["better_than"]} <= labels]}

    def write(self, experiment: Experiment, models: Sequence[ModelInfo]) -> dict[Any, Any]:
        """Updates that make the form hold this experiment."""
        held = [key(model) for model in experiment.models]
        scorer, rows = experiment.scorer, technique_rows.rows(experiment.techniques)
        return {
            **self.data.write(experiment.data),
            self.expectations: [asdict(expectation) for expectation in experiment.expectations],
            **self.techniques.write(rows, [row["id"] for row in rows]),
            self.models: gr.update(choices=model_choices(models, held), value=held),
            self.variants: [{"name": d.name, "sampling": lines(d.sampling)} for d in experiment.variants],
            self.sampling: lines(experiment.sampling),
            self.scorer: scorer.name,
            self.scorer_about: scorer_line(scorer.name),
            self.scorer_options: lines(scorer.options),
            self.reset: sentence(""),
            self.reset_for: experiment.data.name,
            **{f.widget: f.write(getattr(experiment, f.parameter.name)) for f in (*self.texts, *self.numbers)},
        }

    def hold(self, experiment: Experiment, models: Sequence[ModelInfo]) -> None:
        """Make the form open with this experiment, for every visitor."""
        open_with(self.write(experiment, models))

    def models_offered(self, held: Any, models: Sequence[ModelInfo]) -> Any:
        """An update that offers these models and those that are chosen, and leaves the choice to the page."""
        return gr.update(choices=model_choices(models, [key(model) for model in read_models(held)]))


def build(models: Sequence[ModelInfo], offered: Collection[Experiment] = ()) -> tuple[ExperimentForm, Any]:
    """Lay out the form. Gives the form, and what adds the Playground's setup.

    `offered` are the experiments that come with the playground.
    """
    by_name = {p.name: p for p in parameters(Experiment)}
    gr.Markdown("## Data", elem_classes="part")
    data = data_panel.build()
    reset = widgets.words(elem_id="other-data")
    gr.Markdown("## Techniques", elem_classes="part")
    techniques = columns_panel.build()
    with gr.Row(elem_classes="quiet-row"):
        add = gr.Button("Add the Playground's setup", size="sm", variant="secondary", elem_classes="quiet-button")
    with gr.Accordion("Models, sampling and repetitions", open=False):
        chosen = gr.Dropdown(
            model_choices(models, ()), value=[], multiselect=True, label="Models and adapters",
            info="Each is asked with every technique above. None chosen: the default model.",
        )  # fmt: skip
        with gr.Row(elem_classes="numbers"):
            numbers = (
                number_field(by_name["repetitions"], help="How often each item is asked."),
                number_field(by_name["seed"], label="Random seed of all answers", help="Same seed, same answers."),
            )
        common = gr.Textbox(label=columns_panel.COMMON, info="One per line, for example temperature: 0.", lines=2)
        gr.Markdown("**Sampling variants** Every column is asked with each of them.", elem_classes="field-label")
        parts = [
            TextColumn(key="name", label="Name", hint="low temperature"),
            TextColumn(key="sampling", label="Sampling", hint="temperature: 0.2", lines=2),
        ]
        variants = widgets.rows_editor(parts, noun="Variant", most=by_name["variants"].max_length or 1)
    with gr.Accordion("How answers are scored", open=False):
        scorer = gr.Dropdown(
            [SUITS, *((s.title, name) for name, s in scorers.SCORERS.items())],
            value="",
            label="Scorer",
            filterable=False,
        )
        about = gr.Markdown(scorer_line(""), elem_classes="card-line")
        options = gr.Textbox(label="Options of the scorer", info="One per line, for example tolerance: 0.01.", lines=2)
    with gr.Accordion("Title and question", open=False):
        texts = pick(Experiment, "title", "about")
    form = ExperimentForm(
        texts=texts, data=data, techniques=techniques, models=chosen, variants=variants, numbers=numbers,
        sampling=common, scorer=scorer, scorer_about=about, scorer_options=options, expectations=gr.State(()),
        reset=reset, reset_for=gr.State(""), offered=tuple(offered),
    )  # fmt: skip
    return form, add


def _labels(data: Mapping[str, Any]) -> set[str]:
    """What the columns will be called: an expectation about one that was taken away goes with it."""
    experiment = setups.build(Experiment, {key: data[key] for key in ("techniques", "models", "variants")}, ())
    return {column.label for column in columns(experiment)}


def wire(form: ExperimentForm) -> None:
    """Attach the handlers."""
    wordings = [technique.template for one in form.offered for technique in one.techniques]
    title, about = (f.widget for f in form.texts)
    panel = form.techniques

    @report_errors
    def choose_data(values: dict[Any, Any]) -> dict[Any, Any]:
        """What scored another data set's answers, asked for them or is called after them need not suit this one's; what
        a person wrote stays."""
        name = values[form.data.name]
        if name == values[form.reset_for]:
            return {form.reset: gr.skip()}
        before = panel.rows_now(values)
        rows = [{**row, "template": ""} if row.get("template") in wordings else row for row in before]
        named = [f for f in form.texts if form.own_text(f, values) != values[f.widget]]
        kept = panel.write(rows, panel.ticks(values), values[panel.edited])
        told_of = reset_by_data(
            before, rows, scorer=bool(values[form.scorer]), texts=[f"\u201c{f.parameter.label}\u201d" for f in named],
            sampling=sampling(values[form.sampling], columns_panel.COMMON),
        )  # fmt: skip
        texts = {f.widget: f.write(f.parameter.default) for f in named}
        return {
            form.scorer: "",
            form.scorer_options: "",
            form.reset: sentence(told_of),
            form.reset_for: name,
            **kept,
            **texts,
        }

    columns_panel.wire(ColumnHandlers(panel=panel, common=form.sampling))
    filled = [form.scorer, form.scorer_options, form.reset, form.reset_for, *panel.outputs, title, about]
    held = {*panel.widgets, title, about, form.scorer, form.sampling, form.data.name, form.reset_for}
    form.data.name.input(choose_data, held, filled, preprocess=False, trigger_mode="always_last", **AT_ONCE)
    form.scorer.change(lambda name: scorer_line(str(name)), form.scorer, form.scorer_about, preprocess=False, **AT_ONCE)
