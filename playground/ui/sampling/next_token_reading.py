"""The next token is read, chosen and appended: whatever asks the model again for what follows."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from playground.backends.base import Candidate
from playground.backends.catalog import Catalog
from playground.errors import InvalidSetup
from playground.returning import Returning
from playground.settings import Settings
from playground.types import Progress
from playground.ui.handlers import payloads
from playground.ui.handlers.event_options import QUIET, running
from playground.ui.handlers.sessions import Sessions
from playground.ui.handlers.tab import Updates
from playground.ui.sampling import next_token_values, reading
from playground.ui.sampling.next_token_panel import EXAMPLES, NextTokenView, show_failure, show_progress
from playground.ui.sampling.question import report_labelled
from playground.ui.sampling.reading import SHOWN
from playground.ui.sampling.token_clicks import Click


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingHandlers:
    """The handlers."""

    view: NextTokenView
    sessions: Sessions

    @property
    def boxes(self) -> tuple[Any, Any, Any]:
        """Prompt, role, and the answer so far."""
        asked = self.view.question
        return asked.task.field("input").widget, asked.task.field("role").widget, asked.prefill.widget

    @report_labelled
    def read(self, values: dict[Any, Any], request: gr.Request) -> Iterator[Updates]:
        yield from self.follow(values, {}, self.sessions.of(request))

    @report_labelled
    def read_example(self, values: dict[Any, Any], event: gr.EventData, request: gr.Request) -> Iterator[Updates]:
        _, prompt, answer = payloads.read_choice(event, EXAMPLES)
        changes = dict(zip(self.boxes, (prompt, "", answer), strict=True))
        yield from self.follow(values, changes, self.sessions.of(request))

    @report_labelled
    def pick(self, values: dict[Any, Any], event: gr.EventData, request: gr.Request) -> Iterator[Updates]:
        view, clicked = self.view, payloads.read(Click, event).id
        shown = view.current(values).next.distribution(view.sampling(values), SHOWN).candidates
        candidate = next((c for c in shown if c.id == clicked), None)
        if candidate is None:
            raise InvalidSetup("The settings have changed since, and that token is no longer shown; click another.")
        yield from self.append(values, candidate, "Appended {}", self.sessions.of(request))

    @report_labelled
    def draw(self, values: dict[Any, Any], request: gr.Request) -> Iterator[Updates]:
        chosen = self.view.current(values).next.draw(self.view.sampling(values), random.Random())
        how = f"Sampled, with probability {next_token_values.percent(chosen.probability)}, {{}}"
        yield from self.append(values, chosen, how, self.sessions.of(request))

    def append(self, values: dict[Any, Any], chosen: Candidate, how: str, catalog: Catalog) -> Iterator[Updates]:
        view, said = self.view, how.format(f"\u201c{next_token_values.visible(chosen.text)}\u201d")
        now, (_, _, answer) = values[view.reading], self.boxes
        if now.writable(chosen):
            yield from self.follow(values, {answer: now.asked.prefill + chosen.text}, catalog, f"{said}.")
        else:
            why = "it ends the answer or is half a character, so no text can follow it"
            now = replace(now, note=f"{said}: {why}.")
            yield {view.reading: now, **view.pictures(now, values)}

    def follow(
        self, values: dict[Any, Any], changes: dict[Any, Any], catalog: Catalog, note: str = ""
    ) -> Iterator[Updates]:
        """Read what follows the question that the form holds, with `changes` to its boxes."""
        view, values = self.view, {**values, **changes}
        asked = view.question.ask(values, catalog)
        yield {view.bars: show_progress(Progress(what="Getting ready"))}
        try:
            with Returning(reading.read(asked, catalog, note)) as reads:
                for progress in reads:
                    yield {view.bars: show_progress(progress)}
            # Boxes and reading in one update: between two the pane would call itself out of date.
            shown = {view.reading: reads.value, **view.pictures(reads.value, values)}
        except Exception as error:  # in the pane; `in_words` logs what is a bug
            shown = {view.reading: None, view.bars: show_failure(error)}
        values[view.line.turn].halt.set()  # another may begin as soon as this one is seen
        yield {**changes, **shown}


def wire(handlers: ReadingHandlers, settings: Settings) -> None:
    """Attach the handlers."""
    view, attach = handlers.view, handlers.view.line.attach
    outputs = [view.reading, *handlers.boxes, view.bars, view.table]
    once = {"preprocess": False, "trigger_mode": "once", **running(settings), **QUIET}
    attach(view.read.click, handlers.read, view.inputs, outputs, **once)
    attach(view.examples.choose, handlers.read_example, view.inputs, outputs, **once)
    attach(view.bars.append_token, handlers.pick, view.inputs, outputs, **once)
    attach(view.draw.click, handlers.draw, view.inputs, outputs, **once)
    view.line.wire()  # a reading is short: once it has begun, nothing stops it
