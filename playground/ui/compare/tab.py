"""The Compare tab: several setups side by side, with one prompt or with a list of them."""

from pathlib import Path

import gradio as gr

from playground import setups
from playground.types import Setup
from playground.ui import widgets
from playground.ui.compare import (
    answers_values,
    examples,
    form,
    measured_values,
    panel,
    panes,
    panes_panel,
    prompt_list_panel,
    repeating,
)
from playground.ui.compare.pane_acts import PaneActs
from playground.ui.compare.panel import ComparePanel
from playground.ui.handlers.tab import Shared, Tab, Taking, Updates, Values
from playground.ui.run_view import steps_values, views
from playground.ui.widgets import waiting_line

HERE = Path(__file__).parent
OPENING = {  # where no comparison comes with the playground
    "task": {"input": "What is the capital of France?"},
    "sampling": {"temperature": 0, "max_tokens": 100},
}


def build(shared: Shared) -> Tab:
    """Lay out the tab and wire it."""
    settings, sessions = shared.settings, shared.sessions
    catalog = sessions.of(None)
    models, offered = catalog.models(), examples.offered(catalog)
    first = next(iter(offered.values()), None)
    opening = first.setup if first else setups.parse(OPENING)
    chosen = first.panes if first else panes.first(models, settings.max_panes)
    with gr.Column(elem_id="comparing", min_width=0):
        gr.Markdown("## Compare")
        gr.Markdown(
            "One prompt for all panes, with equal luck: a pane has its own technique, weights and sampling preset, or "
            "what is set below.",
            elem_classes="field-label",
        )
        starts = widgets.choices(
            [{"key": key, "title": one.title, "about": one.about} for key, one in offered.items()], "Comparisons"
        )
        picker = panes_panel.build(catalog, chosen[: settings.max_panes], settings.max_panes)
        technique = gr.Column(min_width=0)  # stands above the prompts, which it is read with
        with gr.Tabs(overflow_behavior="wrap"):
            with gr.Tab("One prompt", id="one-prompt"):
                prompt = form.prompt_field()
                with gr.Row(elem_classes="repeating"):
                    asked = repeating.build()
                estimate = widgets.words(elem_id="compare-estimate")
                with gr.Row(elem_classes="acts"):
                    start = gr.Button("Compare", variant="primary", elem_id="compare-button", elem_classes="runs")
                    stop = gr.Button("Stop comparing", interactive=False, elem_id="compare-stop", elem_classes="stops")
                line = waiting_line.build(shared.page, start, stop)
                stale = widgets.words(elem_id="compare-stale")
                answers = widgets.widget(
                    HERE / "comparison.js",
                    uses=[widgets.STATUS_LINE],
                    value=answers_values.comparison_value(None),
                    elem_id="comparison",
                )
                steps_title = widgets.words(elem_id="compare-steps-title")
                steps = views.steps_view(steps_values.steps_value(None), "compare-steps")
                shifts = widgets.widget(
                    HERE / "shifts.js",
                    uses=[widgets.TOKEN_TEXT],
                    value=measured_values.shifts_value(None),
                    elem_id="shifts",
                )
                tables = widgets.tables(elem_id="compared-tables")
                error = widgets.words(elem_id="measure-error")
                saved = widgets.download("")
            with gr.Tab("A list of prompts", id="prompt-list"):
                listed = prompt_list_panel.build(shared.page, settings)
        with technique:
            fields = form.build(prompt, opening, picker)
    acts = PaneActs(
        answers=answers, compared=gr.State(None), steps_title=steps_title, steps=steps, saved=saved,
        opened=shared.opened,
    )  # fmt: skip
    compared = ComparePanel(
        picker=picker, examples=starts, form=fields, repeating=asked, start=start, stop=stop, line=line, stale=stale,
        estimate=estimate, shifts=shifts, tables=tables, error=error, acts=acts, changed=shared.changed,
    )  # fmt: skip
    panel.wire(compared, settings, sessions)
    prompt_list_panel.wire(listed, picker, fields, shared)
    panes_panel.wire(picker, shared)
    text = prompt.field("input").widget

    def with_setup(values: Values, setup: Setup) -> Updates:
        """The setup as one pane more; all panes are asked what it asks, if it asks anything."""
        asks = {text: gr.update(value=setup.task.input)} if setup.task.input.strip() else {}
        return {**picker.with_setup(values, setup), **asks}

    return Tab(taking=[Taking(button=picker.take, inputs=[picker.rows], outputs=[picker.rows, text], take=with_setup)])
