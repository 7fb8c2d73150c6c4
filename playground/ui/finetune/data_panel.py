"""What a model is to learn from: data that comes with the playground, how much of it, and what is kept apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground import setups
from playground.errors import InvalidSetup
from playground.finetuning.skills import SKILLS
from playground.finetuning.training_data import Parts, TrainingData, built_in, split
from playground.parameters import STRICT, number
from playground.ui.handlers.tab import Updates
from playground.ui.setup_form.fields import Field, pick, read_fields


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


@dataclass(frozen=True, slots=True, kw_only=True)
class DataPanel:
    """The widgets."""

    name: Any
    card: Any
    amount: tuple[Field, ...]

    @property
    def inputs(self) -> set[Any]:
        return {self.name, *(field.widget for field in self.amount)}

    def read(self, values: Mapping[Any, Any], seed: int) -> tuple[TrainingData, Parts]:
        """Raises InvalidSetup for data that is not on offer, or for a split that leaves nothing to learn."""
        data = chosen(values[self.name], seed)
        amount: DataAmount = setups.build(DataAmount, read_fields(self.amount, values), ("data",))
        return data, split(data, amount.most, amount.validation, seed)


def chosen(name: Any, seed: int = 0) -> TrainingData:
    """Raises InvalidSetup for what is not on offer."""
    if not isinstance(name, str) or name not in SKILLS:
        raise InvalidSetup(path=("data",), value=name, rule=f"it must be one of {', '.join(SKILLS)}.")
    return built_in(name, seed)


def card_text(data: TrainingData) -> str:
    """What it is, with one row of it."""
    row = data.rows[0]
    prompt, answer = (text.replace("\n", "\n> ") for text in (row.messages[-1].content, row.answer))
    return f"{len(data.rows):,} rows. {data.about}\n\nOne of them:\n\n> {prompt}\n>\n> **{answer}**"


def build() -> DataPanel:
    """Lay out the panel."""
    offered = [(skill.title, name) for name, skill in SKILLS.items()]
    name = gr.Dropdown(offered, value=offered[0][1], label="Data", filterable=False, elem_id="training-data")
    card = gr.Markdown(card_text(chosen(offered[0][1])), elem_classes="card-line")
    amount = pick(DataAmount, "most", "validation")
    return DataPanel(name=name, card=card, amount=amount)


def describe(panel: DataPanel, name: Any) -> Updates:
    """Updates that show the card of the chosen data. Raises InvalidSetup."""
    return {panel.card: card_text(chosen(name))}
