"""What follows from a change of the comparison's form: what it would take, what is out of date, what is kept of it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import gradio as gr

from playground.errors import PlaygroundError
from playground.ui.compare.panel import ComparePanel
from playground.ui.compare.run import ComparisonRun
from playground.ui.handlers import drafts
from playground.ui.handlers.drafts import as_kept, keep, refill
from playground.ui.handlers.event_options import AT_ONCE
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.tab import PageContext, TabLink
from playground.ui.handlers.trigger_modes import ended_event, on_opening_and
from playground.ui.setup_form.fields import changes
from playground.ui.widgets.status import sentence


def wire(shared: PageContext, panel: ComparePanel, linked: TabLink, ends: Sequence[Any]) -> Any:
    """Attach the handlers. At the `ends` of runs, too, the form may hold something else by then.

    `linked` reads and writes what the browser keeps of it. Returns what attaches a handler to when the form holds that.
    """
    sessions, kept, filled = shared.sessions, shared.comparison, drafts.build_mark()

    @report_errors
    def look(values: dict[Any, Any], request: gr.Request) -> dict[Any, Any]:
        catalog = sessions.of(request)
        held, lost = as_kept(linked, values, catalog)
        return {
            panel.stale: sentence(f"{panel.out_of_date(values, catalog)} {lost}".strip()),
            panel.estimate: sentence(panel.estimated(values, catalog)),
            kept: keep(values[filled], held),
        }

    @report_errors
    def reopen_comparison(held: Any, request: gr.Request) -> dict[Any, Any]:
        return refill(linked, held, sessions.of(request))

    @report_errors
    def mark(values: dict[Any, Any], request: gr.Request) -> dict[Any, Any]:
        """Another baseline is seen at once, as long as the panes are those that answered."""
        now: ComparisonRun | None = values[panel.comparison_run]
        same = {panel.tables: gr.skip()}
        if now is None or now.busy:
            return same
        try:
            picked = panel.picker.read(now.setup, values, sessions.of(request))
        except PlaygroundError:  # said when it is compared
            return same
        if picked.panes != now.picked.panes or picked.baseline == now.picked.baseline:
            return same
        return panel.show(replace(now, picked=picked, shifts=None))

    quick: dict[str, Any] = {"preprocess": False, "trigger_mode": "always_last", **AT_ONCE}
    panel.picker.rows.input(mark, {panel.picker.rows, panel.comparison_run}, panel.results, **quick)
    outputs = [panel.stale, panel.estimate, kept]
    looked = {"inputs": {*linked.inputs, panel.comparison_run, filled}, "outputs": outputs, **quick}
    restored = drafts.restore(shared.page, kept, filled, reopen_comparison, linked.outputs)
    # By a run's end the form may hold something else, and so it may when it has been filled.
    on_opening_and(shared.opening, [*changes(linked.inputs), ended_event([*ends, restored])], look, **looked)
    return filled.change
