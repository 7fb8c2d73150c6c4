"""One run of a kind per session, stopped by its button."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from playground.errors import LimitReached
from playground.ui.compare.prompt_list_panel import PromptListRun
from playground.ui.compare.run import ComparisonRun
from playground.ui.experiments.run import ExperimentRun
from playground.ui.handlers.one_at_a_time import Stoppable, news, refuse_second, until_stopped, wire_stop
from playground.ui.sampling.sweep_panel import SweepRun


def test_a_second_run_is_refused_until_the_first_has_ended() -> None:
    refuse_second(None)
    with Stoppable() as going, pytest.raises(LimitReached, match="still going on"):
        refuse_second(going)
    refuse_second(going)


def test_a_run_whose_page_was_closed_has_ended() -> None:
    def run() -> Any:
        with Stoppable() as going:
            yield going

    updates = run()
    going = next(updates)
    assert not going.halt.is_set()
    updates.close()
    assert going.halt.is_set()


def test_the_stop_button_stops_what_the_session_remembers() -> None:
    wired: list[tuple[Callable[[Any], None], Any, Any]] = []
    wire_stop(lambda handler, inputs, outputs, **options: wired.append((handler, inputs, outputs)), "memory")
    ((stop, inputs, outputs),) = wired
    assert (inputs, outputs) == ("memory", None)  # only the run itself writes to the page
    stop(None)
    going = Stoppable()
    stop(going)
    assert going.halt.is_set()


@pytest.mark.parametrize("cls", [ExperimentRun, ComparisonRun, PromptListRun, SweepRun])
def test_all_memories_of_runs_are_stopped_alike(cls: type) -> None:
    assert issubclass(cls, Stoppable)


def test_work_is_asked_for_nothing_more_once_it_is_stopped() -> None:
    asked, going = [], Stoppable(halt=threading.Event())

    def work() -> Any:
        for at in range(9):
            asked.append(at)
            yield at

    for item in until_stopped(work(), going):
        if item == 2:
            going.halt.set()
    assert asked == [0, 1, 2]


def test_news_are_items_unlike_the_one_before() -> None:
    assert list(news([1, 1, 2, 1, 1])) == [1, 2, 1]
    assert list(news([])) == []
