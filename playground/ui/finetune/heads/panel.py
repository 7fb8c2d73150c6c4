"""What a head is to do, on which rows and on which encoder: the widgets and what they hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground import setups
from playground.errors import InvalidSetup
from playground.finetuning.heads.built_in import built_in
from playground.finetuning.heads.kinds import HEADS, Head
from playground.finetuning.heads.own import Parts, read_own
from playground.finetuning.heads.plan import HeadPlan
from playground.ui import widgets
from playground.ui.finetune.heads.values import card_text
from playground.ui.handlers import payloads
from playground.ui.handlers.tab import Updates
from playground.ui.setup_form.fields import Field, pick, read_fields
from playground.ui.widgets import waiting_line
from playground.ui.widgets.waiting_line import WaitingLine

BUILT_IN, OWN = "built_in", "own"
FIELDS = ("trains", "steps", "encoder_source", "batch", "rate", "seed")
ABOUT = (
    "An encoder reads a whole text at once and writes none. With a small layer on top it labels texts or words, points "
    "at answers or says which answer is preferred, in milliseconds on a processor: often all that a task needs."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadsPanel:
    """The widgets. `reading` is the line of texts that are read, `estimate` says what a training would take."""

    kind: Any
    card: Any
    data: Any
    given: Any
    numbers: tuple[Field, ...]
    reading: WaitingLine
    estimate: Any
    train: Any
    state: Any
    scores: Any
    trained: Any
    text: Any
    read: Any
    found: Any

    @property
    def inputs(self) -> set[Any]:
        return {self.kind, self.data, self.given, *(field.widget for field in self.numbers)}

    def plan(self, values: Mapping[Any, Any]) -> tuple[HeadPlan, Parts, str]:
        """What is asked for: the plan, its rows, and what to call them. Raises InvalidSetup, LimitReached."""
        data = {"kind": values[self.kind], **read_fields(self.numbers, values)}
        plan: HeadPlan = setups.build(HeadPlan, data, ("head",))
        if values[self.data] == BUILT_IN:
            return plan, built_in(plan.kind, plan.seed), "built-in rows"
        if values[self.data] != OWN:
            raise InvalidSetup(path=("data",), value=values[self.data], rule=f"it must be {BUILT_IN} or {OWN}.")
        return plan, read_own(plan.kind, payloads.words(values[self.given], "rows"), plan.seed), "own rows"


def rows_text(head: Head) -> str:
    """What rows of one's own look like."""
    return f"Each is {head.rows}. Lines such as: {' / '.join(head.hint.splitlines())}"


def chosen(name: Any) -> Head:
    """Raises InvalidSetup for what is no kind of head."""
    if not isinstance(name, str) or name not in HEADS:
        raise InvalidSetup(path=("head", "kind"), value=name, rule=f"it must be one of {', '.join(HEADS)}.")
    return HEADS[name]


def describe(panel: HeadsPanel, name: Any, data: Any) -> Updates:
    """Updates that show the card of a kind, and what its rows look like. Raises InvalidSetup."""
    head = chosen(name)
    return {
        panel.card: card_text(head),
        panel.given: gr.update(visible=data == OWN, info=rows_text(head)),
    }


def build(page: Any) -> HeadsPanel:
    """Lay out the panel."""
    first = next(iter(HEADS.values()))
    with gr.Row(elem_classes="halves", equal_height=False):
        with gr.Column(elem_classes="asking", min_width=0):
            gr.Markdown(ABOUT, elem_classes="field-label")
            titles = [(head.title, name) for name, head in HEADS.items()]
            kind = gr.Dropdown(
                titles, value=first.name, label="What the head does", filterable=False, elem_id="head-kind"
            )
            card = gr.Markdown(card_text(first), elem_classes="card-line")
            data = gr.Radio([("Built-in rows", BUILT_IN), ("My own rows", OWN)], value=BUILT_IN, label="Rows")
            given = gr.Textbox(
                label="Paste rows for the head", lines=4, max_lines=12, visible=False, info=rows_text(first)
            )
            numbers = pick(HeadPlan, "trains", "steps")
            with gr.Accordion("Encoder and other numbers", open=False):
                numbers += pick(HeadPlan, *FIELDS[2:])
            estimate = widgets.words(elem_id="head-estimate")
            with gr.Row(elem_classes="acts"):
                train = gr.Button("Train the head", variant="primary", elem_id="train-head")
            state = widgets.words(spoken=True, elem_id="head-state")
        with gr.Column(elem_classes="seeing", min_width=0):
            scores = widgets.tables(elem_id="head-scores")
            trained = gr.Dropdown([], label="Try a head that is trained", filterable=False, elem_id="trained-head")
            text = gr.Textbox(label="A text for it", value=first.example, lines=3, max_lines=8, elem_id="head-text")
            read = gr.Button("Read it", elem_id="read-with-head")
            reading = waiting_line.build(page)
            found = widgets.tables(elem_id="head-found")
    return HeadsPanel(
        kind=kind, card=card, data=data, given=given, numbers=numbers, reading=reading, estimate=estimate,
        train=train, state=state, scores=scores, trained=trained, text=text, read=read, found=found,
    )  # fmt: skip
