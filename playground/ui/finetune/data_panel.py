"""What a model is to learn from: data that comes with the playground, how much of it, and what is kept apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground import setups
from playground.errors import InvalidSetup
from playground.finetuning.preparation.rows import answers_of
from playground.finetuning.training_data import Parts, TrainingData, built_in, offered, own, split
from playground.parameters import STRICT, number
from playground.ui.finetune import own_rows_panel, row_checks_panel
from playground.ui.finetune.own_rows_panel import OwnRowsHandlers, OwnRowsPanel
from playground.ui.finetune.row_checks_panel import RowChecksPanel
from playground.ui.finetune.writing import panel as writing_panel
from playground.ui.finetune.writing.panel import WRITTEN, WritingPanel
from playground.ui.handlers.tab import Receiving, Updates
from playground.ui.setup_form.fields import Field, pick, read_fields

OWN = "own"
OF_ONES_OWN = (OWN, WRITTEN)  # what a stranger would teach
CARD_OF_OWN = (
    "Rows of a question and its answer, of conversations whose last turn is the answer (`messages`), or of preferences "
    "(`prompt`, `chosen`, `rejected`). Answers of an experiment, a run or a comparison, saved as JSON, are rows too."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DataAmount:
    """How much of the data is used, and how much of that is kept apart."""

    __pydantic_config__ = STRICT
    most: int | None = number(
        None, 1, 100_000, step=1, label="Use at most", empty="all",
        help="Rows, drawn by the seed. Fewer show what a few examples can do.",
    )  # fmt: skip
    validation: float = number(
        0.1, 0.0, 0.5, step=0.05, label="Keep apart for validation",
        help="Share of the items that are looked at and never learned, at most 64: their loss shows overfitting.",
    )  # fmt: skip
    held_out: float = number(
        0.2, 0.0, 0.5, step=0.05, label="Seal for the end",
        help="Share of your rows that is neither learned nor looked at. The loss on up to 128 of them is measured "
        "once, and said at the end beside that of the model as it was.",
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class DataPanel:
    """The widgets."""

    name: Any
    card: Any
    own: OwnRowsPanel
    written: WritingPanel
    amount: tuple[Field, ...]
    checks: RowChecksPanel

    @property
    def sealed(self) -> Any:
        """The share that is sealed for the end: of rows of one's own only, and shown with those."""
        return next(field.widget for field in self.amount if field.parameter.name == "held_out")

    @property
    def inputs(self) -> set[Any]:
        return {self.name, *self.own.inputs, *self.written.inputs, *(field.widget for field in self.amount)}

    def read(self, values: Mapping[Any, Any], seed: int) -> tuple[TrainingData, Parts]:
        """Raises InvalidSetup for data that is not on offer, or for a split that leaves nothing to learn."""
        amount: DataAmount = setups.build(DataAmount, read_fields(self.amount, values), ("data",))
        if values[self.name] in OF_ONES_OWN:
            rows, title = (self.own if values[self.name] == OWN else self.written).read(values)
            return own(rows, title, amount.most, amount.validation, amount.held_out, seed)
        data = chosen(values[self.name], seed)
        return data, split(data, amount.most, amount.validation, seed)


def chosen(name: Any, seed: int = 0) -> TrainingData:
    """Raises InvalidSetup for what is not on offer."""
    if not isinstance(name, str) or name not in offered():
        raise InvalidSetup(
            path=("data",), value=name, rule=f"it must be one of {', '.join([*offered(), *OF_ONES_OWN])}."
        )
    return built_in(name, seed)


def card_text(data: TrainingData) -> str:
    """What it is, with one row of it."""
    row = data.rows[0]
    prompt, answer = (text.replace("\n", "\n> ") for text in (row.messages[-1].content, answers_of(row)[0]))
    return f"{len(data.rows):,} rows. {data.about}\n\nOne of them:\n\n> {prompt}\n>\n> **{answer}**"


def build(*, public: bool = False) -> DataPanel:
    """Lay out the panel. On a public server nobody trains on rows of their own, and none are offered."""
    own_titles = [] if public else [("My own rows", OWN), (writing_panel.TITLE, WRITTEN)]
    choices = [*((title, name) for name, title in offered().items()), *own_titles]
    name = gr.Dropdown(choices, value=choices[0][1], label="Data", filterable=False, elem_id="training-data")
    card = gr.Markdown(card_text(chosen(choices[0][1])), elem_classes="card-line")
    own_rows, written = own_rows_panel.build(), writing_panel.build()
    amount = pick(DataAmount, "most", "validation", "held_out")
    checks = row_checks_panel.build()
    panel = DataPanel(name=name, card=card, own=own_rows, written=written, amount=amount, checks=checks)
    panel.sealed.visible = False
    return panel


def learning(panel: DataPanel, handlers: OwnRowsHandlers) -> Receiving:
    """What takes answers of an experiment into the panel, as rows of one's own."""

    def take(values: Mapping[Any, Any], title: str, results: str) -> Updates:
        return {panel.name: OWN, **describe(panel, OWN), **handlers.take_answers(values, title, results)}

    outputs = [
        panel.name,
        panel.card,
        panel.own.frame,
        panel.written.frame,
        panel.sealed,
        panel.own.given,
        panel.own.state,
    ]
    return Receiving(inputs=panel.own.how_read, outputs=outputs, take=take)


def describe(panel: DataPanel, name: Any) -> Updates:
    """Updates that show the card of the chosen data. Raises InvalidSetup."""
    cards = {OWN: CARD_OF_OWN, WRITTEN: writing_panel.CARD}
    card = cards[name] if isinstance(name, str) and name in cards else card_text(chosen(name))
    frames = {OWN: panel.own.frame, WRITTEN: panel.written.frame}
    sealed = gr.update(visible=name in OF_ONES_OWN)
    return {
        panel.card: card,
        panel.sealed: sealed,
        **{frame: gr.update(visible=name == kind) for kind, frame in frames.items()},
    }
