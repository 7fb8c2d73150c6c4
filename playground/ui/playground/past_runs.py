"""Runs of the history are shown again: opened with what the form held, compared, or put back after a reload."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import gradio as gr

from playground.ui.handlers.event_options import READING
from playground.ui.handlers.form_filling import BEGINS
from playground.ui.handlers.messages import report_errors, warn
from playground.ui.handlers.one_at_a_time import refuse_second
from playground.ui.handlers.sessions import Sessions
from playground.ui.playground import draft
from playground.ui.playground.history_panel import reported_run
from playground.ui.playground.preset_bar import PresetBar
from playground.ui.playground.run_panel import Beginning, Results, RunOnPage
from playground.ui.playground.variables_panel import PromptForm
from playground.ui.setup_form.labels import describe_error


def wire(view: Results, form: PromptForm, bar: PresetBar, sessions: Sessions) -> tuple[Any, Any]:
    """Attach the handlers. Returns the event after which another run is shown, and the one that fills the form too."""

    def show(values: dict[Any, Any], event: gr.EventData) -> tuple[Mapping[str, Any], dict[Any, Any]]:
        """What the form held, and updates that show the run."""
        kept = reported_run(event)
        now = RunOnPage(run=kept.run, beginning=Beginning(past=True))
        return kept.form, {**view.updates(now, view.holding(values)), **view.insight.show(kept.run)}

    @partial(report_errors, words=describe_error)
    def open_run(values: dict[Any, Any], event: gr.EventData, request: gr.Request) -> dict[Any, Any]:
        refuse_second(values[view.going])
        held, shown = show(values, event)
        filled, said = draft.fill(form, held, sessions.of(request))
        if said:
            warn(said)
        key = draft.key_of(draft.setup_of(held), bar.offered)
        return {**shown, **filled, **bar.fill(values[bar.kept], key)}

    @report_errors
    def show_run(values: dict[Any, Any], event: gr.EventData) -> dict[Any, Any]:
        """After a reload: not if something else was run by now."""
        return {view.run: gr.skip()} if values[view.run] or values[view.going] else show(values, event)[1]

    @report_errors
    def compare_runs(event: gr.EventData) -> dict[Any, Any]:
        return view.history.compare(event)

    memory = {view.run, view.beginning, view.before, view.going}
    seen = [view.run, view.beginning, view.before, view.answer, view.steps, *view.insight.outputs]
    once: dict[str, Any] = {"preprocess": False, **READING}
    view.history.runs.compare_runs(compare_runs, None, [view.history.differing], **once)
    shown = view.history.runs.show_run(show_run, memory, seen, **once)
    filled = [*seen, *form.outputs, *bar.marks]
    return shown, view.history.runs.open_run(open_run, {*memory, bar.kept}, filled, js=BEGINS, **once)
