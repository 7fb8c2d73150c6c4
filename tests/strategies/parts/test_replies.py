"""What techniques make of replies that think aloud, or that end before they answer."""

from typing import Any

import pytest

from playground import setups
from playground.backends.base import Request
from playground.backends.scripted import ReplyRule
from playground.running import runner
from playground.strategies.parts.replies import read_reply
from playground.types import Completion, Run, Task

THOUGHT = "<think>\nThree eights are 24, or 20?\n</think>\n\nThe answer is 72."
CUT = "<think>\nThree eights are 24 and"
EXAMPLE = {"input": "1 + 1", "output": "The answer is 2."}


def run(catalog_of: Any, reply: ReplyRule | str, strategy: str, **given: Any) -> Run:
    """The run; a second call that reads off the answer gets 72."""
    options = given.pop("options", {})
    task = {"input": "What is it?", "answer": "number", **given}
    setup = setups.parse({"strategy": strategy, "options": options, "task": task})

    def constant(request: Request, _: Any) -> str:
        return "72" if "Therefore" in request.prefill else str(reply)

    catalog = catalog_of(constant if isinstance(reply, str) else reply)
    *_, last = runner.run(setup, catalog)
    return last


TECHNIQUES: list[tuple[str, dict[str, Any]]] = [
    ("zero_shot", {}),
    ("few_shot", {"examples": [EXAMPLE]}),
    ("chain_of_thought", {}),
    ("chain_of_thought", {"options": {"form": "few_shot"}, "examples": [EXAMPLE]}),
    ("self_consistency", {"options": {"paths": 3}}),
    ("self_consistency", {"options": {"paths": 3, "form": "few_shot"}, "examples": [EXAMPLE]}),
]


@pytest.mark.parametrize(("strategy", "given"), TECHNIQUES)
def test_no_technique_reads_an_answer_from_a_thought(catalog_of: Any, strategy: str, given: dict[str, Any]) -> None:
    assert run(catalog_of, THOUGHT, strategy, **given).answer == "72"
    cut = run(catalog_of, CUT, strategy, **given)
    assert (cut.status, cut.answer) == ("done", "")
    assert "think" in cut.how or "thought" in cut.how
    assert cut.steps[0].completions[0].text == CUT  # what came back is shown as it came


def test_a_role_says_what_was_said(catalog_of: Any) -> None:
    found = run(catalog_of, "<think>Hm.</think>Ahoy!", "role", answer="text", role="A pirate")
    assert (found.answer, found.how) == ("Ahoy!", "")


def test_a_chain_hands_on_what_was_said_and_not_what_was_thought(catalog_of: Any) -> None:
    steps = [{"name": "one", "template": "First: {input}"}, {"name": "two", "template": "Then: {previous}"}]
    found = run(catalog_of, THOUGHT, "chaining", answer="text", steps=steps)
    assert found.steps[1].messages[-1].content == "Then: The answer is 72."
    assert (found.answer, found.how) == ("The answer is 72.", "")
    assert found.steps[0].completions[0].text == THOUGHT


def test_a_chain_says_which_step_gave_nothing_to_build_on(catalog_of: Any) -> None:
    steps = [{"name": "one", "template": "First: {input}"}, {"name": "two", "template": "Then: {previous}"}]
    found = run(catalog_of, CUT, "chaining", answer="text", steps=steps)
    assert found.answer == ""
    assert found.how.startswith("Step 'one' gave nothing to build on: The reply is thought")


def test_the_second_call_goes_on_from_what_was_said(catalog_of: Any) -> None:
    found = run(catalog_of, THOUGHT, "chain_of_thought")
    assert found.steps[1].prefix == (
        "Let's think step by step. The answer is 72.\nTherefore, the answer (arabic numerals) is"
    )


def test_paths_that_never_came_to_an_answer_abstain(catalog_of: Any) -> None:
    said = iter([CUT, "So 5.", "So 5."])

    def reply(request: Request, _: Any) -> str:
        return "5" if "Therefore" in request.prefill else next(said)

    found = run(catalog_of, reply, "self_consistency", options={"paths": 3})
    assert [(vote.answer, vote.paths) for vote in found.votes] == [("5", (1, 2))]
    assert [step.label for step in found.steps] == ["Sample paths", "Answer of path 2", "Answer of path 3"]


CUT_OFF = "The reply was cut off at the token limit"


@pytest.mark.parametrize(
    ("text", "thought", "end", "answer", "how"),
    [
        ("", "Hm", "length", "", f"{CUT_OFF} while the model was still thinking; raise max tokens."),
        (CUT, "", "length", "", f"{CUT_OFF} while the model was still thinking; raise max tokens."),
        ("", "Hm", "stop", "", "The reply is thought and nothing else."),
        ("Let us see", "", "length", "Let us see", f"{CUT_OFF} before a number came. This is all of it."),
        ("None.", "", "stop", "None.", "No number in the reply. This is all of it."),
        ("It is 5", "", "length", "5", f"First number in the reply. {CUT_OFF}."),
        (r"3 of \boxed{5}", "", "stop", "5", r"Number after \boxed in the reply."),
    ],
)
def test_why_an_answer_is_missing_or_doubtful_is_said(text: str, thought: str, end: Any, answer: str, how: str) -> None:
    found = read_reply(Completion(text=text, reasoning=thought, finish_reason=end), Task(input="?", answer="number"))
    assert (found.text, found.how) == (answer, how)


@pytest.mark.parametrize(
    ("strategy", "options", "said", "words"),
    [
        ("self_consistency", {"paths": 2}, "Hm", "None of 2 paths gave an answer. No number in the reply."),
        ("self_consistency", {"paths": 2, "form": "few_shot"}, "Hm", "paths gave an answer. No number in the reply."),
        ("self_consistency", {"paths": 2}, "so " * 60, "The reasoning of 2 of 2 paths was cut off at the token limit"),
        ("chain_of_thought", {}, "so " * 60, "The reasoning was cut off at the token limit; raise max tokens."),
        ("self_consistency", {"paths": 2}, CUT + "so " * 60, "still thinking; raise max tokens."),
    ],
)
def test_a_run_without_an_answer_says_why(
    catalog_of: Any, strategy: str, options: dict[str, Any], said: str, words: str
) -> None:
    def hums(request: Request, _: Any) -> str:
        return "Hm" if "Therefore" in request.prefill else said

    task = {"input": "What is it?", "answer": "number", "examples": [EXAMPLE]}
    setup = setups.parse({"strategy": strategy, "options": options, "task": task, "sampling": {"max_tokens": 20}})
    *_, found = runner.run(setup, catalog_of(hums))
    assert found.answer == ""
    assert words in found.how
