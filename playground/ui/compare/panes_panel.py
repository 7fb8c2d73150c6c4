"""The panes as rows of one widget: technique, weights and sampling preset each, added and removed up to a cap."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from playground import setups
from playground.backends.catalog import Catalog
from playground.errors import LimitReached
from playground.strategies import STRATEGIES
from playground.types import Setup, Weights
from playground.ui import widgets
from playground.ui.compare import panes
from playground.ui.compare.panes import TAKEN, PaneSelection
from playground.ui.handlers import put_back
from playground.ui.handlers.put_back import PutBack
from playground.ui.handlers.tab import Updates, Values

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class PanesPanel:
    """The rows, the button that adds the Playground's setup as one of them, and the one that puts back the comparison
    that something else replaced."""

    rows: Any
    take: Any
    back: PutBack
    most: int

    def read(self, common: Setup, values: Values, catalog: Catalog) -> PaneSelection:
        """Whole setups. Raises InvalidSetup for what no pane could hold."""
        return panes.read(common, values[self.rows], self.most, catalog)

    def techniques(self, values: Values) -> frozenset[str]:
        """The techniques that panes have of their own."""
        return panes.techniques(values[self.rows])

    def write(self, held: Sequence[Weights], baseline: int = 0) -> Updates:
        """Updates that make the rows hold these weights, and all else as the form says."""
        return {self.rows: panes.value([setups.weights_to_dict(weights) for weights in held], baseline)}

    def with_setup(self, values: Values, setup: Setup) -> Updates:
        """Updates that add a row with exactly this setup, and one without the form of its answer, if that has one.

        Raises LimitReached where there is no room for it.
        """
        held = panes.checked_value(values[self.rows], self.most)
        rows, added = held["panes"], [_row_of(one) for one in panes.with_and_without_form(setup)]
        if len(rows) + len(added) > self.most:
            raise LimitReached(
                f"There are {len(rows)} panes; {len(added)} more are not possible (PLAYGROUND_MAX_PANES)."
            )
        return {self.rows: panes.value([*rows, *added], held["baseline"])}

    def alone(self, setup: Setup) -> Updates:
        """Updates that make the rows hold exactly this setup and nothing else."""
        return {self.rows: panes.value([_row_of(setup)])}


def _row_of(setup: Setup) -> dict[str, Any]:
    """The row of a whole setup."""
    return {**setups.weights_to_dict(setup), TAKEN: panes.parts_of(setup)}


def build(held: Sequence[Weights], most: int, kept: Any, title: Callable[[Mapping[str, Any]], str]) -> PanesPanel:
    """Lay out the rows. They open with these panes, for every visitor.

    `kept` is the comparison's form as the browser keeps it, and `title` says what one is called.
    """
    fixed = {
        "techniques": [{"key": name, "title": technique.title} for name, technique in STRATEGIES.items()],
        "presets": [{"key": key, "title": preset.title} for key, preset in panes.offered_presets().items()],
        "most": most,
    }
    with gr.Column(elem_id="panes", min_width=0):
        rows = widgets.widget(HERE / "pane_rows.js", fixed, uses=[widgets.WEIGHTS_FIELDS], value=panes.value([]))
        take = gr.Button(
            "Add the Playground\u2019s setup as a pane", size="sm", variant="secondary", elem_classes="quiet-button"
        )
        back = put_back.build(kept, title)
    panel = PanesPanel(rows=rows, take=take, back=back, most=most)
    rows.value = panel.write(held)[rows]
    return panel
