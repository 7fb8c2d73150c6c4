"""What is asked: a data set that comes with the playground, with its card, or one's own from a file or pasted."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from playground.evaluation import datasets
from playground.evaluation.plan import DataChoice
from playground.parameters import Parameter, parameters
from playground.types import Task
from playground.ui import widgets
from playground.ui.experiments.own_rows import OwnRows, describe_shares, items_of
from playground.ui.setup_form.fields import Field, pick, read_fields
from playground.ui.setup_form.labels import Labels
from playground.ui.setup_form.used_fields import WITH_LABELS
from playground.ui.widgets.status import sentence

OWN = datasets.OWN
FIELDS = {"input": "Input", "reference": "Right answer", "context": "Context", "id": "Name"}
NONE = ("none", "")
KINDS = [".csv", ".tsv", ".jsonl", ".json", ".txt", ".xlsx"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataPanel:
    """The widgets. `own_rows` is the session's memory of rows that a person brought."""

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
    own_rows: Any

    @property
    def widgets(self) -> list[Any]:
        fields = (*self.numbers, self.template, *self.reading)
        return [self.name, self.own_rows, *(f.widget for f in fields)]

    @property
    def labels(self) -> Labels:
        """What its fields are called, by what they hold of the experiment."""
        fields = (*self.numbers, self.template, *self.reading)
        return {("data", "name"): self.name.label, **{("data", f.parameter.name): f.parameter.label for f in fields}}

    @property
    def outputs(self) -> list[Any]:
        """All that `write` may update."""
        return [*self.widgets, self.frame, self.card, self.whole, self.state, *self.columns.values()]

    def read(self, values: Mapping[Any, Any]) -> dict[str, Any]:
        """The data of an experiment as plain values; not checked."""
        held = {"name": values[self.name], **read_fields((*self.numbers, self.template), values)}
        if values[self.name] != OWN:
            return held
        rows, own = items_of(values[self.own_rows]), read_fields(self.reading, values)
        if own["answer"] not in WITH_LABELS:
            own.pop("labels")
        items = [{"id": row.id, "input": row.input, "references": list(row.references)} for row in rows]
        return {**held, **own, "items": items}

    def write(self, data: DataChoice) -> dict[Any, Any]:
        """Updates that make the panel hold this data."""
        fields = (*self.numbers, self.template, *self.reading)
        values = [(f, getattr(data, f.parameter.name)) for f in fields]
        own, (_, labels) = data.name == OWN, self.reading
        return {
            self.name: data.name,
            self.own_rows: OwnRows(items=data.items) if data.items else None,
            self.state: sentence(describe_shares(len(data.items), data.size, data.shots) if own else ""),
            **{box: gr.update(choices=[NONE], value="") for box in self.columns.values()},
            **{f.widget: f.write(f.parameter.default if held in ("", ()) else held) for f, held in values},
            labels.widget: gr.update(value=labels.write(data.labels)["value"], visible=data.answer in WITH_LABELS),
            **self.show(data.name),
        }

    def show(self, name: str) -> dict[Any, Any]:
        """Updates that show what belongs to this data set."""
        if name == OWN:
            line, whole = "Your own rows: what is asked, and the right answer to it.", gr.update(visible=False)
        else:
            line, whole = card_line(name), gr.update(value=card(name), visible=True)
        return {self.card: line, self.whole: whole, self.frame: gr.update(visible=name == OWN)}


def card_line(name: str) -> str:
    """Markdown: what a set is and, with the same rank, what it cannot show."""
    whole = datasets.card(name)
    return f"{whole.about} **But:** {whole.limits}"


def card(name: str) -> str:
    """Markdown: the whole card."""
    whole = datasets.card(name)
    rows = [("It shows", whole.shows), ("Origin", whole.origin), ("Size", whole.size), ("Licence", whole.licence)]
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
        upload=upload, columns=columns, skip=skip, state=state, reading=reading, own_rows=gr.State(None),
    )  # fmt: skip


def number_field(p: Parameter, **shown: str) -> Field:
    """A box for a whole number that has too many values to be slid."""
    p = replace(p, **shown)  # type: ignore[arg-type]  # label and help are texts
    box = gr.Number(
        p.default, label=p.label, info=p.help or None, precision=0, minimum=p.low, maximum=p.high, min_width=90
    )
    return Field(parameter=p, widget=box)
