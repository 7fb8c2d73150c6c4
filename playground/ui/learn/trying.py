"""A trial as it runs, its score, and the ways out into other tabs."""

import time
from collections.abc import Generator, Iterator
from contextlib import closing, nullcontext
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground import setups
from playground.errors import InvalidSetup
from playground.lessons.outcome import Outcome
from playground.lessons.running import run_trial
from playground.lessons.scoring import Prediction, Score, score
from playground.lessons.trial import Trial
from playground.ui.handlers import payloads
from playground.ui.handlers.event_options import AT_ONCE, QUIET, experimenting
from playground.ui.handlers.messages import in_words, report_errors
from playground.ui.handlers.one_at_a_time import Stoppable, refuse_second
from playground.ui.handlers.tab import PageContext, Updates, Values
from playground.ui.handlers.visitors import visitor_of
from playground.ui.learn import lesson_values
from playground.ui.learn.lesson_panel import AGAIN, PREDICT_FIRST, LessonPanel
from playground.ui.learn.progress_values import standing_text, with_score
from playground.ui.learn.turning import Opened, TurningHandlers
from playground.ui.widgets.status import sentence

INTERVAL = 0.3  # seconds between two news
STOPPED = "Stopped. What had come by then is shown, and nothing is scored."
NOT_IN_COMPARE = "These setups ask different things, which Compare cannot hold; open each in the Playground."


@dataclass(frozen=True, slots=True, kw_only=True)
class TryingHandlers:
    """The handlers of a trial; `turning` says which lesson is open."""

    panel: LessonPanel
    turning: TurningHandlers
    shared: PageContext

    def try_it(self, values: Values, request: gr.Request) -> Iterator[Updates]:
        """What comes of the lesson's trial, and at its end the score of what was predicted."""
        panel = self.panel
        refuse_second(values[panel.run])
        opened = self.turning.open(values)
        lesson = opened.lesson
        prediction = panel.read_prediction(values, lesson, opened.done)
        with Stoppable() as going:
            # No other lesson is chosen meanwhile: what comes of this one would stand there.
            fixed, free = ({one: gr.update(interactive=on) for one in panel.turns} for on in (False, True))
            begins = {panel.state: sentence("It is being tried."), panel.outcome: lesson_values.NOTHING}
            yield {panel.run: going, **begins, **fixed}
            outcome, said = Outcome(ways=()), 0.0
            try:
                with closing(self._run(lesson.trial, going, request)) as trial:
                    for outcome in trial:
                        if time.monotonic() - said > INTERVAL:
                            said = time.monotonic()
                            yield {panel.outcome: lesson_values.outcome_value(lesson, outcome)}
            except Exception as error:
                yield {panel.state: sentence(in_words(error), wrong=True), **free}
                return
            yield {panel.outcome: lesson_values.outcome_value(lesson, outcome)}
            if not outcome.done:
                words = STOPPED if going.halt.is_set() else outcome.message
                yield {panel.state: sentence(words, wrong=not going.halt.is_set()), **free}
                return
            scored = score(lesson, prediction, outcome)
            points = f"{scored.points:g} of {scored.most} points."
            whole = lesson_values.whole_trial(lesson)
            # Of a later trial nothing is kept: an answer may have been given meanwhile.
            kept = {} if opened.done else self._keep(opened, prediction, scored)
            yield {
                panel.state: sentence(""),
                panel.verdict: sentence(f"{scored.sentence} {points}"),
                panel.choice: gr.update(interactive=False),
                panel.amount: gr.update(interactive=False),
                panel.start: gr.update(value=AGAIN),
                panel.open: gr.update(visible=bool(whole)),
                panel.after: gr.update(visible=True),
                **free,
                **kept,
            }

    def _keep(self, opened: Opened, prediction: Prediction, scored: Score) -> Updates:
        panel, lessons = self.panel, opened.shelf.lessons
        progress = with_score(opened.progress, opened.lesson.key, prediction, scored)
        return {
            panel.lesson: gr.update(choices=lesson_values.lesson_choices(lessons, progress), interactive=True),
            panel.standing: sentence(standing_text(progress, len(lessons))),
            panel.progress: opened.kept_with(progress),
        }

    def _run(self, trial: Trial, going: Stoppable, request: gr.Request) -> Generator[Outcome, None, None]:
        """What comes of a trial; an experiment has one of the places for experiments meanwhile."""
        shared, settings = self.shared, self.shared.settings
        with shared.places.hold(visitor_of(request)) if trial.experiment else nullcontext():
            yield from run_trial(
                trial, shared.sessions.of(request), shared.store, halt=going.halt, max_seconds=settings.max_seconds,
                max_total_seconds=settings.max_experiment_seconds,
            )  # fmt: skip

    @report_errors
    def open_way(self, values: Values, event: gr.EventData) -> Iterator[Updates]:
        """One setup of the trial, in the Playground."""
        tried = list(self._predicted(values).lesson.trial.setups.values())
        setup = payloads.read_choice(event, {str(at): setup for at, setup in enumerate(tried)})
        yield {self.shared.setup_to_open: None}  # opened twice, it is news twice
        yield {self.shared.setup_to_open: setups.to_dict(setup)}

    @report_errors
    def open_trial(self, values: Values) -> Iterator[Updates]:
        """The whole trial, in the tab that is made for it."""
        shared, lesson = self.shared, self._predicted(values).lesson
        whole = lesson_values.whole_trial(lesson)
        if not whole:
            raise InvalidSetup(NOT_IN_COMPARE)
        yield {shared.comparison_to_open: None, shared.plan_to_open: None}
        if lesson.trial.experiment:
            yield {shared.plan_to_open: setups.changed_values(lesson.trial.experiment)}
        else:
            yield {shared.comparison_to_open: lesson_values.comparison_of(lesson)}

    @report_errors
    def give_trial(self, values: Values) -> Iterator[Any]:
        """What the lesson tries, as a teacher's assignment: its experiment, or the last of its setups, which the ones
        before lead to."""
        trial = self.turning.open(values).lesson.trial
        yield None  # given twice, it is news twice
        if trial.experiment:
            yield ({"experiment": setups.changed_values(trial.experiment)},)
        else:
            yield ({"setup": setups.to_dict([*trial.setups.values()][-1])},)

    def _predicted(self, values: Values) -> Opened:
        """What is open, once it has been predicted and tried. Raises InvalidSetup before."""
        opened = self.turning.open(values)
        if opened.done is None:
            raise InvalidSetup(PREDICT_FIRST)
        return opened


def wire(handlers: TryingHandlers) -> None:
    """Attach the handlers."""
    panel, shared, asked = handlers.panel, handlers.shared, handlers.turning.asked
    outputs: list[Any] = [
        panel.run, panel.state, panel.outcome, panel.verdict, panel.choice, panel.amount, panel.start, panel.open,
        panel.after, panel.standing, panel.progress, *panel.turns,
    ]  # fmt: skip
    panel.line.attach(
        panel.start.click, report_errors(handlers.try_it), {*asked, panel.choice, panel.amount, panel.run}, outputs,
        preprocess=False, trigger_mode="once", **experimenting(), **QUIET,
    )  # fmt: skip
    panel.line.wire(panel.run)
    panel.outcome.open_way(handlers.open_way, asked, [shared.setup_to_open], preprocess=False, **AT_ONCE)
    panel.give.click(handlers.give_trial, asked, [shared.assignment_to_give], preprocess=False, **AT_ONCE)
    panel.open.click(
        handlers.open_trial, asked, [shared.comparison_to_open, shared.plan_to_open], preprocess=False, **AT_ONCE
    )
