"""Another lesson, another language, and an answer to a lesson's question."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import gradio as gr

from playground.errors import InvalidSetup
from playground.lessons import shelf as shelves
from playground.lessons.lesson import Lesson
from playground.lessons.running import rests_on
from playground.lessons.shelf import ORIGINAL, Shelf
from playground.ui.handlers.event_options import AT_ONCE
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.tab import PageContext, Updates, Values
from playground.ui.language.translating import spoken_language
from playground.ui.learn.lesson_panel import LessonPanel
from playground.ui.learn.progress_values import Progress, read_others, read_progress, standing_text, to_kept
from playground.ui.widgets.status import sentence

NOT_TRIED = "Try it first; the question is about what happened."
NOT_CHOSEN = "Choose an answer first."
NOT_RIGHT = "That is not it. Look at what happened once more, and choose again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What a tab holds, as the browser said it and as it was checked. `others` is the progress in lessons that are not
    on the shelf."""

    shelf: Shelf
    lesson: Lesson
    progress: dict[str, Progress]
    others: dict[str, Progress]

    @property
    def done(self) -> Progress | None:
        return self.progress.get(self.lesson.key)

    def kept_with(self, progress: Mapping[str, Progress]) -> dict[str, Any]:
        """What the browser is to keep when this is the progress in the lessons of the shelf."""
        return to_kept({**self.others, **progress})


@cache
def open_shelf(language: str, folder: Path | None) -> Shelf:
    """Read once: a folder that changes is read when the app is started again."""
    return shelves.open_shelf(language, folder)


@dataclass(frozen=True, slots=True, kw_only=True)
class TurningHandlers:
    """The handlers that ask no model. `folder` has lessons of one's own."""

    panel: LessonPanel
    shared: PageContext
    folder: Path | None
    offered: tuple[str, ...]

    @property
    def asked(self) -> set[Any]:
        """What must be known to open a lesson."""
        return {self.panel.lesson, self.panel.language, self.panel.progress}

    def open(self, values: Values) -> Opened:
        """The lesson that is chosen; the first, where the browser names one that is not there."""
        panel, language = self.panel, values[self.panel.language]
        shelf = open_shelf(language if language in self.offered else ORIGINAL, self.folder)
        key = values[panel.lesson]
        lesson = shelf.lessons.get(key) if isinstance(key, str) else None
        return Opened(
            shelf=shelf,
            lesson=lesson or next(iter(shelf.lessons.values())),
            progress=read_progress(values[panel.progress], shelf.lessons),
            others=read_others(values[panel.progress], shelf.lessons),
        )

    @report_errors
    def come_in_sight(self, values: Values, request: gr.Request) -> Updates:
        """The first lesson in the page's language, when the tab is first opened; later it stands as it was left."""
        if values[self.panel.opened] is True:
            return {self.panel.opened: gr.skip()}
        language = spoken_language() if spoken_language() in self.offered else ORIGINAL
        first = self.open({**values, self.panel.language: language})
        return {self.panel.opened: True, self.panel.language: language, **self._show(first, request)}

    @report_errors
    def show(self, values: Values, request: gr.Request) -> Updates:
        """The lesson that was chosen."""
        return self._show(self.open(values), request)

    @report_errors
    def turn_back(self, values: Values, request: gr.Request) -> Updates:
        return self._turn(values, -1, request)

    @report_errors
    def turn_forward(self, values: Values, request: gr.Request) -> Updates:
        return self._turn(values, 1, request)

    @report_errors
    def check_answer(self, values: Values) -> Updates:
        """Says whether it is right, and keeps that it was."""
        panel, opened = self.panel, self.open(values)
        lesson, done, answer = opened.lesson, opened.done, values[self.panel.answer]
        if done is None:
            raise InvalidSetup(NOT_TRIED)
        if type(answer) is not int or not 0 <= answer < len(lesson.texts.answers):
            raise InvalidSetup(NOT_CHOSEN)
        if answer != lesson.facts.right_answer - 1:
            return {panel.checked: sentence(NOT_RIGHT, wrong=True)}
        progress = {**opened.progress, lesson.key: replace(done, answered=True)}
        return {
            panel.checked: sentence(f"Right. {lesson.texts.why}"),
            panel.standing: sentence(standing_text(progress, len(opened.shelf.lessons))),
            panel.progress: opened.kept_with(progress),
        }

    def _turn(self, values: Values, by: int, request: gr.Request) -> Updates:
        opened = self.open(values)
        keys = list(opened.shelf.lessons)
        at = min(max(keys.index(opened.lesson.key) + by, 0), len(keys) - 1)
        return self._show(replace(opened, lesson=opened.shelf.lessons[keys[at]]), request)

    def _show(self, opened: Opened, request: gr.Request) -> Updates:
        same = rests_on(opened.lesson, self.shared.sessions.of(request))
        return self.panel.show(opened.lesson, opened.progress, opened.shelf, same_weights=same)


def wire(handlers: TurningHandlers) -> None:
    """Attach the handlers."""
    panel = handlers.panel
    quick: Mapping[str, Any] = {"preprocess": False, **AT_ONCE}
    opened = [panel.opened, panel.language, *panel.shown]
    handlers.shared.opening(handlers.come_in_sight, {*handlers.asked, panel.opened}, opened, **quick)
    chosen = [panel.lesson.input, panel.language.input]
    gr.on(chosen, handlers.show, handlers.asked, panel.shown, trigger_mode="always_last", **quick)
    panel.back.click(handlers.turn_back, handlers.asked, panel.shown, **quick)
    panel.forward.click(handlers.turn_forward, handlers.asked, panel.shown, **quick)
    panel.check.click(
        handlers.check_answer, {*handlers.asked, panel.answer}, [panel.checked, panel.standing, panel.progress], **quick
    )
