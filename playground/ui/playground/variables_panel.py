"""A table of values for the variables of the input, and which of its rows is sent."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from playground import setups
from playground.backends.catalog import Catalog
from playground.errors import PlaygroundError
from playground.setups import to_dict
from playground.types import Setup
from playground.ui.handlers.event_options import AT_ONCE
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.tab import TABLE
from playground.ui.playground import variables_values
from playground.ui.playground.variables_values import Variables
from playground.ui.setup_form.check import check_setup
from playground.ui.setup_form.fields import each_once
from playground.ui.setup_form.form import Form

NO_ROW = ("none yet", 0)
ROW = "row"  # the key of which row is sent, beside that of the table


@dataclass(frozen=True, slots=True, kw_only=True)
class VariablesPanel:
    """The widgets, and the fold that they are in."""

    frame: Any
    table: Any
    row: Any
    try_all: Any

    @property
    def widgets(self) -> list[Any]:
        return [self.table, self.row]

    def read(self, values: Mapping[Any, Any]) -> Variables:
        """The values of the row that is chosen. Raises InvalidSetup for a table that cannot be read."""
        return variables_values.choose(variables_values.read_table(values[self.table]), values[self.row])

    def as_kept(self, values: Mapping[Any, Any]) -> dict[str, Any]:
        """The table as text, if there is one, and which of its rows is sent, if that is not the first. Raises
        InvalidSetup for one that cannot be read."""
        rows = variables_values.read_table(values[self.table])
        if not rows:
            return {}
        at = variables_values.row_number(rows, values[self.row])
        return {TABLE: values[self.table], **({ROW: at} if at else {})}

    def write(self, kept: Mapping[str, Any]) -> dict[Any, Any]:
        """Updates that make the widgets hold the table in what was kept and its row, unfolded if there is one; of what
        no table could be, nothing."""
        table = kept.get(TABLE)
        rows = _rows_of(table)
        return {
            self.frame: gr.update(open=bool(rows)),
            self.table: gr.update(value=table if rows else ""),
            self.row: gr.update(choices=_titles(rows), value=variables_values.row_number(rows, kept.get(ROW))),
        }

    def offer(self, table: Any, row: Any) -> dict[str, Any]:
        """An update that offers the rows of this table. Another row is chosen only where this one is not there: what
        is sent as this one may be older than what the widget shows."""
        rows = _rows_of(table)
        at = variables_values.row_number(rows, row)
        update: dict[str, Any] = gr.update(choices=_titles(rows), **({} if at == row else {"value": at}))
        return update


def _rows_of(table: Any) -> tuple[variables_values.Row, ...]:
    try:
        return variables_values.read_table(table)
    except PlaygroundError:  # the preview says what is wrong
        return ()


def _titles(rows: tuple[variables_values.Row, ...]) -> list[tuple[str, int]]:
    return variables_values.list_rows(rows) or [NO_ROW]


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptForm(Form):
    """The form of the Playground: its input may have variables, of which what is read has the values."""

    variables: VariablesPanel
    answer_form: Any  # the fold with the form of the answer

    @property
    def outputs(self) -> list[Any]:
        return each_once([*Form.outputs.fget(self), self.variables.frame])  # type: ignore[attr-defined]  # a property

    def write(self, setup: Setup, catalog: Catalog) -> dict[Any, Any]:
        """The same, with the form of the answer unfolded where there is one: nobody has to find out that it is set."""
        written = Form.write(self, setup, catalog)
        unfolded = {**written[self.answer_form], **gr.update(open=setup.task.form != "none")}
        return {**written, self.answer_form: unfolded}

    @property
    def widgets(self) -> list[Any]:
        return [*Form.widgets.fget(self), *self.variables.widgets]  # type: ignore[attr-defined]  # a property

    def read(self, values: Mapping[Any, Any], catalog: Catalog) -> dict[str, Any]:
        """What will be sent, as plain data. Raises InvalidSetup for variables that have no value."""
        return self.variables.read(values).fill(self.read_as_typed(values, catalog))

    def read_as_typed(self, values: Mapping[Any, Any], catalog: Catalog) -> dict[str, Any]:
        """The same with the variables themselves: what is kept, and taken away as a file."""
        return Form.read(self, values, catalog)

    def sent_values(self, values: Mapping[Any, Any], catalog: Catalog) -> str:
        """What the variables of the input stand for in what is sent, in short; "" where it has none."""
        return self.variables.read(values).title(self.read_as_typed(values, catalog))

    def read_rows(self, values: Mapping[Any, Any], catalog: Catalog) -> tuple[Setup, tuple[str, ...]]:
        """A setup that could be run, and what it asks with each row of values. Raises what running it would raise."""
        typed = setups.parse(self.read_as_typed(values, catalog))
        inputs = variables_values.fill_all(variables_values.read_table(values[self.variables.table]), to_dict(typed))
        return check_setup(to_dict(replace(typed, task=replace(typed.task, input=inputs[0]))), catalog), inputs


def build() -> VariablesPanel:
    """Lay out the table, folded away."""
    with gr.Accordion("Values for {{variables}}", open=False, elem_id="variables") as frame:
        table = gr.Textbox(
            label="Table of values", lines=3, max_lines=12, placeholder="city, year\nParis, 1900\nRome, 1960",
            info="The first line names what stands in the input as {{city}}, every other line is a row of values. "
            "Commas between them, or tabs as from a spreadsheet.",
        )  # fmt: skip
        row = gr.Dropdown([NO_ROW], value=NO_ROW[1], label="Row that is sent", filterable=False)
        try_all = gr.Button("Run all rows in Compare", size="sm", variant="secondary", elem_classes="quiet-button")
    return VariablesPanel(frame=frame, table=table, row=row, try_all=try_all)


def wire(panel: VariablesPanel) -> None:
    """Offer the rows that there are."""
    how: dict[str, Any] = {"preprocess": False, "trigger_mode": "always_last", **AT_ONCE}
    panel.table.change(report_errors(panel.offer), panel.widgets, panel.row, **how)
