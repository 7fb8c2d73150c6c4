"""The Models tab: load models and adapters on the left, compare what they answer on the right."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground import setups
from playground.settings import Settings
from playground.ui import (
    compare_form,
    compare_panel,
    endpoint_panel,
    examples,
    loading_panel,
    pane_picker,
    prompt_list,
    render_compare,
    render_measured,
    widgets,
)
from playground.ui.compare_panel import ComparePanel
from playground.ui.events import AT_ONCE
from playground.ui.fair_shares import Places
from playground.ui.messages import told
from playground.ui.sessions import Sessions

OPENING = {  # where no comparison comes with the playground
    "task": {"input": "What is the capital of France?"},
    "sampling": {"temperature": 0, "max_tokens": 100},
}


@dataclass(frozen=True, slots=True)
class ModelsTab:
    """What others listen to: `changed` counts what was loaded, unloaded or connected; `opened` is a setup, as
    plain data, for the Playground."""

    changed: Any
    opened: Any


def build(page: Any, places: Places, settings: Settings, sessions: Sessions) -> ModelsTab:
    """Lay out the tab and wire it. `places` are those for experiments, of which a list of prompts takes one."""
    changed, opened = gr.State(0), gr.State(None)
    with gr.Row(elem_id="models-columns", equal_height=False):
        with gr.Column(elem_id="loading", min_width=0):
            gr.Markdown("## Models")
            loading_panel.build(page, settings, sessions, changed)
            with gr.Accordion("Connect an endpoint", open=False):
                endpoint_panel.build(page, settings, sessions, changed)
        with gr.Column(elem_id="comparing", min_width=0):
            _comparing(page, places, settings, sessions, changed, opened)
    return ModelsTab(changed, opened)


def _comparing(page: Any, places: Places, settings: Settings, sessions: Sessions, changed: Any, opened: Any) -> None:
    shared = sessions.of(None)
    models, offered = shared.models(), examples.offered(shared)
    first = next(iter(offered.values()), None)
    opening = first.setup if first else setups.parse(OPENING)
    panes = first.panes if first else pane_picker.first(models, settings.max_panes)
    gr.Markdown("## Compare")
    gr.Markdown("Same prompt, technique and seed; only the weights differ.", elem_classes="field-label")
    starts = widgets.choices([{"key": key, "title": one.title, "about": one.about} for key, one in offered.items()])
    held = pane_picker.value(panes[: settings.max_panes], 0, models)
    picker = widgets.widget("panes", {"most": settings.max_panes}, value=held, elem_id="panes")
    technique = gr.Column(min_width=0)  # stands above the prompts, which it is read with
    with gr.Tabs():
        with gr.Tab("One prompt", id="one-prompt"):
            prompt = compare_form.prompt_field(opening.task.input)
            with gr.Row(elem_classes="acts"):
                start = gr.Button("Compare", variant="primary", elem_id="compare-button")
                stop = gr.Button("Stop comparing", interactive=False, elem_id="compare-stop")
            answers = widgets.widget("comparison", value=render_compare.comparison_value(None), elem_id="comparison")
            shifts = widgets.widget("shifts", value=render_measured.shifts_value(None), elem_id="shifts")
            tables = widgets.widget("tables", value=render_measured.tables_value(None), elem_id="compared-tables")
            error = widgets.widget("words", value="", elem_id="measure-error")
            saved = widgets.download("")
        with gr.Tab("A list of prompts", id="prompt-list"):
            listed = prompt_list.build(settings)
    with technique:
        form = compare_form.build(prompt, opening)
    panel = ComparePanel(
        picker, starts, form, start, stop, answers, shifts, tables, error, saved, gr.State(None), changed, opened
    )
    compare_panel.wire(panel, settings, sessions)
    prompt_list.wire(listed, picker, form, changed, places, settings, sessions)

    @told
    def choices(value: Any, request: gr.Request) -> dict[str, Any]:
        return pane_picker.refreshed(value, sessions.of(request).models(), settings.max_panes)

    gr.on([page.load, changed.change], choices, picker, picker, preprocess=False, trigger_mode="always_last", **AT_ONCE)
