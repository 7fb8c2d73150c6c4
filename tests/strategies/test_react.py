"""ReAct, round by round: what is sent, what a tool is asked, and how it ends."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from playground import setups
from playground.backends.base import Capabilities, Request
from playground.prompts import prompts_of
from playground.running import runner
from playground.strategies.with_tools.react import INSTRUCTIONS
from playground.types import Run, Setup

QUESTION = "How much are 37 boxes?"
Reply = Callable[[Request, random.Random], str]


def says(*replies: str) -> Reply:
    """One reply after the other, and the last one again and again."""
    left = list(replies)
    return lambda *_: left.pop(0) if len(left) > 1 else left[0]


def setup(rounds: int = 5, **task: Any) -> Setup:
    return setups.parse({
        "strategy": "react", "options": {"rounds": rounds}, "task": {"input": QUESTION, "answer": "number", **task},
    })  # fmt: skip


def ran(catalog: Any, rounds: int = 5, sampling: dict[str, Any] | None = None, **task: Any) -> Run:
    data = setups.to_dict(setup(rounds, **task))
    *_, run = runner.run(setups.parse({**data, "sampling": sampling or {}}), catalog)
    assert run.status == "done"
    return run


def told(run: Run) -> list[tuple[str, str, str]]:
    """Label, tool and what came, step by step."""
    return [(step.label, step.tool, step.completions[0].text) for step in run.steps]


def test_what_is_sent_first() -> None:
    first, asked_for = prompts_of(setup(role="You buy pens."))
    system, user = first.step.messages
    assert (system.role, system.content) == ("system", "You buy pens.")
    assert (
        user.content
        == f"""\
Answer the question in rounds of Thought, Action and Observation. A thought says what is known and what to do next. \
An action is one of these:
Calculator[3 * (4 + 5)] works out one line of arithmetic.
Clock[] tells the date and the time.
Finish[answer] gives the answer and ends.
The observation is what the action gave. Use the calculator for all arithmetic.

Question: A box holds 24 pencils, and a pencil costs 0.35 dollars. How many dollars do 3 boxes cost?
Thought 1: I need to calculate 3 * 24 * 0.35.
Action 1: Calculator[3 * 24 * 0.35]
Observation 1: 25.2
Thought 2: The answer is 25.2.
Action 2: Finish[25.2]

Question: Which month is it?
Thought 1: I need to know the date.
Action 1: Clock[]
Observation 1: Tuesday, 4 June 2024, 11:20 UTC
Thought 2: The answer is June.
Action 2: Finish[June]

Question: Mia has 19 stamps and gives away 4. How many are left?
Thought 1: I need to calculate 19 - 4.
Action 1: Calculator[19 - 4]
Observation 1: 15
Thought 2: The answer is 15.
Action 2: Finish[15]

