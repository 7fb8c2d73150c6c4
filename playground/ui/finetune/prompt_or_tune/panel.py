"""The widgets: a task, a model, prices, and what is found."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.backends.catalog import Catalog
from playground.finetuning.held_out.tasks import TASKS
from playground.finetuning.prompt_or_tune.costs import PricesGiven
from playground.finetuning.prompt_or_tune.plan import Plan
from playground.ui import widgets
from playground.ui.finetune.form import trainable
from playground.ui.finetune.prompt_or_tune.ways_figure import AXES
from playground.ui.setup_form.fields import Field, fields
from playground.ui.widgets import waiting_line
from playground.ui.widgets.waiting_line import WaitingLine

ABOUT = (
    "One task, one sealed part: asked bare, with an instruction, with examples, and with the best prompt of a small "
    "search; then after LoRA on 50, 200 and all examples, after prompt tuning, and tuned and prompted together. These "
    "are four trainings of a minute or more each; they take their place in the queue and stay in the history."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptOrTunePanel:
    """The widgets. `known` is what was found."""

    task: Any
    model: Any
    start: Any
    stop: Any
    line: WaitingLine
    prices: tuple[Field, ...]
    plan: tuple[Field, ...]
    state: Any
    said: Any
    plots: tuple[Any, ...]
    table: Any
    known: Any

    @property
    def found(self) -> list[Any]:
        return [self.said, *self.plots, self.table, self.known]


def build(catalog: Catalog, page: Any) -> PromptOrTunePanel:
    """Lay out the panel, folded."""
    models = trainable(catalog)
    with gr.Accordion("Prompt or tune? One click says it for a task", open=False, elem_id="prompt-or-tune"):
        gr.Markdown(ABOUT, elem_classes="field-label")
        with gr.Row(elem_classes="choosing"):
            offered = [(task.title, name) for name, task in TASKS.items()]
            task = gr.Dropdown(offered, value=offered[0][1], label="Task", info=_about(offered[0][1]), filterable=False)
            model = gr.Dropdown(models, value=models[0][1] if models else None, label="Model", filterable=False)
        with gr.Accordion("All numbers of the comparison", open=False):
            plan = fields(Plan)
        with gr.Row(elem_classes="acts"):
            start = gr.Button("Compare both", variant="primary", elem_id="prompt-or-tune-button")
            stop = gr.Button("Stop comparing", interactive=False, elem_id="prompt-or-tune-stop", elem_classes="stops")
        line = waiting_line.build(page, start, stop)
        state = widgets.words(spoken=True, elem_id="prompt-or-tune-state")
        said = widgets.words(elem_id="prompt-or-tune-said")
        with gr.Row(elem_classes="ways"):
            plots = tuple(
                gr.Plot(show_label=False, container=False, visible=False, elem_id=f"ways-{number}")
                for number in range(len(AXES))
            )
        table = widgets.tables(elem_id="ways-table")
        with gr.Row(elem_classes="choosing", visible=True):
            prices = fields(PricesGiven)
    return PromptOrTunePanel(
        task=task, model=model, start=start, stop=stop, line=line, prices=prices, plan=plan, state=state, said=said,
        plots=plots, table=table, known=gr.State(None),
    )  # fmt: skip


def _about(task: str) -> str:
    return TASKS[task].about
