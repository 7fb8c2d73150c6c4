"""The widgets of a search in documents, and how they are read."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from playground import setups
from playground.errors import InvalidSetup
from playground.parameters import parameters
from playground.retrieval.library import Library
from playground.retrieval.passages import Collection
from playground.task import SearchSettings
from playground.types import MAX_TEXT
from playground.ui import widgets
from playground.ui.language.texts import AsWritten
from playground.ui.retrieval.passages_values import found_value
from playground.ui.setup_form.fields import Field, pick, read_fields
from playground.ui.widgets import waiting_line
from playground.ui.widgets.waiting_line import WaitingLine

HERE = Path(__file__).parent
SETTINGS = ("passages", "size", "overlap", "weight")
NO_CHOICE = ("Type a question below", "")
HERE_MADE = next(p.empty for p in parameters(SearchSettings) if p.name == "encoder")
SENT = "Passages and questions are sent to the endpoint that is chosen."


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPanel:
    """The widgets of a search, and of what it found."""

    known: Any
    question: Any
    settings: tuple[Field, ...]
    documents: Any
    kinds: Any
    encoder: Any
    make: Any
    measure: Any
    open: Any
    line: WaitingLine
    found: Any
    map: Any
    frame: Any
    measured: Any
    said: Any

    @property
    def inputs(self) -> set[Any]:
        return {self.question, self.documents, self.kinds, self.encoder, *(field.widget for field in self.settings)}

    def read_settings(self, values: Mapping[Any, Any]) -> SearchSettings:
        """Raises InvalidSetup."""
        given = read_fields(self.settings, values)
        chosen = {"documents": values[self.documents] or (), "kinds": values[self.kinds] or ()}
        data = {**given, **chosen, "encoder": values[self.encoder] or ""}
        made: SearchSettings = setups.build(SearchSettings, data, ("options",))
        return made

    def read_question(self, values: Mapping[Any, Any]) -> str:
        """Raises InvalidSetup."""
        question = values[self.question]
        if question is not None and not isinstance(question, str):
            raise InvalidSetup("The question must be text.")
        if question and len(question) > MAX_TEXT:
            raise InvalidSetup(f"The question has {len(question):,} characters; {MAX_TEXT:,} is the most.")
        return (question or "").strip()

    def offer(self, of: Collection, values: Mapping[Any, Any]) -> dict[Any, Any]:
        """Updates that offer a collection's questions, and what its documents can be told apart by; what was chosen of
        that stays chosen."""
        updates = {self.known: gr.update(choices=known_questions(of), value=""), self.measured: []}
        for widget, names in ((self.documents, [text.title for text in of.texts]), (self.kinds, [*of.kinds])):
            chosen = values[widget] if isinstance(values[widget], list) else []
            titles = [(AsWritten(name), name) for name in names]
            updates[widget] = gr.update(choices=titles, value=[name for name in chosen if name in names])
        return updates

    def offer_encoders(self, library: Library, chosen: Any) -> dict[Any, Any]:
        """Updates that offer the models of endpoints for vectors, where there are any."""
        names = [*library.encoders]
        value = chosen if isinstance(chosen, str) and chosen in names else ""
        return {
            self.encoder: gr.update(choices=[(HERE_MADE, ""), *names], value=value, visible=bool(names)),
            self.make: gr.update(visible=bool(value)),
        }


def known_questions(of: Collection) -> list[tuple[str, str]]:
    return [NO_CHOICE, *((known.question, known.question) for known in of.questions)]


def build_question(of: Collection, page: Any) -> dict[str, Any]:
    """Lay out what is asked of this collection, on the left."""
    known = gr.Dropdown(known_questions(of), value="", label="A question of this collection", filterable=False)
    question = gr.Textbox(label="Question", lines=2, max_lines=6)
    settings = pick(SearchSettings, *SETTINGS)
    with gr.Accordion("Only some of the documents", open=False):
        titles = [text.title for text in of.texts]
        documents = gr.Dropdown(titles, value=[], multiselect=True, label="Only these documents", info="None: all.")
        kinds = gr.Dropdown([*of.kinds], value=[], multiselect=True, label="Only these kinds", info="None: all.")
    encoder = gr.Dropdown([(HERE_MADE, "")], value="", label="Vectors from", info=SENT, visible=False)
    make = gr.Button("Make the vectors", variant="secondary", visible=False)
    with gr.Row(elem_classes="acts"):
        ask = gr.Button("Ask this in the Playground", variant="primary")
        measure = gr.Button("Measure the search", variant="secondary")
        stop = gr.Button("Stop the search", variant="secondary", elem_classes="stops")
    line = waiting_line.build(page, stop=stop)
    return {
        "known": known, "question": question, "settings": settings, "documents": documents, "kinds": kinds,
        "encoder": encoder, "make": make, "open": ask, "measure": measure, "line": line,
    }  # fmt: skip


def build_found() -> dict[str, Any]:
    """Lay out what comes of it, on the right."""
    said = widgets.words(elem_id="search-said")
    measured = widgets.tables(elem_id="search-quality")
    script = HERE / "found_passages.js"
    found = widgets.widget(script, uses=[widgets.STATUS_LINE], value=found_value(), elem_id="found")
    with gr.Accordion("A map of passages and question", open=True, visible=False) as frame:
        plot = gr.Plot(show_label=False, container=False)
    return {"said": said, "measured": measured, "found": found, "map": plot, "frame": frame}
