"""What a technique may ask of a tool, and what it is told."""

from datetime import UTC, datetime

import pytest

from playground.errors import ToolRefused
from playground.strategies.with_tools.react import ACTIONS, FINISH
from playground.tools import CUT, MOST_SHOWN, TOOL_NAMES, TOOLS, answer_of
from playground.tools.clock import read_clock

SUNDAY = datetime(2026, 3, 1, 9, 5, tzinfo=UTC)


@pytest.mark.parametrize("argument", ["", " ", "UTC", "now", "'today'"])
def test_the_clock_says_day_date_and_time(argument: str) -> None:
    assert read_clock(argument, SUNDAY) == "Sunday, 1 March 2026, 09:05 UTC"


@pytest.mark.parametrize("argument", ["Paris", "../../etc/passwd", "%d", "1" * 10_000])
def test_the_clock_takes_no_place(argument: str) -> None:
    with pytest.raises(ToolRefused, match="UTC only"):
        read_clock(argument)


def test_the_clock_is_that_of_the_world() -> None:
    assert f"{datetime.now(UTC):%Y}" in answer_of("clock", "")


@pytest.mark.parametrize(
    ("tool", "argument", "answer"),
    [
        ("calculator", "3 * 4", "12"),
        ("calculator", "3 * apples", "Refused: 'apples' is not known; besides numbers there are sqrt, abs"),
        ("clock", "Mars", "Refused: the clock takes nothing"),
        ("search", "tea", "There is no tool called 'search'; there are calculator, clock."),
        ("__class__", "", "There is no tool called '__class__'"),
        ("", "", "There is no tool called empty"),
    ],
)
def test_a_tool_answers_or_says_why_not(tool: str, argument: str, answer: str) -> None:
    assert answer_of(tool, argument).startswith(answer)


def test_an_answer_is_short_enough_to_become_part_of_a_prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TOOLS, "loud", lambda argument: argument * 10_000)
    answer = answer_of("loud", "words ")
    assert answer.endswith(CUT)
    assert len(answer) == MOST_SHOWN + 1 + len(CUT)


def test_models_are_told_of_every_tool() -> None:
    """Techniques do not know the tools; they are handed them by name."""
    assert {*ACTIONS} == {*TOOL_NAMES, FINISH}
    assert all(words.casefold().startswith(f"{name}[") for name, words in ACTIONS.items())
