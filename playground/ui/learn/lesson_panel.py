"""The widgets of one lesson, and what they hold of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from playground.errors import InvalidSetup
from playground.lessons.lesson import Lesson
from playground.lessons.scoring import Prediction
from playground.lessons.shelf import LANGUAGES, Shelf
from playground.ui import widgets
from playground.ui.learn import lesson_values
from playground.ui.learn.progress_values import Progress, standing_text
from playground.ui.widgets import waiting_line
from playground.ui.widgets.status import sentence
from playground.ui.widgets.waiting_line import WaitingLine

HERE = Path(__file__).parent
OPENS = {"compare": "Open it in Compare", "experiments": "Open it in Experiments", "": "Open it"}
TRY, AGAIN = "Try it", "Try it again"
PREDICT_FIRST = "Predict first: choose what you think will happen, and then try it."


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonPanel:
    """The widgets. `progress` is what the browser keeps, `run` the session's last trial; `opened` is whether the tab
    was in sight before."""

    lesson: Any
    language: Any
    back: Any
    forward: Any
    standing: Any
    about: Any
    predict: Any
    choice: Any
    amount_text: Any
    amount: Any
    start: Any
    stop: Any
    open: Any
    line: WaitingLine
    state: Any
    outcome: Any
    verdict: Any
    after: Any
    take_away: Any
    question: Any
    answer: Any
    check: Any
    checked: Any
    teacher: Any
    give: Any
    progress: Any
    run: Any
    opened: Any

    @property
    def turns(self) -> list[Any]:
        """All that another lesson is chosen with."""
        return [self.lesson, self.language, self.back, self.forward]

    @property
    def shown(self) -> list[Any]:
        """All that another lesson changes."""
        return [
            self.lesson, self.standing, self.about, self.predict, self.choice, self.amount_text, self.amount,
            self.start, self.open, self.state, self.outcome, self.verdict, self.after, self.take_away, self.question,
            self.answer, self.checked, self.teacher,
        ]  # fmt: skip

    def show(
        self, lesson: Lesson, progress: Mapping[str, Progress], shelf: Shelf, *, same_weights: bool
    ) -> dict[Any, Any]:
        """Updates that show a lesson as it is before it is tried in this session."""
        done = progress.get(lesson.key)
        whole = lesson_values.whole_trial(lesson)
        amount = bool(lesson.facts.amount_of)
        return {
            self.lesson: gr.update(choices=lesson_values.lesson_choices(shelf.lessons, progress), value=lesson.key),
            self.standing: sentence(standing_text(progress, len(shelf.lessons))),
            self.about: lesson_values.about_text(lesson, same_weights=same_weights),
            self.predict: lesson_values.predict_text(lesson),
            self.choice: gr.update(
                choices=_numbered(lesson.texts.choices), value=done.choice if done else None, interactive=done is None
            ),
            self.amount_text: gr.update(value=lesson_values.amount_text(lesson), visible=amount),
            self.amount: gr.update(value=done.amount if done else None, visible=amount, interactive=done is None),
            self.start: gr.update(value=AGAIN if done else TRY),
            self.open: gr.update(value=OPENS[whole], visible=bool(whole) and done is not None),
            self.state: sentence(""),
            self.outcome: lesson_values.NOTHING,
            self.verdict: sentence(_points_text(done)),
            self.after: gr.update(visible=done is not None),
            self.take_away: lesson.take_away,
            self.question: lesson_values.question_text(lesson),
            self.answer: gr.update(
                choices=_numbered(lesson.texts.answers),
                value=lesson.facts.right_answer - 1 if done and done.answered else None,
            ),
            self.checked: sentence(lesson.texts.why if done and done.answered else ""),
            self.teacher: lesson.for_teacher,
        }

    def read_prediction(self, values: Mapping[Any, Any], lesson: Lesson, done: Progress | None) -> Prediction:
        """The one that counts: that of the first trial, or what is chosen now. Raises InvalidSetup where none is."""
        if done:
            return done.prediction
        choice, amount, of = values[self.choice], values[self.amount], lesson.facts.amount_of
        if type(choice) is not int or not 0 <= choice < len(lesson.texts.choices):
            raise InvalidSetup(PREDICT_FIRST)
        if of is None:
            return Prediction(choice=choice)
        if type(amount) not in (int, float) or not of.low <= amount <= of.high:
            raise InvalidSetup(f"Predict first: type your number, from {of.low:g} to {of.high:g}.")
        return Prediction(choice=choice, amount=float(amount))


def build(shelf: Shelf, offered: Sequence[str], progress: Any, page: Any, *, in_class: bool) -> LessonPanel:
    """Lay out the first lesson of the shelf; `offered` are the languages, and `in_class` what it tries can be given."""
    first = next(iter(shelf.lessons.values()))
    languages = [(LANGUAGES.get(code, code), code) for code in offered]
    with gr.Row(elem_id="lesson-bar"):
        choices = lesson_values.lesson_choices(shelf.lessons, {})
        lesson = gr.Dropdown(choices, value=first.key, label="Lesson", filterable=False, scale=4, min_width=260)
        language = gr.Dropdown(
            languages, value=languages[0][1], label="Language", filterable=False, scale=1, min_width=130,
            visible=len(languages) > 1,
        )  # fmt: skip
        back = gr.Button("Previous lesson", size="sm", elem_classes="quiet-button")
        forward = gr.Button("Next lesson", size="sm", elem_classes="quiet-button")
    standing = widgets.words(elem_id="lesson-standing")
    if shelf.problems:
        problems = widgets.words(elem_id="lesson-problems")
        problems.value = sentence(" ".join(shelf.problems), wrong=True)
    with gr.Row(elem_classes="halves lesson", equal_height=False):
        with gr.Column(elem_classes="asking", min_width=0):
            about = gr.Markdown()
            with gr.Accordion("Notes for the teacher", open=False, elem_id="for-teacher"):
                teacher = gr.Markdown()
                give = gr.Button("Make it an assignment", size="sm", elem_classes="quiet-button", visible=in_class)
        with gr.Column(elem_classes="seeing", min_width=0):
            predict = gr.Markdown()
            choice = gr.Radio([], label="Your prediction", elem_id="prediction")
            amount_text = gr.Markdown()
            amount = gr.Number(label="Your number", elem_id="predicted-number")
            with gr.Row(elem_classes="acts"):
                start = gr.Button(TRY, variant="primary", elem_id="try-button")
                stop = gr.Button("Stop trying", interactive=False, elem_classes="stops")
                whole = gr.Button(OPENS[""], visible=False, elem_id="open-trial")
            line = waiting_line.build(page, start, stop)
            state = widgets.words(spoken=True, elem_id="trial-state")
            outcome = widgets.widget(HERE / "outcome.js", value=lesson_values.NOTHING, elem_id="trial-outcome")
            verdict = widgets.words(spoken=True, elem_id="verdict")
            with gr.Column(visible=False, elem_id="after-trial", min_width=0) as after:
                take_away = gr.Markdown()
                question = gr.Markdown()
                answer = gr.Radio([], label="Your answer", elem_id="lesson-answer")
                check = gr.Button("Check my answer", variant="secondary", elem_id="check-answer")
                checked = widgets.words(spoken=True, elem_id="answer-checked")
    return LessonPanel(
        lesson=lesson, language=language, back=back, forward=forward, standing=standing, about=about, predict=predict,
        choice=choice, amount_text=amount_text, amount=amount, start=start, stop=stop, open=whole, line=line,
        state=state, outcome=outcome, verdict=verdict, after=after, take_away=take_away, question=question,
        answer=answer, check=check, checked=checked, teacher=teacher, give=give, progress=progress, run=gr.State(None),
        opened=gr.State(False),
    )  # fmt: skip


def _numbered(texts: Sequence[str]) -> list[tuple[str, int]]:
    return [(words, at) for at, words in enumerate(texts)]


def _points_text(done: Progress | None) -> str:
    return f"{done.points:g} of {done.most} points for your prediction." if done else ""
