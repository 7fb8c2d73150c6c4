"""Self-Refine: when it stops, and what it says about why."""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from playground import setups
from playground.backends.base import Request
from playground.running import runner
from playground.strategies import technique_of
from playground.strategies.self_refine import SAYS_NOTHING_LEFT
from playground.types import Completion, Run, Step

THOUGHT = "<think>Well,"


def replies(
    feedback: list[str], revisions: list[str], draft: str = "Tea is hot."
) -> Callable[[Request, random.Random], str]:
    left, better = iter(feedback), iter(revisions)

    def reply(request: Request, _: random.Random) -> str:
        asked = request.messages[-1].content
        if "How could this answer be better?" in asked:
            return next(left)
        return next(better) if "improved by the feedback" in asked else draft

    return reply


def ran(catalog: Any, rounds: int = 4, given: tuple[Step, ...] = ()) -> Run:
    setup = setups.parse({"strategy": "self_refine", "options": {"rounds": rounds}, "task": {"input": "Tea?"}})
    *_, run = runner.run(setup, catalog, earlier_steps=given)
    return run


def test_it_stops_when_the_feedback_says_that_nothing_is_left(catalog_of: Any) -> None:
    run = ran(catalog_of(replies(["Say when.", "Nothing left to improve."], ["Tea is hot at first."])))
    assert [step.label for step in run.steps] == ["Draft", "Feedback 1", "Revision 1", "Feedback 2"]
    assert (run.answer, run.how) == ("Tea is hot at first.", "Feedback 2 says that nothing is left to improve.")


@pytest.mark.parametrize(
    ("feedback", "revisions", "answer", "how"),
    [
        ([""], [], "Tea is hot.", "Feedback 1 is empty. No answer in the reply."),
        ([THOUGHT], [], "Tea is hot.", "Feedback 1 is empty. The reply is thought and nothing else."),
        (
            ["Say when."],
            [THOUGHT],
            "Tea is hot.",
            "Revision 1 is empty, so what it was to revise stays. The reply is thought and nothing else.",
        ),
        (["Say when."], ["Tea is hot."], "Tea is hot.", "Revision 1 changed nothing."),
        (["Say when.", "No."], ["Tea!", "Tea."], "Tea.", "The revision after 2 rounds, the most that were allowed."),
    ],
)
def test_it_says_why_it_ended(
    catalog_of: Any, feedback: list[str], revisions: list[str], answer: str, how: str
) -> None:
    run = ran(catalog_of(replies(feedback, revisions)), rounds=2)
    assert (run.answer, run.how) == (answer, how)


@pytest.mark.parametrize(
    ("draft", "why"), [("", "No answer in the reply."), (THOUGHT, "The reply is thought and nothing else.")]
)
def test_without_a_draft_there_is_nothing_to_improve(catalog_of: Any, draft: str, why: str) -> None:
    run = ran(catalog_of(replies([], [], draft)))
    assert len(run.steps) == 1
    assert (run.answer, run.how) == ("", f"There is no draft to improve. {why}")


@pytest.mark.parametrize(
    ("said", "stops"),
    [
        ("Nothing left to improve.", True),
        ("**Nothing left to improve**", True),
        ('"Nothing left to improve."', True),
        ("There is nothing left to improve. The answer is clear.", True),
        ("nothing is left to improve!", True),
        ("Nothing left to improve, except the end.", False),
        ("Nothing left to improve but the end", False),
        ("1. Say when.\n2. Nothing left to improve.", False),
        ("If there is nothing left to improve, I will say so.", False),
        ("It is not true that nothing is left to improve.", False),
    ],
)
def test_only_feedback_that_begins_with_the_words_stops(said: str, stops: bool) -> None:
    assert bool(SAYS_NOTHING_LEFT.match(said)) == stops


def test_edited_feedback_is_gone_on_from_and_drafts_are_in_order(catalog_of: Any) -> None:
    first = ran(catalog_of(replies(["Nothing left to improve."], [])))
    mine = replace(first.steps[1], completions=(Completion(text="Say when.", finish_reason="stop", edited=True),))
    second = ran(catalog_of(replies(["Nothing left to improve."], ["At noon."])), given=(first.steps[0], mine))
    assert second.answer == "At noon."
    drafts = technique_of(second.setup).drafts(second)
    assert [step.label for step in drafts] == ["Draft", "Revision 1"]
