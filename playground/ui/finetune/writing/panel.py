"""What a model is to write, and the rows that it wrote, each with a box: the widgets and what they hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.backends.catalog import Catalog
from playground.errors import InvalidSetup
from playground.finetuning.preparation.rows import Row, TrainingRow
from playground.finetuning.preparation.writing.from_seeds import MOST_ROWS
from playground.parameters import STRICT, number, text
from playground.ui import widgets
from playground.ui.setup_form.fields import Field, pick

WRITTEN = "written"
TITLE = "Written by a model"
CARD = (
    "A model writes the rows: its own answers to your prompts, so that a smaller one learns to answer like it "
    "(distillation), or more examples like a few of yours. It may be larger than the one that learns, and on an "
    "endpoint. What it gets wrong is learned too: look through the rows, and untick what should not be.\n\n"
    "**What it takes.** The time, and on an endpoint the price, of one answer a row; of more examples up to four. "
    "**When it fails.** A small model repeats itself and its examples (both are left out), and errs as often as ever."
)
ANSWERS, MORE = "answers", "more"
PROMPTS_HINT = "Which words rhyme with tea?\nName a fruit that is yellow."
SEEDS_HINT = "input,answer\nIs a stone alive?,no\nIs a cat alive?,yes"


@dataclass(frozen=True, slots=True, kw_only=True)
class WritingChoice:
    """How the model is asked."""

    __pydantic_config__ = STRICT
    about: str = text(
        max_length=4000, lines=2, label="Instruction to the model that writes (optional)",
        help="It reads this, and what learns does not: how to answer, or what the examples are of.",
    )  # fmt: skip
    wanted: int = number(20, 1, MOST_ROWS, step=1, label="Examples", help="How many are wanted.")


@dataclass(frozen=True, slots=True, kw_only=True)
class WritingPanel:
    """The widgets. `rows` is the session's memory of what was written, `kept` the boxes of those to learn from."""

    frame: Any
    writer: Any
    kind: Any
    prompts: Any
    seeds: Any
    how: tuple[Field, ...]
    write: Any
    stop: Any
    state: Any
    kept: Any
    rows: Any

    @property
    def inputs(self) -> set[Any]:
        return {self.rows, self.kept}

    @property
    def wanted(self) -> Any:
        """How many examples are wanted; prompts are answered once each."""
        return next(field.widget for field in self.how if field.parameter.name == "wanted")

    def read(self, values: Mapping[Any, Any]) -> tuple[tuple[Row, ...], str]:
        """The rows that were kept, and what to call them. Raises InvalidSetup where there are none."""
        written: Sequence[TrainingRow] = values[self.rows] or ()
        if not written:
            raise InvalidSetup("No model has written any rows yet; let one write some, or choose other data.")
        chosen = values[self.kept] if isinstance(values[self.kept], list) else []
        rows = tuple(row for number, row in enumerate(written) if str(number) in chosen)
        if not rows:
            raise InvalidSetup("You have kept none of the rows that were written; tick those to learn from.")
        return rows, TITLE


def writers(catalog: Catalog) -> list[tuple[str, str]]:
    """The models that can be asked to write something."""
    return [(info.title, info.name) for info in catalog.models() if not info.capabilities.task]


def shown(row: TrainingRow) -> str:
    """A row as its box says it."""
    return f"{row.messages[-1].content}  \u2192  {row.answer}"


def build() -> WritingPanel:
    """Lay out the panel, which is not shown yet."""
    with gr.Column(visible=False, min_width=0, elem_classes="own-data", elem_id="written-rows") as frame:
        writer = gr.Dropdown([], label="Model that writes", filterable=False, elem_id="writing-model")
        kind = gr.Radio(
            [("Answers to my prompts", ANSWERS), ("More examples like mine", MORE)],
            value=ANSWERS,
            label="What it writes",
        )
        prompts = gr.Textbox(label="Prompts, one a line", lines=4, max_lines=12, placeholder=PROMPTS_HINT)
        seeds = gr.Textbox(
            label="Examples, as CSV or JSON lines", lines=4, max_lines=12, placeholder=SEEDS_HINT, visible=False
        )
        how = pick(WritingChoice, "about", "wanted")
        how[-1].widget.visible = False  # of answers to prompts there are as many as there are prompts
        with gr.Row(elem_classes="acts"):
            write = gr.Button("Write rows", size="sm", variant="secondary", elem_id="write-rows")
            stop = gr.Button("Stop writing", size="sm", interactive=False, elem_classes="quiet-button")
        state = widgets.words(spoken=True, elem_id="writing-state")
        kept = gr.CheckboxGroup(
            [], label="Rows to learn from", info="Untick what is wrong, or not what you want to be learned.",
            visible=False, elem_id="written-kept",
        )  # fmt: skip
    return WritingPanel(
        frame=frame, writer=writer, kind=kind, prompts=prompts, seeds=seeds, how=how, write=write,
        stop=stop, state=state, kept=kept, rows=gr.State(()),
    )  # fmt: skip
