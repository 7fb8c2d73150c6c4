"""The panes as rows of widgets: a model, an adapter and its scale each, added and removed up to a cap."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground import setups
from playground.backends.catalog import Catalog, ModelInfo
from playground.comparison import parse_panes
from playground.errors import InvalidSetup, LimitReached
from playground.types import Setup, Weights
from playground.ui.compare import panes
from playground.ui.compare.panes import LETTERS, Picked
from playground.ui.handlers.event_options import AT_ONCE
from playground.ui.handlers.messages import told
from playground.ui.handlers.tab import Shared, Updates, Values
from playground.ui.handlers.trigger_modes import on_opening_and
from playground.ui.setup_form import model_choice
from playground.ui.setup_form.form import open_with
from playground.ui.setup_form.model_choice import ModelChoice


@dataclass(frozen=True, slots=True, kw_only=True)
class PaneRow:
    """The widgets of one pane, in a frame that is hidden while there are fewer panes."""

    frame: Any
    choice: ModelChoice
    remove: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class PanesPanel:
    """The widgets. `count` is how many rows are in use, in the visitor's session."""

    rows: tuple[PaneRow, ...]
    count: Any
    baseline: Any
    add: Any

    @property
    def widgets(self) -> list[Any]:
        return [self.count, self.baseline, *(widget for row in self.rows for widget in row.choice.widgets)]

    @property
    def written(self) -> list[Any]:
        """All that `write` may update."""
        return [*self.widgets, self.add, *(part for row in self.rows for part in (row.frame, row.remove))]

    def read(self, setup: Setup, values: Values, catalog: Catalog) -> Picked:
        """Whole setups. Raises InvalidSetup for what no pane could hold."""
        return panes.read(setup, self._held(values), values[self.baseline], len(self.rows), catalog)

    def write(self, held: Sequence[Weights], baseline: int, models: Sequence[ModelInfo], offered: int = 0) -> Updates:
        """Updates that make the rows hold these panes. The first `offered` rows know the models already."""
        letters = LETTERS[: len(held)]
        updates: Updates = {
            self.count: len(held),
            self.baseline: gr.update(choices=_choices(len(held)), value=letters[baseline]),
            self.add: gr.update(interactive=len(held) < len(self.rows)),
        }
        for at, row in enumerate(self.rows):
            updates[row.frame] = gr.update(visible=at < len(held))
            if at < len(held):
                updates |= row.choice.hold(held[at], models, offer=at >= offered)
                updates[row.remove] = gr.update(interactive=len(held) > 1)
        return updates

    def current(self, values: Values) -> tuple[tuple[Weights, ...], int]:
        """The panes that the rows hold and the place of the baseline, the first where that is none of them."""
        held = parse_panes(setups.parse({}), self._held(values), len(self.rows))
        marked = values[self.baseline]
        letters = list(LETTERS[: len(held)])
        return held, letters.index(marked) if marked in letters else 0

    def _held(self, values: Values) -> list[dict[str, Any]]:
        return [row.choice.read(values) for row in self.rows[: values[self.count]]]


def build(catalog: Catalog, held: Sequence[Weights], most: int) -> PanesPanel:
    """Lay out the rows. They open with these panes, for every visitor."""
    with gr.Column(elem_id="panes", min_width=0):
        with gr.Row(elem_classes="picks", equal_height=False):
            rows = tuple(_row(catalog, LETTERS[at]) for at in range(most))
        with gr.Row(elem_classes="pane-acts"):
            baseline = gr.Radio(_choices(len(held)), value="A", label="Baseline", info="The others are compared to it.")
            add = gr.Button("Add a pane", size="sm", variant="secondary", elem_classes="quiet-button")
    panel = PanesPanel(rows=rows, count=gr.State(len(held)), baseline=baseline, add=add)
    open_with(panel.write(held, 0, catalog.models()))
    return panel


def _row(catalog: Catalog, letter: str) -> PaneRow:
    with gr.Column(elem_classes="pick", min_width=240) as frame:
        choice = model_choice.build_adapter(model_choice.build(catalog, f"Pane {letter}"), f"Pane {letter}")
        remove = gr.Button(f"Remove pane {letter}", size="sm", variant="secondary", elem_classes="quiet-button")
    return PaneRow(frame=frame, choice=choice, remove=remove)


def _choices(count: int) -> list[tuple[str, str]]:
    return [(f"Pane {letter}", letter) for letter in LETTERS[:count]]


def wire(panel: PanesPanel, shared: Shared) -> None:
    """Attach the handlers."""
    sessions = shared.sessions

    @told
    def refresh(values: dict[Any, Any], request: gr.Request) -> Updates:
        """The same panes with what there is to choose from now."""
        held, baseline = panel.current(values)
        return panel.write(held, baseline, sessions.of(request).models())

    @told
    def add(values: dict[Any, Any], request: gr.Request) -> Updates:
        held, baseline = panel.current(values)
        if len(held) >= len(panel.rows):
            raise LimitReached(f"There are {len(held)} panes; more are not possible (PLAYGROUND_MAX_PANES).")
        return panel.write([*held, held[-1]], baseline, sessions.of(request).models(), offered=len(held))

    def remove(at: int) -> Any:
        @told
        def remove_pane(values: dict[Any, Any], request: gr.Request) -> Updates:
            held, baseline = panel.current(values)
            if at >= len(held) or len(held) == 1:
                raise InvalidSetup("This pane cannot be removed; at least one stays.")
            left, baseline = panes.without(held, at, baseline)
            return panel.write(left, baseline, sessions.of(request).models(), offered=len(left))

        return remove_pane

    def choose(row: PaneRow, models: bool) -> Any:
        @told
        def choose_weights(values: Mapping[Any, Any], request: gr.Request) -> Updates:
            """Another model or adapter: at its full strength, and without what was chosen for the one before."""
            kept = {**values, row.choice.adapter: ""} if models else values
            shown = row.choice.show(kept, sessions.of(request))
            return {**shown, row.choice.scale.widget: {**shown[row.choice.scale.widget], "value": 1}}

        return choose_weights

    quick: dict[str, Any] = {"preprocess": False, **AT_ONCE}
    last: dict[str, Any] = {**quick, "trigger_mode": "always_last"}
    held = set(panel.widgets)
    on_opening_and(shared.page.load, [shared.changed.change], refresh, held, panel.written, **last)
    panel.add.click(add, held, panel.written, trigger_mode="once", **quick)
    for at, row in enumerate(panel.rows):
        row.remove.click(remove(at), held, panel.written, trigger_mode="once", **quick)
        chosen = set(row.choice.widgets)
        row.choice.model.input(choose(row, True), chosen, row.choice.widgets[1:], **last)
        row.choice.adapter.input(choose(row, False), chosen, row.choice.widgets[1:], **last)
