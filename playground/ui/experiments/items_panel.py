"""Items by columns: filtered, sorted and sliced on the server; a click shows a cell's run and opens it elsewhere."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as declared
from pathlib import Path
from typing import Any

import gradio as gr

from playground import setups
from playground.errors import InvalidSetup
from playground.evaluation.findings import summary
from playground.evaluation.results import Result, Table
from playground.evaluation.store import Store, records
from playground.parameters import STRICT
from playground.types import Run
from playground.ui import widgets
from playground.ui.experiments import items_values
from playground.ui.experiments.items_values import EMPTY, EMPTY_CELL, FILTERS, ORDERS, asked_of, place
from playground.ui.experiments.run import require_table
from playground.ui.handlers import payloads
from playground.ui.handlers.event_options import AT_ONCE
from playground.ui.handlers.messages import report_errors
from playground.ui.run_view import steps_values
from playground.ui.run_view.views import steps_view

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """A page of the list."""

    __pydantic_config__ = STRICT

    page: int = declared(metadata={"ge": 0, "le": 100_000, "strict": True})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cell:
    """A cell of the list: an item by its name, a column by its place."""

    __pydantic_config__ = STRICT

    item: str
    column: int = declared(metadata={"ge": 0, "le": 10_000, "strict": True})


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemsView:
    """The widgets. `page` is the session's place in the list, `setup_to_open` one on its way to the Playground."""

    keep: Any
    order: Any
    words: Any
    page: Any
    list: Any
    cell: Any
    steps: Any
    setup_to_open: Any

    @property
    def inputs(self) -> set[Any]:
        return {self.keep, self.order, self.words, self.page}

    @property
    def outputs(self) -> list[Any]:
        return [self.list, self.page]

    @property
    def details(self) -> list[Any]:
        """What shows one cell."""
        return [self.cell, self.steps]

    def clear(self) -> dict[Any, Any]:
        """Updates that empty the list, and close the cell that is opened."""
        return {self.list: EMPTY, self.page: 0, self.cell: EMPTY_CELL, self.steps: steps_values.steps_value(None)}

    def show(self, table: Table, values: Mapping[Any, Any]) -> dict[Any, Any]:
        """Updates that show the page of the list that is wanted, or the last one there is."""
        keep, order = values[self.keep], values[self.order]
        if keep not in FILTERS or order not in ORDERS:
            raise InvalidSetup(f"There is no filter or order {ascii((keep, order))[:80]}; choose from the lists.")
        words = values[self.words] if isinstance(values[self.words], str) else ""
        rows = summary.by_item(table)
        value = items_values.items_value(table, rows, keep=keep, order=order, words=words[:200], page=values[self.page])
        return {self.list: value, self.page: value["page"]}


def build(opened: Any) -> ItemsView:
    """Lay out the list and what is shown of one cell; a setup put into `setup_to_open` is opened in the Playground."""
    with gr.Row(elem_classes="filters"):
        words = gr.Textbox(label="Search", placeholder="Words to look for", max_lines=1, min_width=150)
        keep = gr.Dropdown(_title_and_key(FILTERS), value="all", label="Show", filterable=False, min_width=150)
        order = gr.Dropdown(_title_and_key(ORDERS), value="drawn", label="Order", filterable=False, min_width=150)
    listed = widgets.widget(HERE / "items.js", value=EMPTY, elem_id="items")
    cell = widgets.widget(HERE / "experiment_cell.js", value=EMPTY_CELL, elem_id="experiment-cell")
    steps = steps_view(steps_values.steps_value(None), elem_id="experiment-steps")
    return ItemsView(
        keep=keep,
        order=order,
        words=words,
        page=gr.State(0),
        list=listed,
        cell=cell,
        steps=steps,
        setup_to_open=opened,
    )


def _title_and_key(offered: Mapping[str, tuple[str, Any]]) -> list[tuple[str, str]]:
    return [(title, key) for key, (title, _) in offered.items()]


def wire(view: ItemsView, experiment_run: Any, store: Store) -> None:
    """Attach the handlers. `experiment_run` is the session's last experiment."""

    @report_errors
    def narrow(values: dict[Any, Any]) -> dict[Any, Any]:
        if values[experiment_run] is None or values[experiment_run].table is None:
            return {view.page: 0}
        return view.show(values[experiment_run].table, {**values, view.page: 0})

    @report_errors
    def turn(values: dict[Any, Any], event: gr.EventData) -> dict[Any, Any]:
        page = payloads.read(_Page, event).page
        return view.show(require_table(values[experiment_run]), {**values, view.page: page})

    @report_errors
    def look(values: dict[Any, Any], event: gr.EventData) -> dict[Any, Any]:
        clicked, table = payloads.read(_Cell, event), require_table(values[experiment_run])
        if clicked.column >= len(table.columns):
            raise InvalidSetup(f"There is no column {clicked.column + 1}; choose another cell.")
        beside = asked_of(table, clicked.item, table.columns[clicked.column])
        if not beside:
            raise InvalidSetup("That cell has no answer yet; choose another.")
        return show(table, beside[0])

    @report_errors
    def again(values: dict[Any, Any], event: gr.EventData) -> dict[Any, Any]:
        table = require_table(values[experiment_run])
        return show(table, at_of(payloads.read(payloads.Choice, event).key, table))

    @report_errors
    def open_one(values: dict[Any, Any], event: gr.EventData) -> Iterator[dict[Any, Any]]:
        table = require_table(values[experiment_run])
        run = run_of(table.results[at_of(payloads.read(payloads.Choice, event).key, table)])
        if run is None:
            raise InvalidSetup("This run is not in the store any more; run the experiment again.")
        yield {view.setup_to_open: None}  # opened twice, it is news twice
        yield {view.setup_to_open: setups.to_dict(run.setup)}

    def show(table: Table, at: int) -> dict[Any, Any]:
        run = run_of(table.results[at])
        return {
            view.cell: items_values.cell_value(table, at, openable=run is not None),
            view.steps: {**steps_values.steps_value(run), "editable": False},
        }

    def run_of(result: Result) -> Run | None:
        held = store.get(result.key) if result.key else None
        record = records.load_record(held) if held else None
        return record.run if record else None

    options: dict[str, Any] = {"trigger_mode": "always_last", **AT_ONCE}
    inputs, shown = {experiment_run, *view.inputs}, view.details
    gr.on([view.words.change, view.keep.input, view.order.input], narrow, inputs, view.outputs, **options)
    view.list.turn_page(turn, inputs, view.outputs, **AT_ONCE)
    view.list.show_cell(look, {experiment_run}, shown, **AT_ONCE)
    view.cell.show_repetition(again, {experiment_run}, shown, **AT_ONCE)
    view.cell.open_setup(open_one, {experiment_run}, [view.setup_to_open], **AT_ONCE)


def at_of(key: str, table: Table) -> int:
    """The place of a result in the table, by `items_values.place`. Raises InvalidSetup."""
    at, _, _ = key.partition("/")
    if not (at.isascii() and at.isdecimal() and len(at) < 10) or int(at) >= len(table.results):
        raise InvalidSetup(f"There is no result {key[:20]!a}; choose another cell.")
    if key != place(table, int(at)):
        raise InvalidSetup("That answer is of an earlier run; choose another cell.")
    return int(at)
