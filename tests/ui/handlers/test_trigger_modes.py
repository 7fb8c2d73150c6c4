"""Handlers of one event do not start each other for ever."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.ui.handlers.trigger_modes import answer_each_choice, ended_event, let_one_wait


@dataclass
class Handler:
    targets: list[tuple[int, str]]
    trigger_mode: str = "always_last"
    fn: Any = None


def test_the_handler_with_the_most_events_waits_and_the_others_answer_each() -> None:
    few, many, apart = Handler([(1, "change")]), Handler([(1, "change"), (2, "change")]), Handler([(3, "change")])
    let_one_wait([few, many, apart])
    assert [one.trigger_mode for one in (few, many, apart)] == ["multiple", "always_last", "always_last"]


def test_no_two_handlers_of_the_page_wait_on_one_event(page: Any) -> None:
    waiting = Counter(event for fn in page.fns.values() if fn.trigger_mode == "always_last" for event in fn.targets)
    assert len(waiting) > 80
    assert {event for event, handlers in waiting.items() if handlers > 1} == set()
    assert [
        fn.name
        for fn in page.fns.values()
        if "load" in {event for _, event in fn.targets}
        and fn.trigger_mode == "always_last"
        and (page._id, "load") in fn.targets
    ] == []


def test_two_that_end_together_are_two_changes() -> None:
    with gr.Blocks() as page:
        runs = [gr.Button().click(lambda: None, None, None) for _ in range(2)]
        ended_event(runs)
    counting = list(page.fns.values())[2:]
    assert [handler.inputs for handler in counting] == [[], []]  # what one has written is no part of the other's
    assert len({handler.fn() for handler in counting}) == 2


def test_what_says_which_thing_is_meant_is_answered_each_time(page: Any) -> None:
    def choose(event: gr.EventData) -> None: ...

    def look(value: str) -> None: ...

    which, any_time, script = (Handler([(1, "click")], "once", fn) for fn in (choose, look, None))
    answer_each_choice([which, any_time, script])
    assert [one.trigger_mode for one in (which, any_time, script)] == ["multiple", "once", "once"]
    modes = {fn.name: fn.trigger_mode for fn in page.fns.values()}
    of_lists = ("delete", "rate", "edit", "take_token", "disconnect", "show_run", "reset", "shift")
    assert {name: modes[name] for name in of_lists} == dict.fromkeys(of_lists, "multiple")
