"""Handlers of one event do not start each other for ever."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from playground.ui.handlers.trigger_modes import let_one_wait


@dataclass
class Handler:
    targets: list[tuple[int, str]]
    trigger_mode: str = "always_last"


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
