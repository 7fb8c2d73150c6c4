"""Rows of one's own to learn from: opened or pasted, with the words around each and what is kept of answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from playground.errors import InvalidSetup, PlaygroundError
from playground.evaluation import own_data
from playground.finetuning.preparation.kept_answers import Keep
from playground.finetuning.preparation.own_rows import OwnRows, read_rows, unkept_text
from playground.finetuning.preparation.rows import Row
from playground.formats import format_count
from playground.parameters import STRICT, choice, text
from playground.settings import Settings
from playground.types import MAX_TEXT
from playground.ui import widgets
from playground.ui.handlers.event_options import READING
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.tab import Updates
from playground.ui.language.translating import translated
from playground.ui.setup_form.fields import Field, pick, read_fields
from playground.ui.widgets.status import sentence

KINDS = [".csv", ".tsv", ".jsonl", ".json", ".txt", ".xlsx"]
PASTED = 2**20  # bytes that a stranger may paste: a session keeps them
NAMES = {"reference": "answer"}  # of fields of an item, as a row to learn from calls them
LISTED = 8  # bad rows that are shown


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingChoice:
    """How the rows of a file are read."""

    __pydantic_config__ = STRICT
    template: str = text(
        "{input}", max_length=MAX_TEXT, lines=2, label="Words around each input",
        help="With {input} where it goes. Ask in the same words later.",
    )  # fmt: skip
    system: str = text(max_length=MAX_TEXT, lines=2, label="System message", help="Stands before each input.")
    keep: Keep = choice(
        "right", label="Answers to keep",
        help="Of an experiment's results, as JSON: up to four different right answers to an item, up to four of all, "
        "or pairs of a right and a wrong one.",
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GivenRows:
    """What a person brought, and what was read of it, or why nothing could be.

    Equal to itself only: Gradio hashes a state whose changes are listened to, and a mapping in it has no hash."""

    content: bytes | str = ""
    filename: str = ""
    read: OwnRows | None = None
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRowsPanel:
    """The widgets. `given` is the session's memory of what a person brought."""

    frame: Any
    pasted: Any
    upload: Any
    reading: tuple[Field, ...]
    skip: Any
    state: Any
    given: Any

    @property
    def inputs(self) -> set[Any]:
        return {self.given}

    @property
    def how_read(self) -> list[Any]:
        """What says how rows are read."""
        return [self.skip, *(field.widget for field in self.reading)]

    def read(self, values: Mapping[Any, Any]) -> tuple[tuple[Row, ...], str]:
        """The rows, and what to call them. Raises InvalidSetup where nothing was given, or it could not be read."""
        given: GivenRows | None = values[self.given]
        if given and given.fault:
            raise InvalidSetup(f"Your rows cannot be used yet. {given.fault}")
        if given is None or given.read is None:
            raise InvalidSetup("There are no rows of your own yet; open a file, or paste rows.")
        return given.read.rows, Path(given.filename).stem[:60] or "Pasted rows"


def build() -> OwnRowsPanel:
    """Lay out the panel, which is not shown yet."""
    with gr.Column(visible=False, min_width=0, elem_classes="own-data") as frame:
        pasted = gr.Textbox(
            label="Paste rows", lines=4, max_lines=10, placeholder="input,answer\nIs the tea hot?,Yes",
            info="CSV or JSON lines; the first line of a CSV has the names of the columns.",
        )  # fmt: skip
        upload = gr.UploadButton(
            "Open a table, JSON lines, or answers saved as JSON", file_types=KINDS, type="filepath", size="sm",
            variant="secondary", elem_classes="quiet-button",
        )  # fmt: skip
        with gr.Accordion("How the rows are read", open=False):
            reading = pick(ReadingChoice, "template", "system", "keep")
            skip = gr.Checkbox(False, label="Leave out rows that cannot be read")
        state = widgets.words(spoken=True, elem_id="training-rows-state")
    return OwnRowsPanel(
        frame=frame, pasted=pasted, upload=upload, reading=reading, skip=skip, state=state, given=gr.State(None)
    )


def describe(read: OwnRows) -> str:
    """How many rows there are, from which columns, and which were left out."""
    taken = ", ".join(
        translated(f"{NAMES.get(field, field)} from \u201c{column}\u201d")
        for field, column in read.columns.items()
        if field != "id"
    )
    bad = [translated(f"Line {line:,}: {why}") for line, why in read.bad[:LISTED]]
    more = (
        [translated(f"... and {format_count(len(read.bad) - LISTED, 'more row')}.")] if len(read.bad) > LISTED else []
    )
    unkept = [translated(unkept_text(read.unkept))] if read.unkept else []
    return "\n".join([f"{translated(format_count(len(read.rows), 'row'))}: {taken}.", *unkept, *bad, *more])


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRowsHandlers:
    """The handlers."""

    panel: OwnRowsPanel
    settings: Settings

    @report_errors
    def open_file(self, values: dict[Any, Any]) -> Updates:
        if not isinstance(values[self.panel.upload], str):
            raise InvalidSetup("There is no file; choose one to open.")
        path = Path(values[self.panel.upload])
        return self._take(GivenRows(content=path.read_bytes(), filename=path.name), values)

    @report_errors
    def paste_rows(self, values: dict[Any, Any]) -> Updates:
        pasted = values[self.panel.pasted]
        if not isinstance(pasted, str) or not pasted.strip():
            return {self.panel.given: None, self.panel.state: sentence("")}
        most = PASTED if self.settings.public else own_data.MAX_BYTES
        if len(pasted) > most or len(pasted.encode("utf-8", "replace")) > most:
            raise InvalidSetup(f"At most {most // 2**20} MB can be pasted; open it as a file, or paste a part of it.")
        return self._take(GivenRows(content=pasted), values)

    @report_errors
    def read_again(self, values: dict[Any, Any]) -> Updates:
        given: GivenRows | None = values[self.panel.given]
        return self._take(given, values) if given else {self.panel.state: gr.skip()}

    def take_answers(self, values: Mapping[Any, Any], title: str, results: str) -> Updates:
        """The answers of an experiment, given as its results in JSON."""
        return self._take(GivenRows(content=results, filename=f"{title}.json"), values)

    def _take(self, given: GivenRows, values: Mapping[Any, Any]) -> Updates:
        chosen = read_fields(self.panel.reading, values)
        try:
            read = read_rows(given.content, given.filename, **chosen, skip_bad=values[self.panel.skip] is True)
        except PlaygroundError as error:
            fault = GivenRows(content=given.content, filename=given.filename, fault=str(error))
            return {self.panel.given: fault, self.panel.state: sentence(str(error), wrong=True)}
        taken = GivenRows(content=given.content, filename=given.filename, read=read)
        return {self.panel.given: taken, self.panel.state: sentence(describe(read))}


def wire(handlers: OwnRowsHandlers) -> None:
    """Attach the handlers."""
    panel = handlers.panel
    fields = [field.widget for field in panel.reading]
    used, outputs = {panel.given, *panel.how_read}, [panel.given, panel.state]
    newest: dict[str, Any] = {"preprocess": False, "trigger_mode": "always_last"}
    panel.upload.upload(handlers.open_file, {panel.upload, *used}, outputs, **READING)
    panel.pasted.change(handlers.paste_rows, {panel.pasted, *used}, outputs, **newest, **READING)
    gr.on([panel.skip.input, *(box.change for box in fields)], handlers.read_again, used, outputs, **newest, **READING)
