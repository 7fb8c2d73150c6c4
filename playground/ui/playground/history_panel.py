"""The history: every run of this browser, kept there and nowhere else; a way back to any, and what differs in two."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from playground.errors import InvalidSetup, LimitReached
from playground.sharing import kept_runs
from playground.sharing.kept_runs import KeptRun
from playground.strategies import STRATEGIES
from playground.ui import widgets
from playground.ui.handlers import payloads
from playground.ui.handlers.messages import warn
from playground.ui.playground import history_values

HERE = Path(__file__).parent
MEGABYTES = 50  # of all runs together, in the browser
COLOURS = {"added": "#2e7d32", "removed": "#c62828"}  # the words stand there as well


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPanel:
    """The widgets. `runs` is the list, which the browser fills: its value says that a run begins, and which ended."""

    runs: Any
    differing: Any

    def begun(self) -> dict[Any, Any]:
        """Updates that say that a run has begun."""
        return {self.runs: {"phase": "begun"}}

    def ended(self, kept: KeptRun | None) -> dict[Any, Any]:
        """Updates that give the browser a run to keep, or say that there is none to keep."""
        try:
            text = kept_runs.write(kept) if kept else ""
        except LimitReached as error:  # said beside the run, which is there all the same
            warn(str(error))
            text = ""
        return {self.runs: {"phase": "ended", "run": text}}

    def compare(self, event: gr.EventData) -> dict[Any, Any]:
        """Updates that show what differs in two runs. Raises InvalidSetup for what is none."""
        first, second = (reported_run(event, name) for name in ("first", "second"))
        return {self.differing: gr.update(value=history_values.difference(first, second), visible=True)}


def build() -> HistoryPanel:
    """Lay it out. Not in an accordion: what is folded away is not there, and a run that ends would not be kept."""
    fixed = {"megabytes": MEGABYTES, "techniques": {name: one.title for name, one in STRATEGIES.items()}}
    runs = widgets.widget(HERE / "history.js", fixed, uses=[HERE / "history_store.js"], elem_id="history")
    differing = gr.HighlightedText(
        label="What was asked and answered", color_map=COLOURS, show_inline_category=True, visible=False,
        elem_id="history-text",
    )  # fmt: skip
    return HistoryPanel(runs=runs, differing=differing)


def reported_run(event: gr.EventData, name: str = "kept") -> KeptRun:
    """The run that the browser sent. Raises InvalidSetup, or LimitReached, for anything else."""
    reported = payloads.read_report(event)
    if not isinstance(reported, Mapping):
        raise InvalidSetup("There is no run in this; choose one of the history.")
    return kept_runs.read(reported.get(name))
