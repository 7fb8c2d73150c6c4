"""Rating blind: two answers side by side without a name, which of them is better, and at the end whose they were."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.csv_text import csv_text
from playground.errors import InvalidSetup
from playground.evaluation.preferences import Choice
from playground.types import MAX_NAME
from playground.ui import widgets
from playground.ui.compare.panes import PaneSelection
from playground.ui.compare.rating import blind, blind_values
from playground.ui.compare.rating.blind import HIDDEN, Blindable, BlindRating
from playground.ui.handlers.event_options import AT_ONCE
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.payloads import words
from playground.ui.handlers.tab import Updates, Values
from playground.ui.widgets.status import sentence

STOP, REVEAL = "Stop rating and reveal", "Show who is who"
CHOICES: Mapping[Choice, str] = {"left": "Left is better", "tie": "Tie", "right": "Right is better"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswersView:
    """A view that keeps answers back: the session's memory of them, and updates that show it as it is now."""

    memory: Any
    show: Any
    outputs: Sequence[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindPanel:
    """The widgets. `rating` is the session's memory, `ticked` whether the next run is to be rated."""

    ticked: Any
    line: Any
    frame: Any
    pair: Any
    prompt: Any
    left: Any
    right: Any
    buttons: Mapping[Choice, Any]
    back: Any
    reveal: Any
    rater: Any
    outcome: Any
    tables: Any
    save: Any
    rating: Any

    @property
    def held(self) -> list[Any]:
        """What a run that may be blind reads."""
        return [self.ticked, self.rating]

    @property
    def results(self) -> list[Any]:
        return [
            self.line,
            self.frame,
            self.pair,
            self.prompt,
            self.left,
            self.right,
            self.back,
            self.reveal,
            self.outcome,
            self.tables,
            self.rating,
        ]

    def begin(self, picked: PaneSelection, values: Values) -> threading.Event | None:
        """What will reveal the answers of the run that begins now; None if that is not ticked.

        Raises InvalidSetup where there is nothing to tell apart, or where others are still to be rated.
        """
        ticked, last = values[self.ticked], values[self.rating]
        if not isinstance(ticked, bool):
            raise InvalidSetup(path=("blind",), rule="must be true or false.")
        if not ticked:
            return None
        if len(picked.panes) < 2:
            raise InvalidSetup("Rating blind takes two panes; add one.")
        if last is not None and not last.revealed.is_set():
            raise InvalidSetup(HIDDEN)
        return threading.Event()

    def show_start(self, now: Blindable) -> Updates:
        """Updates at the start of a run: what was rated before goes, if these answers are to be rated."""
        return self.show(BlindRating(revealed=now.revealed)) if now.revealed and now.hidden else {}

    def show_end(self, now: Any) -> Updates:
        """Updates at the end of a comparison or a list: the first pair, if its answers are to be rated."""
        if not now.hidden:
            return {}
        return self.show(blind.offer(now.revealed, now.rows, now.picked.titles))

    def show(self, now: BlindRating) -> Updates:
        """Updates that show the rating as it is now."""
        pair = blind_values.pair_value(now)
        return {
            self.rating: now,
            self.line: sentence(blind_values.line(now)),
            self.frame: gr.update(visible=now.is_open),
            self.pair: gr.update(visible=now.current is not None),
            self.prompt: pair["prompt"],
            self.left: pair["left"],
            self.right: pair["right"],
            self.back: gr.update(interactive=bool(now.ratings)),
            self.reveal: gr.update(value=REVEAL if now.is_done else STOP),
            self.outcome: gr.update(visible=now.revealed.is_set() and bool(now.ratings)),
            self.tables: blind_values.tables_value(now),
        }


def build_choice() -> Any:
    """The box to tick before a run."""
    return gr.Checkbox(
        label="Rate blind",
        info="Answers come two at a time, in random order and without a name: say which is better, then see whose. "
        "Loading the page anew loses answers and ratings.",
    )


def build(ticked: Any) -> BlindPanel:
    """Lay out what is rated and what comes of it."""
    line = widgets.words(elem_id="blind-line", spoken=True)
    with gr.Column(visible=False, elem_id="blind-pair", min_width=0) as frame:
        with gr.Column(min_width=0) as pair:
            prompt = gr.Textbox(label="Prompt of both", interactive=False, max_lines=6)
            with gr.Row():
                left, right = (
                    gr.Textbox(label=label, interactive=False, lines=4, max_lines=16, min_width=240)
                    for label in ("Answer on the left", "Answer on the right")
                )
            with gr.Row(elem_classes="acts"):
                buttons = {choice: gr.Button(title, min_width=90) for choice, title in CHOICES.items()}
        with gr.Row(elem_classes="quiet-row"):
            rater = gr.Textbox(
                label="Your name", info="Stands in the CSV; may be empty.", max_lines=1, max_length=MAX_NAME
            )
            back = gr.Button(
                "Back to the last pair", size="sm", variant="secondary", interactive=False,
                elem_classes="quiet-button",
            )  # fmt: skip
            reveal = gr.Button(STOP, size="sm", variant="secondary", elem_classes="quiet-button")
    with gr.Column(visible=False, min_width=0) as outcome:
        tables = widgets.tables(elem_id="blind-tables")
        save = widgets.download("Download the ratings as CSV")
    return BlindPanel(
        ticked=ticked, line=line, frame=frame, pair=pair, prompt=prompt, left=left, right=right, buttons=buttons,
        back=back, reveal=reveal, rater=rater, outcome=outcome, tables=tables, save=save, rating=gr.State(None),
    )  # fmt: skip


def wire(panel: BlindPanel, views: Sequence[AnswersView]) -> None:
    """Attach the handlers. `views` are all that keep answers back."""

    def show(now: BlindRating, values: Mapping[Any, Any]) -> Updates:
        """The rating, and the views whose answers it reveals; one that is still busy shows itself what is new."""
        updates = panel.show(now)
        for view in views if now.revealed.is_set() else ():
            run = values[view.memory]
            if run is not None and run.revealed is now.revealed and not run.busy:
                updates |= view.show(run)
        return updates

    def choosing(choice: Choice) -> Callable[..., Updates]:
        @report_errors
        def choose(values: dict[Any, Any]) -> Updates:
            rater = words(values[panel.rater], "rater").strip()
            if len(rater) > MAX_NAME:
                raise InvalidSetup(path=("rater",), rule=f"must have at most {MAX_NAME} characters.")
            return show(blind.rate(values[panel.rating], choice, rater), values)

        return choose

    @report_errors
    def back(now: BlindRating | None) -> Updates:
        return panel.show(blind.take_back(now))

    @report_errors
    def reveal(values: dict[Any, Any]) -> Updates:
        now: BlindRating | None = values[panel.rating]
        if now is None or not now.is_open:
            raise InvalidSetup("There is nothing to reveal.")
        now.revealed.set()
        return show(now, values)

    @report_errors
    def save_ratings(now: BlindRating | None) -> dict[str, str]:
        if now is None or not now.ratings or not now.revealed.is_set():
            raise InvalidSetup("There is no rating to download yet.")
        return {"name": "ratings.csv", "text": csv_text(*blind_values.records(now))}

    memories = {panel.rating, *(view.memory for view in views)}
    outputs = [*panel.results, *(output for view in views for output in view.outputs)]
    once: dict[str, Any] = {"preprocess": False, "trigger_mode": "once", **AT_ONCE}
    for choice, button in panel.buttons.items():
        button.click(choosing(choice), {panel.rater, *memories}, outputs, **once)
    panel.back.click(back, panel.rating, panel.results, **once)
    panel.reveal.click(reveal, memories, outputs, **once)
    panel.save.click(save_ratings, panel.rating, panel.save, **AT_ONCE)
