"""The Compare tab: several setups side by side, with one prompt or with a list of them."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from playground import setups
from playground.backends.catalog import Catalog
from playground.types import Setup
from playground.ui import widgets
from playground.ui.compare import (
    answers_values,
    code_panel,
    examples,
    form,
    form_changes,
    link,
    measured_values,
    panel,
    panes,
    panes_panel,
    prompt_list_panel,
    prompt_list_run,
    repeating,
    take_away,
)
from playground.ui.compare.examples import Comparison
from playground.ui.compare.pane_acts import PaneActs
from playground.ui.compare.panel import ComparePanel, ComparisonHandlers
from playground.ui.compare.panes_panel import PanesPanel
from playground.ui.compare.prompt_list_panel import PromptList
from playground.ui.compare.prompt_list_run import PromptListHandlers
from playground.ui.compare.rating import blind_panel
from playground.ui.compare.rating.blind_panel import AnswersView
from playground.ui.handlers import payloads, put_back
from playground.ui.handlers.event_options import AT_ONCE
from playground.ui.handlers.form_filling import ENDS
from playground.ui.handlers.tab import PageContext, Tab, Taking, Updates, Values
from playground.ui.run_view import files, steps_values, views
from playground.ui.widgets import waiting_line

HERE = Path(__file__).parent
OPENING = {  # where no comparison comes with the playground
    "task": {"input": "What is the capital of France?"},
    "sampling": {"temperature": 0, "max_tokens": 100},
}


def build(shared: PageContext) -> Tab:
    """Lay out the tab and wire it."""
    settings, catalog = shared.settings, shared.catalog
    offered = examples.find_examples(catalog)
    first = next(iter(offered.values()), None)
    opening = first.setup if first else setups.parse(OPENING)
    chosen = first.panes if first else panes.first(catalog.models(), settings.max_panes)
    with gr.Column(elem_id="comparing", min_width=0):
        gr.Markdown("## Compare")
        gr.Markdown(
            "One prompt and one seed for all panes: each has a technique, weights and sampling preset of its own, or "
            "what is set below.",
            elem_classes="field-label",
        )
        starts = widgets.choices(
            [{"key": key, "title": one.title, "about": one.about} for key, one in offered.items()], "Comparisons"
        )
        copy = widgets.link_button("Copy a link to this comparison")
        most = settings.max_panes
        title = partial(link.title_of, most=most, offered=offered.values(), prompts=prompt_list_panel.PROMPTS)
        picker = panes_panel.build(chosen[:most], most, shared.comparison, title)
        ticked = blind_panel.build_choice()
        technique = gr.Column(min_width=0)  # stands above the prompts, which it is read with
        with gr.Tabs(overflow_behavior="wrap") as tabs:
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
                acts, shifts, tables, error = _build_answers(shared.setup_to_open)
                saving = files.build("comparison")
                code = code_panel.build()
            with gr.Tab("A list of prompts", id=prompt_list_panel.LIST):
                listed = prompt_list_panel.build(shared.page, settings, tabs)
        rated = blind_panel.build(ticked)
        with technique:
            fields = form.build(prompt, opening, picker)
    compared = ComparePanel(
        picker=picker, examples=starts, form=fields, repeating=asked, start=start, stop=stop, line=line, stale=stale,
        estimate=estimate, shifts=shifts, tables=tables, error=error, acts=acts, blind=rated,
        model_changes=shared.model_changes,
    )  # fmt: skip
    take_away.wire(saving, compared.comparison_run)
    code_panel.wire(code, compared.held, lambda values, own: compared.read(values, own).picked.panes, shared.sessions)
    return _wire(shared, compared, listed, copy, offered, {opening.task.input})


def _build_answers(opened: Any) -> tuple[PaneActs, Any, Any, Any]:
    """Lay out what came of a comparison: the panes, and what is measured, as coloured tokens, tables and an error."""
    uses, nothing = [widgets.STATUS_LINE], answers_values.comparison_value(None)
    answers = widgets.widget(HERE / "comparison.js", uses=uses, value=nothing, elem_id="comparison")
    steps_title = widgets.words(elem_id="compare-steps-title")
    steps = views.steps_view(steps_values.steps_value(None), "compare-steps")
    uses, nothing = [widgets.TOKEN_TEXT], measured_values.shifts_value(None)
    shifts = widgets.widget(HERE / "shifts.js", uses=uses, value=nothing, elem_id="shifts")
    tables = widgets.tables(elem_id="compared-tables")
    error = widgets.words(elem_id="measure-error")
    acts = PaneActs(
        answers=answers, comparison_run=gr.State(None), steps_title=steps_title, steps=steps,
        saved=widgets.download(""), setup_to_open=opened,
    )  # fmt: skip
    return acts, shifts, tables, error


def _wire(
    shared: PageContext, compared: ComparePanel, listed: PromptList, copy: Any, offered: Mapping[str, Comparison],
    opening: Collection[str],
) -> Tab:  # fmt: skip
    """Attach the handlers of all parts, each of which may need another."""
    picker, rated, sessions = compared.picker, compared.blind, shared.sessions
    handlers = ComparisonHandlers(panel=compared, offered=offered, settings=shared.settings, sessions=sessions)
    ends = panel.wire(handlers)
    linked = link.linked(copy, compared, listed.prompts)
    restored = form_changes.wire(shared, compared, linked, ends)
    back = put_back.wire(picker.back, linked.write, linked.outputs, sessions)
    back.then(None, None, None, js=ENDS, **AT_ONCE)
    trying = PromptListHandlers(view=listed, picker=picker, form=compared.form, blind=rated, shared=shared)
    prompt_list_run.wire(trying)
    prompt_list_panel.wire_files(listed)
    blind_panel.wire(
        rated,
        [
            AnswersView(memory=compared.comparison_run, show=compared.show, outputs=compared.results),
            AnswersView(memory=listed.list_run, show=listed.show, outputs=listed.results),
        ],
    )
    ready = {*opening, *(one.setup.task.input for one in offered.values())}
    taking = _taking(picker, compared.form.task.field("input").widget, ready)
    return Tab(taking=[taking], trying=[trying.try_setup], link=replace(linked, restored=restored))


def _taking(picker: PanesPanel, text: Any, ready: Collection[str]) -> Taking:
    """What adds the Playground's setup as one pane more.

    All panes are asked what it asks, but for a prompt that a person typed: one that is none of those that are `ready`
    and came with no setup.
    """

    def with_setup(values: Values, setup: Setup, catalog: Catalog) -> Updates:
        added = picker.with_setup(values, setup)
        taken = {row[panes.TAKEN]["task"]["input"] for row in added[picker.rows]["panes"] if panes.TAKEN in row}
        prompt = payloads.words(values[text], "input")
        if not setup.task.input.strip() or (prompt.strip() and prompt not in {*ready, *taken}):
            return added
        return {**added, text: gr.update(value=setup.task.input)}

    return Taking(button=picker.take, inputs=[picker.rows, text], outputs=[picker.rows, text], take=with_setup)
