"""What a search goes over, as the form holds it, and as a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.finetuning.recipe import Recipe
from playground.finetuning.search.space import MOST_NUMBERS, Search, parse_search
from playground.ui import widgets
from playground.ui.finetune.search.search_values import EXAMPLE, read_rows, searchable, write_rows
from playground.ui.handlers.tab import Updates
from playground.ui.setup_form.fields import Field, pick, read_fields
from playground.ui.widgets import TextColumn

ABOUT = (
    "Several recipes are trained one after the other and judged by the validation part; the best one is judged once by "
    "rows that are sealed until then, and is what is kept. Values are a list, such as 4, 8, 16, or a range, such as "
    "0.0003 to 0.01. All else is as in the recipe above."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchForm:
    """The widgets. `words` say what the search would take."""

    fields: tuple[Field, ...]
    over: Any
    frame: Any
    words: Any
    start: Any
    save: Any
    open: Any

    @property
    def inputs(self) -> set[Any]:
        return {self.over, *(field.widget for field in self.fields)}

    @property
    def outputs(self) -> list[Any]:
        return [self.over, *(field.widget for field in self.fields)]

    def read(self, values: Mapping[Any, Any], recipe: Recipe) -> Search:
        """Raises InvalidSetup."""
        return parse_search({**read_fields(self.fields, values), "over": read_rows(values[self.over])}, recipe)

    def write(self, search: Search) -> Updates:
        """Updates that make the form hold a search."""
        filled = {field.widget: field.write(getattr(search, field.parameter.name)) for field in self.fields}
        return {**filled, self.over: write_rows(search.over)}


def build() -> SearchForm:
    """Lay out the form, folded."""
    names = tuple((parameter.label, parameter.name) for parameter in searchable())
    columns = [
        TextColumn(key="name", label="Number", choices=names),
        TextColumn(key="values", label="Values", hint="4, 8, 16  or  0.0003 to 0.01"),
    ]
    with gr.Accordion("Search over recipes", open=False, elem_id="recipe-search") as frame:
        gr.Markdown(ABOUT, elem_classes="field-label")
        over = widgets.rows_editor(columns, noun="number", most=MOST_NUMBERS, elem_id="search-over")
        over.value = list(EXAMPLE)
        fields = pick(Search, "way", "tries", "seed")
        words = widgets.words(elem_id="search-estimate")
        start = gr.Button("Start search", elem_id="search-button", elem_classes="runs")
        with gr.Row(elem_classes="quiet-row"):
            save = widgets.download("Save the search")
            opened = gr.UploadButton(
                "Open a search", file_types=[".yaml", ".yml", ".json"], type="binary", size="sm", variant="secondary",
                elem_classes="quiet-button",
            )  # fmt: skip
    return SearchForm(
        fields=fields, over=over, frame=frame, words=words, start=start, save=save, open=opened
    )  # fmt: skip
