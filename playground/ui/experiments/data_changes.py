"""What follows from a change of the data: another set's card, or rows of one's own, read out of a file or text."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gradio as gr

from playground.errors import InvalidSetup, PlaygroundError
from playground.evaluation import datasets, own_data
from playground.settings import Settings
from playground.ui.experiments.data_panel import NONE, OWN, DataPanel
from playground.ui.experiments.own_rows import OwnRows, describe_rows, describe_shares
from playground.ui.handlers.event_options import AT_ONCE, READING
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.tab import Updates, Values
from playground.ui.setup_form.used_fields import WITH_LABELS
from playground.ui.widgets.status import sentence

PASTED = 2**20  # bytes that a stranger may paste: a session keeps them


@dataclass(frozen=True, slots=True, kw_only=True)
class DataHandlers:
    """The handlers."""

    panel: DataPanel
    settings: Settings

    @report_errors
    def choose(self, name: Any) -> Updates:
        if name != OWN and name not in datasets.names():
            raise InvalidSetup(path=("data", "name"), value=name, rule="choose one of the list.")
        return self.panel.show(name)

    @report_errors
    def open_file(self, values: dict[Any, Any]) -> Updates:
        if not isinstance(values[self.panel.upload], str):
            raise InvalidSetup("There is no file; choose one to open.")
        path = Path(values[self.panel.upload])
        return self.take(path.read_bytes(), path.name, values)

    @report_errors
    def paste(self, values: dict[Any, Any]) -> Updates:
        text = values[self.panel.pasted]
        if not isinstance(text, str) or not text.strip():
            return {self.panel.own_rows: OwnRows(), self.panel.state: sentence("")}
        most = PASTED if self.settings.public else own_data.MAX_BYTES
        if len(text) > most or len(text.encode("utf-8", "replace")) > most:
            why = f"At most {most // 2**20} MB can be pasted; open it as a file, or paste a part of it."
            return self.refuse(OwnRows(), why)
        return self.take(text, "", values)

    @report_errors
    def read_again(self, values: dict[Any, Any]) -> Updates:
        """The same rows, after something has changed of how they are read or shared out."""
        rows: OwnRows | None = values[self.panel.own_rows]
        if rows and rows.items and not rows.content:  # they came with an experiment
            return {self.panel.state: sentence(describe_shares(len(rows.items), *self.sizes(values)))}
        return self.read(rows, values) if rows and rows.content else {self.panel.state: gr.skip()}

    @report_errors
    def show_labels(self, answer: Any) -> Any:
        return gr.update(visible=answer in WITH_LABELS)

    def take(self, content: bytes | str, filename: str, values: Values) -> Updates:
        """New rows: what their columns seem to be, then what is in them."""
        boxes = self.panel.columns
        try:
            columns = own_data.columns_of(content, filename)
        except PlaygroundError as error:
            nothing = {box: gr.update(choices=[NONE], value="") for box in boxes.values()}
            return {**nothing, **self.refuse(OwnRows(filename=filename), str(error))}
        guess = {box: columns.guess.get(field, "") for field, box in boxes.items()}
        choices = [NONE, *((name, name) for name in columns.names)]
        updates = {box: gr.update(choices=choices, value=column) for box, column in guess.items()}
        return {**updates, **self.read(OwnRows(content=content, filename=filename), {**values, **guess})}

    def read(self, rows: OwnRows, values: Values) -> Updates:
        panel, (kind, labels) = self.panel, self.panel.reading
        columns = {field: str(values[box]) for field, box in panel.columns.items() if values[box]}
        allowed = labels.read(values[labels.widget]) if values[kind.widget] in WITH_LABELS else ()
        try:
            own = own_data.read_items(
                rows.content, rows.filename, columns=columns, labels=allowed, skip_bad=values[panel.skip] is True
            )
        except PlaygroundError as error:
            return self.refuse(rows, str(error))
        return {
            panel.own_rows: replace(rows, items=own.items, fault=""),
            panel.state: sentence(describe_rows(own, *self.sizes(values), values[kind.widget])),
        }

    def refuse(self, rows: OwnRows, why: str) -> Updates:
        return {
            self.panel.own_rows: replace(rows, items=(), fault=why),
            self.panel.state: sentence(why, wrong=True),
        }

    def sizes(self, values: Values) -> tuple[Any, Any]:
        size, shots, _ = self.panel.numbers
        return values[size.widget], values[shots.widget]


def wire(handlers: DataHandlers) -> None:
    """Attach the handlers."""
    panel, (kind, labels), (size, shots, _) = handlers.panel, handlers.panel.reading, handlers.panel.numbers
    boxes = panel.columns.values()
    newest: dict[str, Any] = {"preprocess": False, "trigger_mode": "always_last"}
    outputs = [panel.own_rows, panel.state, *boxes]
    used = {panel.own_rows, panel.skip, kind.widget, labels.widget, size.widget, shots.widget, *boxes}
    kind.widget.change(handlers.show_labels, kind.widget, labels.widget, **newest, **AT_ONCE)
    panel.name.change(handlers.choose, panel.name, [panel.card, panel.whole, panel.frame], **newest, **AT_ONCE)
    panel.upload.upload(handlers.open_file, {panel.upload, *used}, outputs, **READING)
    panel.pasted.change(handlers.paste, {panel.pasted, *used}, outputs, **newest, **READING)
    changes = [panel.skip.input, kind.widget.input, labels.widget.change, *(box.input for box in boxes)]
    changes += [size.widget.input, shots.widget.input]
    gr.on(changes, handlers.read_again, used, outputs, **newest, **READING)
