"""What is asked: a data set that comes with the playground, with its card, or one's own from a file or pasted."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gradio as gr

from playground.errors import InvalidSetup, LimitReached, PlaygroundError
from playground.evaluation import datasets, own_data
from playground.evaluation.plan import DataChoice
from playground.parameters import Parameter, parameters
from playground.settings import Settings
from playground.types import Task
from playground.ui import widgets
from playground.ui.experiments.own_rows import Given, items_of, said, shared
from playground.ui.handlers.event_options import AT_ONCE, READING
from playground.ui.handlers.messages import told
from playground.ui.setup_form.fields import Field, pick, read_fields
from playground.ui.setup_form.labels import Labels
from playground.ui.setup_form.used_fields import WITH_LABELS
from playground.ui.widgets.status import sentence

OWN = datasets.OWN
FIELDS = {"input": "Input", "reference": "Right answer", "context": "Context", "id": "Name"}
NONE = ("none", "")
PASTED = 2**20  # bytes that a stranger may paste: a session keeps them
KINDS = [".csv", ".tsv", ".jsonl", ".json", ".txt", ".xlsx"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataPanel:
    """The widgets. `given` is the session's memory of its own data."""

    name: Any
    card: Any
    whole: Any
    numbers: tuple[Field, ...]  # size, shots, seed
    template: Field
    frame: Any  # of all that is for own data only
    pasted: Any
    upload: Any
    columns: Mapping[str, Any]
    skip: Any
    state: Any
    reading: tuple[Field, ...]  # answer type and labels
    given: Any

    @property
    def widgets(self) -> list[Any]:
        fields = (*self.numbers, self.template, *self.reading)
        return [self.name, self.given, *(f.widget for f in fields)]

    @property
    def labels(self) -> Labels:
        """What its fields are called, by what they hold of the experiment."""
        fields = (*self.numbers, self.template, *self.reading)
        return {("data", "name"): self.name.label, **{("data", f.parameter.name): f.parameter.label for f in fields}}

    @property
    def written(self) -> list[Any]:
        """All that `write` may update."""
        return [*self.widgets, self.frame, self.card, self.whole, self.state, *self.columns.values()]

    def read(self, values: Mapping[Any, Any]) -> dict[str, Any]:
        """The data of an experiment as plain values; not checked."""
        held = {"name": values[self.name], **read_fields((*self.numbers, self.template), values)}
        if values[self.name] != OWN:
            return held
        given = items_of(values[self.given])
        own = read_fields(self.reading, values)
        if own["answer"] not in WITH_LABELS:
            own.pop("labels")
        items = [{"id": i.id, "input": i.input, "references": list(i.references)} for i in given]
        return {**held, **own, "items": items}

    def write(self, data: DataChoice) -> dict[Any, Any]:
        """Updates that make the panel hold this data."""
        fields = (*self.numbers, self.template, *self.reading)
        values = [(f, getattr(data, f.parameter.name)) for f in fields]
        own, (_, labels) = data.name == OWN, self.reading
        return {
            self.name: data.name,
            self.given: Given(items=data.items) if data.items else None,
            self.state: sentence(shared(len(data.items), data.size, data.shots) if own else ""),
            **{box: gr.update(choices=[NONE], value="") for box in self.columns.values()},
            **{f.widget: f.write(f.parameter.default if held in ("", ()) else held) for f, held in values},
            labels.widget: gr.update(value=labels.write(data.labels)["value"], visible=data.answer in WITH_LABELS),
            **self.shown(data.name),
        }

    def shown(self, name: str) -> dict[Any, Any]:
        """Updates that show what belongs to this data set."""
        if name == OWN:
            line, whole = "Your own rows: what is asked, and the right answer to it.", gr.update(visible=False)
        else:
            line, whole = card_line(name), gr.update(value=card(name), visible=True)
        return {self.card: line, self.whole: whole, self.frame: gr.update(visible=name == OWN)}


def card_line(name: str) -> str:
    """Markdown: what a set is and, with the same rank, what it cannot show."""
    known = datasets.card(name)
    return f"{known.about} **But:** {known.limits}"


def card(name: str) -> str:
    """Markdown: the whole card."""
    known = datasets.card(name)
    rows = [("It shows", known.shows), ("Origin", known.origin), ("Size", known.size), ("Licence", known.licence)]
    return "\n\n".join(f"**{title}**  \n{text}" for title, text in rows)


def build() -> DataPanel:
    """Lay out the panel."""
    names = datasets.names()
    by_name = {p.name: p for p in parameters(DataChoice)}
    name = gr.Dropdown(
        [*((datasets.card(one).title, one) for one in names), ("My own data", OWN)], value=names[0], label="Data set",
        filterable=False,
    )  # fmt: skip
    card_text = gr.Markdown(card_line(names[0]), elem_classes="card-line")
    with gr.Column(visible=False, min_width=0, elem_classes="own-data") as frame:
        pasted = gr.Textbox(
            label="Paste rows", info="CSV or JSON lines, the first line with the names of the columns.", lines=4,
            max_lines=10, placeholder="input,answer\nWhat is 2 + 3?,5",
        )  # fmt: skip
        with gr.Row(elem_classes="quiet-row"):
            upload = gr.UploadButton(
                "Open a CSV, JSON lines or Excel file", file_types=KINDS, type="filepath", size="sm",
                variant="secondary", elem_classes="quiet-button",
            )  # fmt: skip
        with gr.Row(elem_classes="mapping"):
            columns = {
                field: gr.Dropdown([NONE], value="", label=label, filterable=False, min_width=110)
                for field, label in FIELDS.items()
            }
        skip = gr.Checkbox(False, label="Leave out rows that cannot be read")
        state = widgets.words(elem_id="own-state")
        reading = pick(Task, "answer", "labels")
    with gr.Row(elem_classes="numbers"):
        numbers = (
            number_field(by_name["size"], label="Items", help=""),
            number_field(by_name["shots"], label="Examples", help=""),
            number_field(by_name["seed"], label="Seed of the items", help=""),
        )
    with gr.Accordion("About this data", open=False) as about:
        whole = gr.Markdown(card(names[0]))
        (template,) = pick(DataChoice, "template", label="Prompt template")
    about.elem_classes = ["about-data"]
    return DataPanel(
        name=name, card=card_text, whole=whole, numbers=numbers, template=template, frame=frame, pasted=pasted,
        upload=upload, columns=columns, skip=skip, state=state, reading=reading, given=gr.State(None),
    )  # fmt: skip


