"""How an action is read out of a reply: what counts as one, what does not, and how long that takes."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.strategies.parts.actions import read_action, read_call


@pytest.mark.parametrize(
    ("reply", "thought", "name", "argument"),
    [
        (" I add.\nAction 1: Calculator[3 * 4]", "I add.", "Calculator", "3 * 4"),
        ("I add.\nAction: calculator[3]", "I add.", "calculator", "3"),
        ("I add.\n**Action 1:** `Calculator[3 * 4]`", "I add.", "Calculator", "3 * 4"),
        ("I add.\n- Action 2 Calculator[3]", "I add.", "Calculator", "3"),
        ("I add.\nACTION 1: Calculator(3 * (4 + 5))", "I add.", "Calculator", "3 * (4 + 5)"),
        ("I add.\nCalculator[3]", "I add.", "Calculator", "3"),
        ("Action 1: Finish['25.2']", "", "Finish", "25.2"),
        ("Thought 1: I add.\nAction 1: Clock[]", "I add.", "Clock", ""),
        ("Two lines.\nOf thought.\nAction 1: Clock[ ]", "Two lines.\nOf thought.", "Clock", ""),
        ("Action 1: Finish[a [b] c] and so on", "", "Finish", "a [b] c"),
        ("Action 1: Finish[one\ntwo]", "", "Finish", "one\ntwo"),
        ("Action 1: Calculator[3 * 4", "", "Calculator", "3 * 4"),
        ("Action 1: Calculator[3 * 4\nThought 2: [so]", "", "Calculator", "3 * 4"),
        ("Action 1: Calculator[3]\nAction 2: Finish[9]", "", "Calculator", "3"),
        ("Action: none yet.\nAction 1: Calculator[3]", "Action: none yet.", "Calculator", "3"),
        ("Action 1: Use the phone[112]", "", "Use the phone", "112"),
    ],
)
def test_the_first_action_counts(reply: str, thought: str, name: str, argument: str) -> None:
    found, action = read_action(reply)
    assert action is not None
    assert (found, action.name, action.argument, action.tool) == (thought, name, argument, name.casefold())


@pytest.mark.parametrize(
    "reply",
    [
        "", "The answer is 12.", "Action 1: add both.", "Actionable items (three) remain.", "I use Calculator[3].",
        "Action 1:", "Calculator(3)", "Finish", "Action 1: [3]", "Action 1: 7[3]",
        "Question: Why?\nAction 1: Clock[]",
        "Observation 1: 12\nAction 2: Finish[12]", "well\n**OBSERVATION**: 12\nAction 2: Finish[12]",
    ],
)  # fmt: skip
def test_a_reply_without_one_has_none(reply: str) -> None:
    assert read_action(reply)[1] is None


@pytest.mark.parametrize(
    ("reply", "argument"),
    [
        ("Action 1: Calculator[3 * 4", None),
        ("Action 1: Calculator[3 * 4]", "3 * 4"),
        ("Action 1: Calculator[3 * 4\nThought 2: and th", "3 * 4"),
        ("Action 1: Calcu", None),
    ],
)
def test_of_a_cut_reply_an_open_argument_is_none(reply: str, argument: str | None) -> None:
    action = read_action(reply, is_whole=False)[1]
    assert (action.argument if action else None) == argument


@pytest.mark.parametrize("text", [" Finish[12]", "`Finish[12]`", "\nFinish(12) done", "**Finish**[12]"])
def test_asked_for_the_action_alone_the_reply_begins_with_it(text: str) -> None:
    action = read_call(text)
    assert action is not None
    assert (action.name, action.argument) == ("Finish", "12")


@given(st.text() | st.text(alphabet="action 1:[]()\n*_`Thought", max_size=400), st.booleans())
def test_any_reply_can_be_read(reply: str, is_whole: bool) -> None:
    thought, action = read_action(reply, is_whole=is_whole)
    assert len(thought) <= len(reply)
    assert action is None or (action.name.strip() and len(action.name) <= 40)


@pytest.mark.parametrize("part", ["_", " ", "a[\n", "Action 1: a(\n", "action ", "[", "*_`", "a ", "Thought"])
@pytest.mark.parametrize("is_whole", [True, False])
def test_a_long_reply_is_read_at_once(part: str, is_whole: bool) -> None:
    started = time.process_time()
    read_action(part * (200_000 // len(part)), is_whole=is_whole)
    assert time.process_time() - started < 2
