"""What two setups send differently, message by message."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground import setups
from playground.evaluation.prompt_differences import BEGUN, prompt_differences

QUESTION = "A farm has 3 rows of 14 trees. How many trees?"


def setup(**data: Any) -> Any:
    task = {"input": QUESTION, **data.pop("task", {})}
    return setups.parse({"task": task, **data})


def told(baseline: Any, other: Any) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Of each request the labels, and of each message the role and the initials of what changed."""
    found = prompt_differences(baseline, other)
    return [
        (one.baseline_label, one.label, [(m.role, "".join(s.change[0] for s in m.segments)) for m in one.messages])
        for one in found
    ]


def test_the_same_setup_sends_the_same() -> None:
    (request,) = prompt_differences(setup(), setup(sampling={"seed": 3, "temperature": 0.7}))
    assert request.messages[0].same
    assert request.settings == ("Seed: 3 instead of none",)
    assert prompt_differences(setup(), setup())[0].same


def test_each_message_is_held_against_the_baselines() -> None:
    role = setup(strategy="role", task={"role": "You count trees."})
    assert told(setup(), role) == [("Answer", "Answer", [("system", "a"), ("user", "s")])]
    assert told(role, setup()) == [("Answer", "Answer", [("system", "r"), ("user", "s")])]
    other = setup(strategy="role", task={"role": "You count leaves."})
    (request,) = prompt_differences(role, other)
    assert [s.text for s in request.messages[0].segments if s.change == "added"] == ["leaves"]


def test_requests_that_only_one_of_them_sends() -> None:
    first, second = prompt_differences(setup(), setup(strategy="chain_of_thought"))
    assert (first.baseline_label, first.label) == ("Answer", "Reason")
    assert (second.baseline_label, second.label) == ("", "Extract answer")
    assert [m.role for m in first.messages] == ["user", BEGUN]
    assert [m.same for m in first.messages] == [True, False]
    assert not second.same


def test_how_many_answers_are_asked_for_is_a_difference() -> None:
    one = setup(strategy="self_consistency", options={"paths": 3})
    two = setup(strategy="self_consistency", options={"paths": 5})
    assert prompt_differences(one, two)[0].settings == ("Answers asked for: 5 instead of 3",)


def test_worked_examples_are_added_before_what_is_asked() -> None:
    shown = setup(strategy="few_shot", options={"layout": "turns"}, task={"examples": [{"input": "1", "output": "2"}]})
    (request,) = prompt_differences(setup(), shown)
    assert [(m.role, m.same) for m in request.messages] == [("user", False), ("assistant", False), ("user", True)]


def test_a_setup_that_cannot_be_asked_sends_nothing() -> None:
    assert prompt_differences(setup(), setup(strategy="few_shot")) == ()


def test_very_long_messages_are_shown_one_after_the_other() -> None:
    (request,) = prompt_differences(setup(), setup(task={"input": "word " * 10_000}))
    assert [segment.change for segment in request.messages[0].segments] == ["removed", "added"]


@given(st.lists(st.tuples(st.sampled_from(["a", "b c", "d"]), st.sampled_from(["1", "2 3"])), min_size=1, max_size=4))
def test_both_prompts_can_be_read_back(pairs: list[tuple[str, str]]) -> None:
    examples = [{"input": one, "output": two} for one, two in pairs]
    shown = setup(strategy="few_shot", options={"layout": "turns"}, task={"examples": examples})
    (request,) = prompt_differences(setup(), shown)
    for kept, wanted in (("added", [QUESTION]), ("removed", [*(t for pair in pairs for t in pair), QUESTION])):
        texts = ["".join(s.text for s in m.segments if s.change != kept) for m in request.messages]
        assert [text for text in texts if text] == wanted


@pytest.mark.parametrize("value", [(), {}, None])
def test_a_setting_that_is_not_set_is_called_none(value: Any) -> None:
    (request,) = prompt_differences(setup(sampling={"stop": ["x"], "logit_bias": {2: 1.0}, "seed": 1}), setup())
    assert all(line.split(": ", 1)[1].startswith("none instead of") for line in request.settings)