Question: {QUESTION}"""
    )
    assert (first.step.prefix, first.sampling.stop) == ("Thought 1:", ("\nObservation", "\nQuestion"))
    assert asked_for.step.label == "Action 1"
    assert asked_for.step.prefix == "Thought 1: \u27e8Thought 1\u27e9\nAction 1:"
    assert asked_for.sampling.stop == ("\n",)


def test_a_question_may_hold_anything() -> None:
    assert prompts_of(setup(input="What is {actions} {x} {0}?"))[0].step.messages[0].content.endswith("{x} {0}?")
    assert "{input}" in INSTRUCTIONS


def test_a_tool_is_asked_and_its_answer_is_read(catalog_of: Any) -> None:
    catalog = catalog_of(
        says(" I work it out.\nAction 1: Calculator[37 * 48 * 0.65]", " So.\nAction 2: Finish[1154.4]")
    )
    run = ran(catalog)
    assert told(run) == [
        ("Thought 1", "", " I work it out.\nAction 1: Calculator[37 * 48 * 0.65]"),
        ("Observation 1", "calculator", "1154.4"),
        ("Thought 2", "", " So.\nAction 2: Finish[1154.4]"),
    ]
    assert (run.answer, run.how) == ("1154.4", "Finish, in round 2.")
    _, tool, second = run.steps
    assert [message.content for message in tool.messages] == ["37 * 48 * 0.65"]
    assert second.prefix == (
        "Thought 1: I work it out.\nAction 1: Calculator[37 * 48 * 0.65]\nObservation 1: 1154.4\nThought 2:"
    )
    assert [step.depends_on for step in run.steps] == [(), ("Thought 1",), ("Thought 1", "Observation 1")]
    assert run.calls == 2


def test_no_observation_is_the_models_own(catalog_of: Any) -> None:
    """A model without stop strings, or one that writes the word otherwise, still reads what the tool says."""
    invented = " Easy.\nAction 1: Calculator[2 + 2]\nObservation 1: 5\nThought 2: It is 5.\nAction 2: Finish[5]"
    run = ran(catalog_of(says(invented, " Then.\nAction 2: Finish[4]")))
    assert run.answer == "4"
    assert "5" not in run.steps[-1].prefix
    assert run.steps[0].completions[0].text == " Easy.\nAction 1: Calculator[2 + 2]"


@pytest.mark.parametrize(
    ("action", "observation"),
    [
        ("Search[pens]", "There is no tool called 'search'; there are calculator, clock."),
        ("Calculator[__import__('os')]", "Refused: '__import__' is not known"),
        ("Calculator[9**9**9]", "Refused: a number on the way has more than 100 digits."),
        ("Calculator[]", "Refused: there is nothing to work out"),
        ("Clock[Paris]", "Refused: the clock takes nothing"),
    ],
)
def test_a_refusal_is_an_observation_and_the_run_goes_on(catalog_of: Any, action: str, observation: str) -> None:
    run = ran(catalog_of(says(f" Try.\nAction 1: {action}", " Well.\nAction 2: Finish[7]")))
    assert run.steps[1].completions[0].text.startswith(observation)
    assert observation in run.steps[2].prefix
    assert run.answer == "7"


def test_a_reply_without_an_action_is_asked_for_it_alone(catalog_of: Any) -> None:
    run = ran(catalog_of(says(" I would add.\nAnd then?", " Calculator[2 + 2]", " Good.\nAction 2: Finish[4]")))
    assert [label for label, _, _ in told(run)] == ["Thought 1", "Action 1", "Observation 1", "Thought 2"]
    assert run.steps[1].prefix == "Thought 1: I would add.\nAction 1:"
    assert run.steps[3].prefix == "Thought 1: I would add.\nAction 1: Calculator[2 + 2]\nObservation 1: 4\nThought 2:"
    assert run.answer == "4"


def test_without_an_action_even_then_it_ends(catalog_of: Any) -> None:
    run = ran(catalog_of(says(" It is 12.")))
    assert (run.answer, len(run.steps)) == ("", 2)
    assert run.how.startswith("Round 1 has no action, though it was asked for.")
    assert "Finish[answer]" in run.how


def test_a_cut_reply_is_asked_for_its_action_and_named(catalog_of: Any) -> None:
    run = ran(catalog_of(says(" I work it out now")), sampling={"max_tokens": 3})
    assert run.steps[0].completions[0].finish_reason == "length"
    assert run.steps[1].label == "Action 1"
    assert run.how.endswith("raise max tokens.")


def test_a_cut_argument_is_not_used(catalog_of: Any) -> None:
    run = ran(catalog_of(says(" Go.\nAction 1: Calculator[37 * 48", " Finish[3]")), sampling={"max_tokens": 5})
    assert run.steps[0].completions[0].finish_reason == "length"
    assert [step.tool for step in run.steps] == ["", ""]
    assert run.answer == "3"


def test_it_ends_with_its_last_round(catalog_of: Any) -> None:
    run = ran(catalog_of(says(" Again.\nAction 1: Calculator[1 + 1]")), rounds=3)
    assert [step.tool for step in run.steps] == ["", "calculator"] * 3
    assert (run.answer, run.calls) == ("", 3)
    assert run.how == "No Finish in 3 rounds, which is the most it was given."


@pytest.mark.parametrize(
    ("task", "finish", "answer", "how"),
    [
        ({"answer": "number"}, "$1,154.40", "1154.4", "Finish, in round 1."),
        ({"answer": "number"}, "many", "many", "Finish, in round 1, was given no answer of the type number."),
        ({"answer": "number"}, "37 * 48", "37 * 48", "Finish, in round 1, was given no answer of the type number."),
        ({"answer": "choice", "labels": ["A", "B"]}, "B", "B", "Finish, in round 1."),
        ({"answer": "yes_no"}, "yes, they do", "Yes", "Finish, in round 1."),
        ({"answer": "text"}, "Two\nlines", "Two\nlines", "Finish, in round 1."),
        ({"answer": "text"}, "", "", "Finish, in round 1, was given no answer."),
        ({"answer": "label", "labels": ["cheap", "dear"]}, "It is dear", "dear", "Finish, in round 1."),
    ],
)
def test_the_answer_is_what_finish_was_given(
    catalog_of: Any, task: dict[str, Any], finish: str, answer: str, how: str
) -> None:
    run = ran(catalog_of(says(f" So.\nAction 1: Finish[{finish}]")), **task)
    assert (run.answer, run.how) == (answer, how)


def test_a_thought_in_tags_is_handed_on_no_further(catalog_of: Any) -> None:
    replies = says("<think>Hmm, Finish[1]</think> Add.\nAction 1: Calculator[1 + 2]", " So.\nAction 2: Finish[3]")
    run = ran(catalog_of(replies))
    assert "Hmm" not in run.steps[-1].prefix
    assert run.answer == "3"


def test_a_model_without_prefill_reads_the_rounds_in_the_question(catalog_of: Any) -> None:
    asked: list[Request] = []
    replies = says("Thought 1: Add.\nAction 1: Calculator[1 + 2]", "Action 2: Finish[3]")

    def reply(request: Request, rng: random.Random) -> str:
        asked.append(request)
        return replies(request, rng)

    names = frozenset({"max_tokens", "seed", "stop", "temperature"})
    run = ran(catalog_of(reply, capabilities=Capabilities(prefill=False, sampling=names, context_length=4096)))
    assert run.answer == "3"
    assert asked[1].prefill == ""
    assert (
        asked[1]
        .messages[-1]
        .content.endswith("Thought 1: Add.\nAction 1: Calculator[1 + 2]\nObservation 1: 3\nThought 2:")
    )
