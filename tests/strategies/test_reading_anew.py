"""Another answer type reads something else out of the same replies, and asks no model for that."""

import random
from dataclasses import replace
from typing import Any

import pytest

from playground import setups
from playground.backends.base import Request
from playground.running import runner
from playground.strategies.answers.reading_anew import read_anew
from playground.types import Run

REVIEW = {"input": "Is 12 an even number?"}
WORKED = [{"input": "Is 3?", "output": "3 is odd. The answer is No."}]
REPLY = "Yes, for 12 is 2 * 6."


def run_of(catalog_of: Any, data: dict[str, Any]) -> Run:
    def reply(request: Request, rng: random.Random) -> str:
        return REPLY

    *_, last = runner.run(setups.parse(data), catalog_of(reply))
    return last


@pytest.mark.parametrize(
    ("data", "task", "answer"),
    [
        ({"strategy": "zero_shot", "task": REVIEW}, {"answer": "number"}, "12"),
        ({"strategy": "zero_shot", "task": {**REVIEW, "answer": "number"}}, {"answer": "yes_no"}, "Yes"),
        ({"strategy": "zero_shot", "task": {**REVIEW, "answer": "number"}}, {"answer": "text"}, REPLY),
        ({"task": REVIEW}, {"answer": "label", "labels": ["no", "yes"]}, "yes"),
        (
            {"strategy": "self_consistency", "options": {"form": "few_shot", "paths": 3},
             "task": {**REVIEW, "examples": WORKED, "answer": "number"}},
            {"answer": "yes_no"},
            "Yes",
        ),
    ],
)  # fmt: skip
def test_the_answer_is_read_out_of_the_same_replies(
    catalog_of: Any, data: dict[str, Any], task: dict[str, Any], answer: str
) -> None:
    before = run_of(catalog_of, data)
    setup = setups.parse({**data, "task": {**data["task"], **task}})
    again = read_anew(before, setup)
    assert again is not None
    assert (again.answer, again.setup, again.steps) == (answer, setup, before.steps)
    assert run_of(catalog_of, setups.to_dict(setup)).answer == answer, "as a new run would have it"
    assert [vote.count for vote in again.votes] == ([3] if before.votes else [])


@pytest.mark.parametrize(
    ("data", "changes"),
    [
        ({"task": REVIEW}, {}),
        ({"task": REVIEW}, {"task": {"input": "Is 13?", "answer": "number"}}),
        ({"task": REVIEW}, {"task": {**REVIEW, "answer": "number"}, "sampling": {"max_tokens": 5}}),
        # The second call names the kind of answer, so it would not be the same.
        (
            {"strategy": "chain_of_thought", "task": {**REVIEW, "answer": "yes_no"}},
            {"task": {**REVIEW, "answer": "number"}},
        ),
    ],
)
def test_where_something_else_would_be_sent_only_a_run_can_tell(
    catalog_of: Any, data: dict[str, Any], changes: dict[str, Any]
) -> None:
    before = run_of(catalog_of, data)
    assert read_anew(before, setups.parse({**data, **changes})) is None


def test_a_run_that_was_stopped_is_not_read(catalog_of: Any) -> None:
    before = replace(run_of(catalog_of, {"task": REVIEW}), status="stopped")
    assert read_anew(before, setups.parse({"task": {**REVIEW, "answer": "number"}})) is None
