"""A table of values for the variables of the input, and which of its rows is sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.backends.catalog import Catalog
from playground.errors import PlaygroundError
from playground.ui.handlers.event_options import AT_ONCE
from playground.ui.playground import variables_values
from playground.ui.playground.variables_values import Variables
from playground.ui.setup_form.form import Form


@dataclass(frozen=True, slots=True, kw_only=True)
class VariablesPanel:
    """The widgets."""

    table: Any
    row: Any

    @property
    def widgets(self) -> list[Any]:
        return [self.table, self.row]

    def read(self, values: Mapping[Any, Any]) -> Variables:
        """The values of the row that is chosen. Raises InvalidSetup for a table that cannot be read."""
        return variables_values.choose(variables_values.read_table(values[self.table]), values[self.row])


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptForm(Form):
    """The form of the Playground: its input may have variables, of which what is read has the values."""

    variables: VariablesPanel

    @property
    def widgets(self) -> list[Any]:
        return [*Form.widgets.fget(self), *self.variables.widgets]  # type: ignore[attr-defined]  # a property

    def read(self, values: Mapping[Any, Any], catalog: Catalog) -> dict[str, Any]:
        """What will be sent, as plain data. Raises InvalidSetup for variables that have no value."""
        return self.variables.read(values).fill(self.read_as_typed(values, catalog))

    def read_as_typed(self, values: Mapping[Any, Any], catalog: Catalog) -> dict[str, Any]:
        """The same with the variables themselves: what is kept, and taken away as a file."""
        return Form.read(self, values, catalog)


def build() -> VariablesPanel:
    """Lay out the table, folded away."""
    with gr.Accordion("Values for {{variables}}", open=False, elem_id="variables"):
        table = gr.Textbox(
            label="Table of values", lines=3, max_lines=12, placeholder="city, year\nParis, 1900\nRome, 1960",
            info="The first line names what stands in the input as {{city}}, every other line is a row of values. "
            "Commas between them, or tabs as from a spreadsheet.",
        )  # fmt: skip
        row = gr.Dropdown([], label="Row that is sent", filterable=False)
    return VariablesPanel(table=table, row=row)


def wire(panel: VariablesPanel) -> None:
    """Offer the rows that there are."""

    def offer(table: Any, row: Any) -> dict[Any, Any]:
        try:
            titles = variables_values.offered(variables_values.read_table(table))
        except PlaygroundError:  # the preview says what is wrong
            titles = []
        chosen = row if row in [at for _, at in titles] else 0 if titles else None
        return {panel.row: gr.update(choices=titles, value=chosen)}

    panel.table.change(
        offer, panel.widgets, panel.row, preprocess=False, trigger_mode="always_last", **AT_ONCE
    )  # fmt: skip
