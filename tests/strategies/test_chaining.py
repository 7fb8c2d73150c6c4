"""A chain's templates: which steps each can use, and what is said of one that it cannot; and how a step is asked."""

import random
from dataclasses import replace
from typing import Any, get_args

import pytest

from playground import setups
from playground.backends.base import Request
from playground.errors import InvalidSetup
from playground.running import runner
from playground.strategies import STRATEGIES, technique_of
from playground.strategies.answers.reading_anew import read_anew
from playground.strategies.chaining import STEP_TECHNIQUES
from playground.task import StepTechnique
from playground.types import Completion, Run, Setup, Step

END = ": a step can use {input}, {previous} and the steps before it."


@pytest.mark.parametrize(
    ("templates", "message"),
    [
        (["{A}", "x"], "`task.steps.0.template` names itself" + END),
        (["x", "{A} {B}"], "`task.steps.1.template` names itself" + END),
        (["{B}", "x"], "`task.steps.0.template` names {B}, a step that comes after it" + END),
        (["{C}", "x"], "`task.steps.0.template` cannot be filled in. The template names {C}, which is not known here"),
    ],
)
def test_a_template_that_names_itself_a_later_step_or_none_is_refused(templates: list[str], message: str) -> None:
    steps = [{"name": name, "template": template} for name, template in zip("AB", templates, strict=True)]
    setup = setups.parse({"strategy": "chaining", "task": {"input": "tea", "steps": steps}})
    with pytest.raises(InvalidSetup) as caught:
        technique_of(setup).check(setup.task)
    assert str(caught.value).startswith(message)


def test_a_name_in_doubled_braces_is_no_reference() -> None:
    steps = [{"name": "A", "template": "Write {{A}} for {input}"}]
    setup = setups.parse({"strategy": "chaining", "task": {"input": "tea", "steps": steps}})
    technique_of(setup).check(setup.task)


# ------------------------------------------------------------------------------------ how a step is asked
def chain(*steps: tuple[str, str, str], **task: Any) -> Setup:
    rows = [{"name": name, "template": template, "strategy": strategy} for name, template, strategy in steps]
    return setups.parse({"strategy": "chaining", "task": {"input": "5 + 5?", "steps": rows, **task}})


SOLVED = chain(
    ("Facts", "Known of {input}", "zero_shot"),
    ("Solve", "{input} {Facts}", "plan_and_solve"),
    ("Say", "Say: {previous}", "zero_shot"),
)


def reply(request: Request, _: random.Random) -> str:
    asked = request.messages[-1].content
    if request.prefill.endswith("Therefore, the answer is"):
        return " 10"
    return "two fives" if asked.startswith("Known") else f"<think>Hm.</think>I say {asked.split()[-1]}"


def run(setup: Setup, catalog: Any, given: tuple[Step, ...] = ()) -> Run:
    technique_of(setup).check(setup.task)
    *_, last = runner.run(setup, catalog, earlier_steps=given)
    return last


def test_the_techniques_of_a_step_are_those_that_need_nothing_but_an_input() -> None:
    assert list(STEP_TECHNIQUES) == list(get_args(StepTechnique))
    assert list(STEP_TECHNIQUES) == [name for name in STRATEGIES if name in STEP_TECHNIQUES]  # in their order
    assert all(technique.required == ("input",) for technique in STEP_TECHNIQUES.values())
    left_out = {
        "few_shot",
        "role",
        "contextual",
        "instruction",
        "delimiters",
        "negative",
        "chaining",
        "conversation",
        "retrieval",
        "panel",
        "function_calling",
    }
    assert {*STRATEGIES} - {*STEP_TECHNIQUES} == left_out


@pytest.mark.parametrize("name", ["few_shot", "chaining", "role", "nothing", "", None, 5])
def test_a_technique_that_is_no_step_is_refused_with_the_reason(name: Any) -> None:
    row = {"name": "A", "template": "x", "strategy": name}
    with pytest.raises(
        InvalidSetup, match=r"one of zero_shot, .*few-shot has no examples for one step alone"
    ) as caught:
        setups.parse({"strategy": "chaining", "task": {"input": "tea", "steps": [row]}})
    assert caught.value.path == ("task", "steps", 0, "strategy")


def test_a_step_without_a_technique_is_what_it_was() -> None:
    rows = [{"name": "A", "template": "{input}"}, {"name": "B", "template": "{A}", "strategy": "zero_shot"}]
    setup = setups.parse({"strategy": "chaining", "task": {"input": "tea", "steps": rows}})
    assert [step.strategy for step in setup.task.steps] == ["zero_shot", "zero_shot"]
    written = [{"name": "A", "template": "{input}"}, {"name": "B", "template": "{A}"}]
    assert setups.changed_settings(setup)["task"]["steps"] == written


