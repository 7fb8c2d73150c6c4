"""Best of n beside the base and what was tuned, as a reward model judges them: the widgets."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.finetuning.recipe import MAX_SEED
from playground.parameters import STRICT, number
from playground.ui import widgets
from playground.ui.setup_form.fields import Field, pick
from playground.ui.widgets import waiting_line
from playground.ui.widgets.waiting_line import WaitingLine

ABOUT = (
    "**Reward and best of n.** RLHF has two halves: a reward model learns what people prefer, and a model is trained "
    "towards its marks. Here the first half is at work without the second: the base answers several times, and the "
    "reward model picks. Beside it stands what was tuned on the same pairs with DPO, which needs no reward model."
)
NOBODY = "none"
PROMPT, ROWS = "prompt", "rows"
STOPPED = "Stopped; what was judged until then is shown."


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """How many answers there are to choose from."""

    __pydantic_config__ = STRICT
    count: int = number(8, 2, 32, step=1, label="Answers to draw", help="Each is drawn at temperature 1.")
    rows: int = number(
        10, 1, 30, step=1, label="Rows held out", help="How many of those that the reward model has not learned."
    )
    seed: int = number(0, 0, MAX_SEED, step=1, help="Of the draws.")


@dataclass(frozen=True, slots=True, kw_only=True)
class BestOfNPanel:
    """The widgets."""

    model: Any
    tuned: Any
    reward: Any
    asked: Any
    prompt: Any
    draws: tuple[Field, ...]
    line: WaitingLine
    ask: Any
    state: Any
    found: Any

    @property
    def rows(self) -> Any:
        """How many rows are asked, where rows are."""
        return next(field.widget for field in self.draws if field.parameter.name == "rows")

    @property
    def inputs(self) -> set[Any]:
        return {self.model, self.tuned, self.reward, self.asked, self.prompt, *(field.widget for field in self.draws)}


def build(page: Any) -> BestOfNPanel:
    """Lay out the panel."""
    gr.Markdown(ABOUT, elem_classes="card-line")
    with gr.Row(elem_classes="halves", equal_height=False):
        with gr.Column(elem_classes="asking", min_width=0):
            reward = gr.Dropdown([], label="Reward model", filterable=False, elem_id="reward-model")
            model = gr.Dropdown([], label="Model that answers", filterable=False, elem_id="best-of-n-model")
            tuned = gr.Dropdown(
                [("Nothing beside it", NOBODY)], value=NOBODY, label="Tuned, beside it", filterable=False,
                info="An adapter of that model, or a model: what was learned from the same pairs, for example.",
            )  # fmt: skip
            asked = gr.Radio(
                [("A prompt", PROMPT), ("Rows held out from the reward model", ROWS)], value=PROMPT,
                label="What is answered",
            )  # fmt: skip
            prompt = gr.Textbox(
                label="Prompt to answer", value="What is the capital of Peru?", lines=2, elem_id="best-of-n-prompt"
            )
            draws = pick(Draws, "count", "seed", "rows")
            draws[-1].widget.visible = False  # of a prompt there is one
            with gr.Row(elem_classes="acts"):
                ask = gr.Button("Draw and judge", elem_id="draw-and-judge")
                stop = gr.Button("Stop drawing", interactive=False, elem_classes="stops")
            line = waiting_line.build(page, ask, stop)
            state = widgets.words(spoken=True, elem_id="best-of-n-state")
        with gr.Column(elem_classes="seeing", min_width=0):
            found = widgets.tables(elem_id="best-of-n-found")
    return BestOfNPanel(
        model=model,
        tuned=tuned,
        reward=reward,
        asked=asked,
        prompt=prompt,
        draws=draws,
        line=line,
        ask=ask,
        state=state,
        found=found,
    )