def number_field(p: Parameter, **shown: str) -> Field:
    """A box for a whole number that has too many values to be slid."""
    p = replace(p, **shown)  # type: ignore[arg-type]  # label and help are texts
    box = gr.Number(
        p.default, label=p.label, info=p.help or None, precision=0, minimum=p.low, maximum=p.high, min_width=90
    )
    return Field(parameter=p, widget=box)


def wire(panel: DataPanel, settings: Settings) -> None:
    """Attach the handlers."""
    boxes, (kind, labels), (size, shots, _) = panel.columns, panel.reading, panel.numbers

    def look(content: bytes | str, filename: str, values: Mapping[Any, Any]) -> dict[Any, Any]:
        """New rows: what their columns seem to be, then what is in them."""
        try:
            found = own_data.columns_of(content, filename)
        except PlaygroundError as error:
            nothing = {box: gr.update(choices=[NONE], value="") for box in boxes.values()}
            return {
                **nothing,
                panel.given: Given(filename=filename, fault=str(error)),
                panel.state: sentence(str(error), wrong=True),
            }
        guess = {box: found.guess.get(field, "") for field, box in boxes.items()}
        offered = [NONE, *((name, name) for name in found.names)]
        chosen = {box: gr.update(choices=offered, value=column) for box, column in guess.items()}
        return {**chosen, **read(Given(content=content, filename=filename), {**values, **guess})}

    def read(given: Given, values: Mapping[Any, Any]) -> dict[Any, Any]:
        mapped = {field: str(values[box]) for field, box in boxes.items() if values[box]}
        allowed = labels.read(values[labels.widget]) if values[kind.widget] in WITH_LABELS else ()
        try:
            own = own_data.read_items(
                given.content, given.filename, columns=mapped, labels=allowed, skip_bad=values[panel.skip] is True
            )
        except PlaygroundError as error:
            return {
                panel.given: replace(given, items=(), fault=str(error)),
                panel.state: sentence(str(error), wrong=True),
            }
        return {
            panel.given: replace(given, items=own.items, fault=""),
            panel.state: sentence(said(own, *sizes(values), values[kind.widget])),
        }

    def sizes(values: Mapping[Any, Any]) -> tuple[Any, Any]:
        return values[size.widget], values[shots.widget]

    @told
    def choose(name: Any) -> dict[Any, Any]:
        if name != OWN and name not in datasets.names():
            raise InvalidSetup(path=("data", "name"), value=name, rule="choose one of the list.")
        return panel.shown(name)

    @told
    def opened(values: dict[Any, Any]) -> dict[Any, Any]:
        if not isinstance(values[panel.upload], str):
            raise InvalidSetup("There is no file; choose one to open.")
        path = Path(values[panel.upload])
        return look(path.read_bytes(), path.name, values)

    @told
    def paste(values: dict[Any, Any]) -> dict[Any, Any]:
        text = values[panel.pasted]
        if not isinstance(text, str) or not text.strip():
            return {panel.given: Given(), panel.state: sentence("")}
        most = PASTED if settings.public else own_data.MAX_BYTES
        if len(text) > most or len(text.encode("utf-8", "replace")) > most:
            raise LimitReached(f"At most {most // 2**20} MB can be pasted; open it as a file, or paste a part of it.")
        return look(text, "", values)

    @told
    def again(values: dict[Any, Any]) -> dict[Any, Any]:
        given: Given | None = values[panel.given]
        if given and given.items and not given.content:  # they came with an experiment
            return {panel.state: sentence(shared(len(given.items), *sizes(values)))}
        return read(given, values) if given and given.content else {panel.state: gr.skip()}

    def show(answer: Any) -> Any:
        return gr.update(visible=answer in WITH_LABELS)

    plain: dict[str, Any] = {"preprocess": False, "trigger_mode": "always_last", **AT_ONCE}
    reading: dict[str, Any] = {**plain, **READING}
    outputs = [panel.given, panel.state, *boxes.values()]
    used = {panel.given, panel.skip, kind.widget, labels.widget, size.widget, shots.widget, *boxes.values()}
    kind.widget.change(show, kind.widget, labels.widget, **plain)
    panel.name.change(choose, panel.name, [panel.card, panel.whole, panel.frame], **plain)
    panel.upload.upload(opened, {panel.upload, *used}, outputs, **READING)
    panel.pasted.change(paste, {panel.pasted, *used}, outputs, **reading)
    changes = [panel.skip.input, kind.widget.input, labels.widget.change, *(box.input for box in boxes.values())]
    changes += [size.widget.input, shots.widget.input]
    gr.on(changes, again, used, outputs, **reading)
