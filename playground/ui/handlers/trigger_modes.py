"""Which handlers wait for the answer to the event before: none that would lose a click, and no two of one event.

Of events that come while an answer is on its way, Gradio drops all by default: two turns are deleted one straight after
the other, and the second stays. What says which thing is meant is therefore sent each time.

A handler with `trigger_mode="always_last"` that has missed events runs once more when it is through. Gradio 6.31 does
so by sending the whole event again, to all of its handlers; two that wait on one event then send it again for each
other, without an end. `mended_scripts` has it sent to that handler alone, and here no two wait where Gradio is another.
"""

import inspect
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, get_type_hints

import gradio as gr

from playground.ui.handlers.event_options import AT_ONCE
from playground.ui.handlers.form_filling import ENDS


def on_opening_and(
    opening: Callable[..., Any], events: Sequence[Any], handler: Callable[..., Any], *of: Any, **how: Any
) -> None:
    """Attach a handler to the opening of the page or of a tab, which is waited for by nobody, and to events."""
    opening(handler, *of, **{**how, "trigger_mode": "once"})
    gr.on(list(events), handler, *of, **how)


def ended_event(runs: Iterable[Any], fills: Iterable[Any] = ()) -> Any:
    """What happens when one of these is over: an event beside others, so that one handler answers all in their order.

    `fills` are those that fill a form, and began with `form_filling.BEGINS`.

    Attached by `then`, the handler would be another one to Gradio, and of two the older answer may come last and stay.
    """
    ended = gr.State(0)
    for run in runs:
        run.then(_now, None, ended, **AT_ONCE)
    for fill in fills:
        fill.then(_now, None, ended, js=ENDS, **AT_ONCE)
    return ended.change


def _now() -> int:
    """The moment in nanoseconds. A count would not do: of two that end together both would count to the same number,
    and the second would change nothing."""
    return time.monotonic_ns()


def let_one_wait(handlers: Iterable[Any]) -> None:
    """Of all handlers of an event let one wait, the one with the most events; the others answer every event."""
    waited_on: set[tuple[int | None, str]] = set()
    waiting = [handler for handler in handlers if handler.trigger_mode == "always_last"]
    for handler in sorted(waiting, key=lambda one: -len(one.targets)):
        events = set(handler.targets)
        if events & waited_on:
            handler.trigger_mode = "multiple"
        else:
            waited_on |= events


def answer_each_choice(handlers: Iterable[Any]) -> None:
    """Let every event be answered that says which of several things is meant.

    With "once" the second of two would be dropped, and with "always_last" answered as the first. The queue answers a
    handler's events in their order.
    """
    for handler in handlers:
        if handler.fn is not None and _reads_event(handler.fn):
            handler.trigger_mode = "multiple"


def _reads_event(handler: Callable[..., Any]) -> bool:
    hints = get_type_hints(inspect.unwrap(handler))
    return any(inspect.isclass(hint) and issubclass(hint, gr.EventData) for hint in hints.values())