def test_what_a_technique_answers_is_what_the_next_step_builds_on(catalog_of: Any) -> None:
    found = run(SOLVED, catalog_of(reply))
    assert [step.label for step in found.steps] == ["Facts", "Solve: Reason", "Solve: Extract answer", "Say"]
    assert [step.messages[-1].content for step in found.steps[1:3]] == ["5 + 5? two fives"] * 2
    assert found.steps[3].messages[-1].content == "Say: 10"
    assert (found.answer, found.how) == ("I say 10", "Solve: Read by a second call, after the reasoning.")
    assert read_anew(found, replace(SOLVED, task=replace(SOLVED.task, answer="number")))


@pytest.mark.parametrize(
    ("at", "text", "asked"),
    [
        (0, "three fives", ["Solve: Reason", "Solve: Extract answer", "Say"]),
        (1, " It is 15.", ["Solve: Extract answer", "Say"]),
        (2, " 15", ["Say"]),
    ],
)
def test_an_inner_answer_that_is_edited_is_built_upon(catalog_of: Any, at: int, text: str, asked: list[str]) -> None:
    first = run(SOLVED, catalog_of(reply))
    edited = replace(first.steps[at], completions=(Completion(text=text, finish_reason="stop", edited=True),))
    requests: list[Request] = []

    def noted(request: Request, rng: random.Random) -> str:
        requests.append(request)
        return reply(request, rng)

    second = run(SOLVED, catalog_of(noted), (*first.steps[:at], edited))
    assert [step.label for step in second.steps] == [step.label for step in first.steps]
    assert len(requests) == len(asked)
    assert text.strip() in requests[0].messages[-1].content + requests[0].prefill
    assert second.steps[3].messages[-1].content == ("Say: 15" if at == 2 else "Say: 10")


def test_the_votes_of_the_last_step_are_those_of_the_chain(catalog_of: Any) -> None:
    found = run(chain(("A", "{input}", "zero_shot"), ("Vote", "{input}", "self_consistency")), catalog_of(reply))
    assert found.steps[1].label == "Vote: Sample paths"
    assert {step.together for step in found.steps[2:]} == {"Vote: Answers of the paths"}
    assert found.answer == "10"
    assert [(vote.answer, vote.count) for vote in found.votes] == [("10", 10)]
    assert technique_of(found.setup).voters(found) == found.steps[1].completions
    assert found.how == "Vote: 10 of 10 paths agree."
    before = run(chain(("Vote", "{input}", "self_consistency"), ("A", "{Vote}", "zero_shot")), catalog_of(reply))
    assert (before.votes, technique_of(before.setup).voters(before)) == ((), ())


def test_the_drafts_of_a_step_are_compared(catalog_of: Any) -> None:
    said = iter(["Tea is hot.", "Shorter.", "Tea: hot.", "Nothing left to improve.", "Done"])
    found = run(
        chain(("Text", "{input}", "self_refine"), ("Say", "{Text}", "zero_shot")), catalog_of(lambda *_: next(said))
    )
    assert [step.label for step in technique_of(found.setup).drafts(found)] == ["Text: Draft", "Text: Revision 1"]
    assert found.steps[-1].messages[-1].content == "Tea: hot."


def test_a_tool_that_a_step_uses_is_named_after_it(catalog_of: Any) -> None:
    said = iter([" I calculate.\nAction 1: Calculator[5 + 5]", " Done.\nAction 2: Finish[10]", "Ten."])
    found = run(chain(("Sum", "{input}", "react"), ("Say", "{Sum}", "zero_shot")), catalog_of(lambda *_: next(said)))
    assert [step.label for step in found.steps] == ["Sum: Thought 1", "Sum: Observation 1", "Sum: Thought 2", "Say"]
    assert found.steps[2].depends_on == ("Sum: Thought 1", "Sum: Observation 1")
    assert found.steps[3].depends_on == ("Sum: Thought 1", "Sum: Observation 1", "Sum: Thought 2")
    assert (found.steps[3].messages[-1].content, found.answer) == ("10", "Ten.")


def test_a_step_without_an_answer_says_so_and_hands_on_what_was_said_last(catalog_of: Any) -> None:
    found = run(
        chain(("Sum", "{input}", "react"), ("Say", "Of {Sum}", "zero_shot")), catalog_of(lambda *_: "It is ten")
    )
    assert found.steps[-1].messages[-1].content == "Of It is ten"
    assert found.how.startswith("Sum: Round 1 has no action, though it was asked for.")
    assert found.how.endswith("What was said last goes on.")
    empty = run(chain(("Sum", "{input}", "perspectives"), ("Say", "Of {Sum}", "zero_shot")), catalog_of(lambda *_: ""))
    assert empty.how.startswith("Step 'Sum' gave nothing to build on: None of 3 points of view was answered.")


def test_the_calls_of_a_chain_are_those_of_its_steps_together() -> None:
    calls = technique_of(SOLVED).calls(SOLVED.task)
    assert (calls.least, calls.most) == (3, 4)
