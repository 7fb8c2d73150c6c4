"""A line that says what a run waits for before it begins, with a way to take it back while it waits."""

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gradio as gr

from playground.ui import widgets
from playground.ui.handlers.event_options import AT_ONCE, QUIET
from playground.ui.handlers.messages import told
from playground.ui.handlers.one_at_a_time import Stoppable, switch

HERE = Path(__file__).parent
IDLE = {"phase": "idle", "text": ""}
ASKED = {"phase": "asked", "text": ""}  # the run was asked for; the page looks a moment later whether it has begun
LEFT = {"phase": "left", "text": "Stopped while it waited; nothing was asked."}
NOTE_CLICK = "() => ({phase: 'asked', text: ''})"  # in the browser, so that it is seen before any news of the run


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """The line, for the runs that are attached to it. Without a button that stops them it has one of its own."""

    page: Any
    view: Any
    start: Any
    stop: Any
    handlers: list[int] = field(default_factory=list)  # by number, as Gradio counts them

    def attach(
        self, event: Callable[..., Any], run: Callable[..., Iterator[Any]], inputs: Any, outputs: list[Any], **how: Any
    ) -> Any:
        """Let an event start a run: a generator of updates by component, queued as `how` says. Returns the event
        of its end."""
        event(None, None, self.view, js=NOTE_CLICK, **QUIET)
        begun = event(self._clearing(run), inputs, [*outputs, self.view], **how)
        self.handlers.append(begun["id"])
        return begun

    def wire(self, memory: Any) -> None:
        """Attach what the line asks of the server, and the Stop button; `memory` has the session's last run."""
        outputs = [self.view, *([self.start, self.stop] if self.stop else [])]

        @told
        def look(request: gr.Request) -> dict[Any, Any]:
            waits = self.page.waits_for(request.session_hash, self.handlers)
            if waits:
                return {self.view: {"phase": "waiting", "text": waits}, **self._switched(busy=True)}
            # One that has begun shows itself what can be pressed.
            return {self.view: IDLE, **(self._switched(busy=False) if waits is None else {})}

        @told
        def stop(last: Stoppable | None, request: gr.Request) -> dict[Any, Any]:
            if self.page.leave_line(request.session_hash, self.handlers):
                return {self.view: LEFT, **self._switched(busy=False)}
            if last is not None:
                last.halt.set()  # the run itself shows how it ended: only one writes to the page
            return {self.view: gr.skip()}

        self.view.look(look, None, outputs, trigger_mode="always_last", **AT_ONCE)
        for event in (self.view.leave, *([self.stop.click] if self.stop else [])):
            event(stop, memory, outputs, **AT_ONCE)

    def _switched(self, *, busy: bool) -> dict[Any, Any]:
        return switch(self.start, self.stop, busy=busy) if self.stop else {}

    def _clearing(self, run: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
        """The same run, which ends the waiting with its first news."""

        @functools.wraps(run)
        def clearing(*values: Any) -> Iterator[Any]:
            try:
                for updates in run(*values):
                    yield {**updates, self.view: IDLE}
            except Exception:
                yield {self.view: ASKED}  # whatever was switched when it waited is switched back
                raise

        return clearing


def build(page: Any, start: Any = None, stop: Any = None) -> WaitingLine:
    """Lay out the line; its own button is there when no button stops the run."""
    fixed = {"leave": "" if stop else "Stop waiting"}
    return WaitingLine(page, widgets.widget(HERE / "waiting.js", fixed, value=IDLE), start, stop)
