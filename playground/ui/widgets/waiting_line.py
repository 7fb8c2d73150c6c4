"""A line that says what a run waits for before it begins, with a way to take it back while it waits."""

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.context import LocalContext

from playground.ui import widgets
from playground.ui.handlers.event_options import AT_ONCE, QUIET
from playground.ui.handlers.form_filling import AWAIT_FILLED
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.one_at_a_time import NothingYet, Stoppable, begin_after, take_turn

HERE = Path(__file__).parent
IDLE = {"phase": "idle", "text": ""}
ASKED = {"phase": "asked", "text": ""}  # the run was asked for; the page looks a moment later whether it has begun
LEFT = {"phase": "left", "text": "Stopped while it waited; nothing was asked."}
# In the browser, so that it is seen before any news of the run: whoever presses Stop at once stops this run, also when
# the server hears of that before it hears of the run. Both are sent with the moment of the click, which names the run.
ASKED_NOW = '{phase: "asked", text: "", click: performance.now()}'
USABLE = 'const usable = (interactive) => ({__type__: "update", interactive});'
NOTE_CLICK = f"""async () => {{
    {AWAIT_FILLED}
    {USABLE}
    return [{ASKED_NOW}, usable(false), usable(true)];
}}"""
NOTE_CLICK_ALONE = f"""async () => {{
    {AWAIT_FILLED}
    return {ASKED_NOW};
}}"""
# Only Gradio's page knows when a run begins and when it is over: the server has not heard of one that is on its way,
# and what it answers may come after the end. So the page counts the runs of each line, and LINE stands for which.
NOTE_BEGIN = """(...values) => {
    const going = (window.runsGoing ??= {});
    going.LINE = (going.LINE ?? 0) + 1;
    return values;
}"""
NOTE_END = """(shown) => {
    USABLE
    const going = window.runsGoing, unchanged = {__type__: "update"};
    going.LINE = Math.max(0, going.LINE - 1);
    if (going.LINE > 0) return [unchanged, unchanged, unchanged];
    return [shown?.phase === "left" ? unchanged : {phase: "idle", text: ""}, usable(true), usable(false)];
}""".replace("USABLE", USABLE)


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """The line, for the runs that are attached to it. Without a button that stops them it has one of its own.

    `key` is what the page counts its runs by, and `turn` the session's memory of the last one. A run that is given a
    mapping of values finds in it, as `turn`, what stops it.
    """

    key: str
    turn: Any
    page: Any
    view: Any
    start: Any
    stop: Any
    handlers: list[int] = field(default_factory=list)  # by number, as Gradio counts them
    own_memory: list[Any] = field(default_factory=list)  # of runs that refuse a second themselves

    def attach(
        self, event: Callable[..., Any], run: Callable[..., Iterator[Any]], inputs: Any, outputs: list[Any], **how: Any
    ) -> Any:
        """Let an event start a run: a generator of updates by component, queued as `how` says. Returns the event
        of its end. Of the two buttons only that one is usable, meanwhile and after, which can be used; while one goes
        on, and of two events in one instant, another is refused."""
        event(None, None, self._outputs, js=NOTE_CLICK if self.start else NOTE_CLICK_ALONE, **QUIET)
        given = inputs if isinstance(inputs, (set, list)) else [inputs]
        own = (self.view, self.turn)
        sent = {*given, *own} if isinstance(given, set) else [*given, *own]
        count = None if isinstance(given, set) else len(given)
        begins = NOTE_BEGIN.replace("LINE", self.key)
        begun = event(self._clearing(run, count), sent, [*outputs, *own], js=begins, **how)
        # Not with the last news of the run: what is clicked before Gradio has noted its end, it drops.
        for end in (begun.then, begun.failure):
            end(None, self.view, self._outputs, js=NOTE_END.replace("LINE", self.key), **QUIET)
        self.handlers.append(begun["id"])
        return begun

    def attach_beside(
        self, event: Callable[..., Any], run: Callable[..., Iterator[Any]], inputs: set[Any], outputs: list[Any],
        **how: Any,
    ) -> None:  # fmt: skip
        """Let an event start what goes on beside the runs and refuses none, such as a search while somebody types. It
        is stopped by the same button, and finds in its mapping of values, as `turn`, what stops it."""

        @functools.wraps(run)
        def beside(values: dict[Any, Any], *given: Any) -> Iterator[Any]:
            with Stoppable() as turn:
                self.page.halts(LocalContext.event_id.get(None), turn.halt)
                yield from run({**values, self.turn: turn}, *given)

        self.handlers.append(event(beside, inputs, outputs, **how)["id"])

    def wire(self, memory: Any = None) -> None:
        """Attach what the line asks of the server, and the Stop button; `memory` has the session's last run, where
        runs have one of their own."""
        self.own_memory.extend([] if memory is None else [memory])

        @report_errors
        def look(shown: Any, request: gr.Request) -> Any:
            """What the run waits for. One that has begun ends the looking with its first news, or with its end; one
            that has not come yet is looked for again."""
            click = _click(shown)
            if self.page.is_stopped(request.session_hash, click):
                return gr.skip()
            waits = self.page.waits_for(request.session_hash, self.handlers)
            return {**({"phase": "waiting", "text": waits} if waits else ASKED), "click": click}

        @report_errors
        def stop(last: Stoppable | NothingYet | None, shown: Any, request: gr.Request) -> Any:
            self.page.stop_coming(request.session_hash, _click(shown))  # before it is looked for: it may just come
            if self.page.leave_line(request.session_hash, self.handlers):
                return LEFT
            self.page.stop_begun(request.session_hash, self.handlers)  # of which the session may know nothing yet
            if last is not None:
                last.halt.set()  # the run itself shows how it ended: only one writes to the page
            return gr.skip()

        self.view.look(look, self.view, self.view, trigger_mode="always_last", **AT_ONCE)
        for event in (self.view.leave, *([self.stop.click] if self.stop else [])):
            event(stop, [self.turn if memory is None else memory, self.view], self.view, **AT_ONCE)

    @property
    def _outputs(self) -> list[Any]:
        return [self.view, *([self.start, self.stop] if self.start else [])]

    def _clearing(self, run: Callable[..., Iterator[Any]], count: int | None) -> Callable[..., Iterator[Any]]:
        """The same run, which ends the waiting with its first news, and itself if it was stopped before them.

        It is given the line's value and memory as well: in its mapping of values, or after so many of them. What halts
        it is noted at its event: the session's memory has that only after the news have gone out.
        """

        @functools.wraps(run)
        def clearing(*values: Any) -> Iterator[Any]:
            event = LocalContext.event_id.get(None)
            given = values if count is None else (*values[:count], *values[count + 2 :])
            shown, last = (values[0][self.view], values[0][self.turn]) if count is None else values[count : count + 2]
            if self.page.was_stopped(event, _click(shown)):
                yield {self.view: LEFT}
                return
            try:
                with (take_turn if self.own_memory else begin_after)(last) as turn:
                    self.page.halts(event, turn.halt)
                    if count is None:
                        given = ({**values[0], self.turn: turn}, *values[1:])
                    for updates in run(*given):
                        for going in updates.values():
                            if isinstance(going, Stoppable):
                                self.page.halts(event, going.halt)
                        yield {**updates, self.view: IDLE, self.turn: turn}
            except Exception:
                yield {self.view: IDLE}
                raise

        if count is not None:
            own = inspect.signature(run)
            named = [*own.parameters.values()]
            extra = (
                inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in ("shown", "before_it")
            )
            named[count:count] = extra
            vars(clearing)["__signature__"] = own.replace(parameters=named)
        return report_errors(clearing)


def _click(shown: Any) -> float | None:
    """The moment of the click that asked for the run, in a line's value, which may be anything."""
    click = shown.get("click") if isinstance(shown, Mapping) else None
    return click if isinstance(click, (int, float)) else None


def build(page: Any, start: Any = None, stop: Any = None) -> WaitingLine:
    """Lay out the line; its own button is there when no button stops the run."""
    key = f"line{len(page.blocks)}"
    fixed = {"leave": "" if stop else "Stop waiting", "line": key}
    return WaitingLine(
        key, gr.State(NothingYet()), page, widgets.widget(HERE / "waiting.js", fixed, value=IDLE), start, stop
    )
