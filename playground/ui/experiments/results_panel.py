"""What came of an experiment, in several views: each is computed when it is looked at, and while it is looked at."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from playground.csv_text import csv_text
from playground.errors import InvalidSetup
from playground.evaluation.findings import comparisons, expectations
from playground.evaluation.results import Table
from playground.ui import widgets
from playground.ui.experiments import status_values
from playground.ui.experiments.figures import (
    calibration_figure,
    ladder_figure,
    model_grid_figure,
    paths_figure,
    price_figure,
)
from playground.ui.experiments.figures.figure_style import View
from playground.ui.experiments.items_panel import ItemsView
from playground.ui.experiments.run import ExperimentRun, require_table
from playground.ui.handlers.event_options import AT_ONCE
from playground.ui.handlers.messages import report_errors
from playground.ui.widgets.status import sentence

HERE = Path(__file__).parent

AGAINST = [("The first column", "first"), ("The column above", "neighbours"), ("Every pair", "all")]
PRICES = [("Tokens", "tokens"), ("Seconds (many at once)", "seconds"), ("Cost", "cost")]
FIGURES = ("paths", "price", "models", "calibration")  # beside the ladder and the items
ABOUT = {
    "paths": "How often the vote would have been right with fewer reasoning paths, drawn from the stored ones; no "
    "model is asked again.",
    "price": (
        "What an answer costs. On the line: no cheaper column scores as high. Seconds depend on what else ran at the "
        "time, so compare tokens."
    ),
    "models": "Techniques by models and sampling variants.",
    "calibration": (
        "On the diagonal, answers given with 80 % confidence are right in 80 % of cases. Click a name to show its line."
    ),
}
TITLES = {"paths": "Paths", "price": "Price", "models": "Heat map", "calibration": "Calibration"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure, and the same as a table."""

    plot: Any
    table: Any
    missing: Any
    save: Any

    @property
    def outputs(self) -> list[Any]:
        return [self.plot, self.table, self.missing]

    def show(self, figure: Any, tables: list[dict[str, Any]], missing: str = "") -> dict[Any, Any]:
        return {
            self.plot: figure,
            self.table: tables,
            self.missing: sentence(missing),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Views:
    """The widgets. `selected` is which view is looked at; `frame` holds them all."""

    frame: Any
    selected: Any
    tabs: Mapping[str, Any]
    figures: Mapping[str, Figure]
    sentences: Any
    against: Any
    price: Any
    items: ItemsView

    @property
    def inputs(self) -> set[Any]:
        return {self.selected, self.against, self.price, *self.items.inputs}

    @property
    def outputs(self) -> list[Any]:
        figures = (output for figure in self.figures.values() for output in figure.outputs)
        return [*figures, self.sentences, self.tabs["models"], *self.items.outputs]

    @property
    def all(self) -> list[Any]:
        """All that shows an experiment, of whatever view."""
        return [*self.outputs, *self.items.details]

    def clear(self) -> dict[Any, Any]:
        """Updates that take an experiment out of sight, with the cell that was opened."""
        figures = {part: shown for figure in self.figures.values() for part, shown in figure.show(None, []).items()}
        return {**figures, self.sentences: status_values.sentences_value(None, ()), **self.items.clear()}

    def show(self, key: str, table: Table, values: Mapping[Any, Any]) -> dict[Any, Any]:
        """Updates for one view."""
        several = {self.tabs["models"]: gr.update(visible=model_grid_figure.several(table))}
        if key == "items":
            return {**several, **self.items.show(table, values)}
        said = {self.sentences: self._show_findings(table, values)} if key == "ladder" else {}
        return {**several, **said, **self.figures[key].show(*self.draw(key, table, values))}

    def draw(self, key: str, table: Table, values: Mapping[Any, Any]) -> View:
        """Figure and tables of a view, or why there are none."""
        if key == "price":
            return price_figure.price(table, str(values[self.price]))
        return DRAWN[key](table)

    def _show_findings(self, table: Table, values: Mapping[Any, Any]) -> dict[str, Any]:
        against = values[self.against]
        if against not in [key for _, key in AGAINST]:
            raise InvalidSetup(f"Compared with {ascii(against)[:60]}; choose one of the list.")
        if table.status == "running":
            return status_values.sentences_value(table, ())
        made = comparisons.compare(table, against)
        return status_values.sentences_value(table, made, expectations.check_expectations(table, made))


DRAWN: Mapping[str, Callable[[Table], View]] = {
    "ladder": ladder_figure.ladder,
    "paths": paths_figure.paths,
    "models": model_grid_figure.models,
    "calibration": calibration_figure.calibration,
}


def build(items: Callable[[], ItemsView]) -> Views:
    """Lay out the views; `items` lays out its own."""
    tabs, figures = {}, {}
    with gr.Column(min_width=0, elem_id="experiment-views") as frame, gr.Tabs(overflow_behavior="wrap"):
        with gr.Tab("Scores", id="ladder") as tabs["ladder"]:
            plot = gr.Plot(show_label=False, container=False, elem_id="ladder", elem_classes="drawn")
            sentences = widgets.widget(
                HERE / "sentences.js", value=status_values.sentences_value(None, ()), elem_id="said"
            )
            against = gr.Radio(AGAINST, value="first", label="Compared with", elem_classes="against")
            figures["ladder"] = _as_table(plot, "ladder")
        with gr.Tab("Items", id="items") as tabs["items"]:
            shown = items()
        for key in FIGURES:
            with gr.Tab(TITLES[key], id=key, visible=key != "models") as tabs[key]:
                gr.Markdown(ABOUT[key], elem_classes="field-label")
                if key == "price":
                    price = gr.Radio(PRICES, value="tokens", label="Price in")
                plot = gr.Plot(show_label=False, container=False, elem_classes="drawn")
                figures[key] = _as_table(plot, key)
    return Views(
        frame=frame, selected=gr.State("ladder"), tabs=tabs, figures=figures, sentences=sentences, against=against,
        price=price, items=shown,
    )  # fmt: skip


def _as_table(plot: Any, key: str) -> Figure:
    missing = widgets.words()
    table = widgets.tables(elem_id=f"{key}-table")
    with gr.Row(elem_classes="quiet-row"):
        save = widgets.download("Download this table as CSV")
    return Figure(plot=plot, table=table, missing=missing, save=save)


def wire(views: Views, experiment_run: Any, came: Any) -> None:
    """Attach the handlers. `came` changes whenever new results came."""

    @report_errors
    def refresh(values: dict[Any, Any]) -> dict[Any, Any]:
        now: ExperimentRun | None = values[experiment_run]
        if now is None or now.table is None:
            return {views.sentences: gr.skip()}
        return views.show(values[views.selected], now.table, values)

    options: dict[str, Any] = {"trigger_mode": "always_last", **AT_ONCE}
    gr.on(
        [came.change, views.against.input, views.price.input],
        refresh,
        {experiment_run, *views.inputs},
        views.outputs,
        **options,
    )
    for key, tab in views.tabs.items():
        _wire_tab(views, key, tab, experiment_run)
    for key, figure in views.figures.items():
        _wire_save(views, key, figure, experiment_run)


def _wire_tab(views: Views, key: str, tab: Any, experiment_run: Any) -> None:
    @report_errors
    def turn(values: dict[Any, Any]) -> dict[Any, Any]:
        now: ExperimentRun | None = values[experiment_run]
        shown = views.show(key, now.table, values) if now and now.table else {}
        return {views.selected: key, **shown}

    tab.select(turn, {experiment_run, *views.inputs}, [views.selected, *views.outputs], **AT_ONCE)


def _wire_save(views: Views, key: str, figure: Figure, experiment_run: Any) -> None:
    @report_errors
    def save(values: dict[Any, Any]) -> dict[Any, Any]:
        _, tables, _ = views.draw(key, require_table(values[experiment_run]), values)
        if not tables:
            raise InvalidSetup("This view has no table yet.")
        whole = tables[-1]
        rows = ([row["head"], *row["cells"]] for row in whole["rows"])
        return {figure.save: {"name": f"{key}.csv", "text": csv_text([whole["corner"], *whole["columns"]], rows)}}

    figure.save.click(save, {experiment_run, *views.inputs}, [figure.save], **AT_ONCE)
