"""What a tool was asked and what it said is a step of the run: kept, shown, rewritten and gone on from, and no call."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from playground import setups
from playground.backends.base import Request
from playground.evaluation.store import records
from playground.prompts import prompts_of
from playground.running import runner
from playground.running.transcript import mark_stopped
from playground.strategies import STRATEGIES, Ask, Running, Strategy, TechniqueCard
from playground.strategies.answers.reading_anew import read_anew
from playground.strategies.base import Answer, user_message
from playground.types import Message, Origin, Run, Task
from playground.ui.compare import answers_values
from playground.ui.playground import editing
from playground.ui.run_view import measures, steps_values
from playground.ui.run_view.places import Edit

SETUP = setups.parse({"strategy": "react", "task": {"input": "2 + 2?", "answer": "number"}})


@dataclass(frozen=True, kw_only=True)
class Sum(Strategy):
    """Asks a tool before it asks a model."""

    name = "sum"
    title = "Sum"
    task_fields = ("input", "answer")
    card = TechniqueCard(summary="", helps="", fails="", cost="")

    def run(self, task: Task, ask: Ask) -> Running:
        total = yield from ask.use("Work out", "calculator", task.input)
        (said,) = yield from ask("Say", (user_message(f"Say {total.text} of {task.input}"),), depends_on=("Work out",))
        return Answer(text=said.text)


@pytest.fixture(autouse=True)
def _sum(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(STRATEGIES, "sum", Sum)


def reply(request: Request, _: random.Random) -> str:
    """Works it out, and finishes with what the last observation said."""
    rounds = request.prefill.split("Observation ")[1:]
    if not rounds:
        return " I add.\nAction 1: Calculator[2 + 2]"
    return f" That is it.\nAction 2: Finish[{rounds[-1].split(':')[1].split()[0]}]"


@pytest.fixture
def run(catalog_of: Callable[..., Any]) -> Run:
    *_, run = runner.run(SETUP, catalog_of(reply))
    return run


def test_the_step_says_which_tool_answered_and_what_it_was_asked(run: Run) -> None:
    step = run.steps[1]
    assert (step.tool, step.messages) == ("calculator", (Message("user", "2 + 2"),))
    (completion,) = step.completions
    assert (completion.text, completion.finish_reason) == ("4", "stop")
    assert completion.origin == Origin(weights="", tool="calculator")


def test_it_costs_no_tokens_and_is_no_call(run: Run) -> None:
    asked = [step for step in run.steps if not step.tool]
    assert run.completion_tokens == sum(c.completion_tokens for step in asked for c in step.completions)
    assert (run.steps[1].completions[0].completion_tokens, run.steps[1].completions[0].prompt_tokens) == (0, 0)
    assert run.calls == len(asked) == 2
    assert dict(measures.metrics(run))["Calls"] == "2"
    assert answers_values.origin(run, None)["said"] == answers_values.UNSAID  # of the models, not of the tool


def test_it_is_kept_whole_in_json_and_in_the_store(run: Run) -> None:
    assert setups.run_from_dict(setups.run_to_dict(run)) == run
    kept = records.load_record(records.dump_record(records.make_record(run)))
    assert kept
    assert [step.tool for step in kept.run.steps] == ["", "calculator", ""]
    assert kept.run.steps[1] == run.steps[1]


def test_runs_from_before_there_were_tools_open(run: Run) -> None:
    data = setups.run_to_dict(run)
    for step in data["steps"]:
        del step["tool"]
        for completion in step["completions"]:
            if completion["origin"]:
                del completion["origin"]["tool"]
    assert [step.tool for step in setups.run_from_dict(data).steps] == ["", "", ""]


def test_it_is_shown_with_what_was_asked_of_whom(run: Run) -> None:
    shown = steps_values.steps_value(run)["steps"][1]
    assert shown["label"] == "Observation 1"
    assert shown["prompt"]["messages"] == [
        {"role": "user", "who": "to the calculator", "pieces": [{"text": "2 + 2", "gap": False}]}
    ]
    (card,) = shown["cards"]
    assert (card["text"], card["origin"], card["tokens"]) == ("4", "Answered by the calculator", False)


def test_an_observation_can_be_rewritten_and_the_run_goes_on_from_it(run: Run, catalog_of: Any) -> None:
    given = editing.edit_output(run, Edit(step=1, sample=0, text="5"))
    *_, again = runner.run(SETUP, catalog_of(reply), earlier_steps=given)
    assert again.answer == "5"
    assert again.steps[0].completions[0].text == run.steps[0].completions[0].text
    assert (again.steps[1].completions[0].text, again.steps[1].completions[0].edited) == ("5", True)
    assert again.steps[1].tool == "calculator"
    assert steps_values.steps_value(again)["steps"][1]["cards"][0]["origin"] == ""


def test_an_edited_action_asks_the_tool_again(run: Run, catalog_of: Any) -> None:
    given = editing.edit_output(run, Edit(step=0, sample=0, text=" No.\nAction 1: Calculator[3 * 3]"))
    *_, again = runner.run(SETUP, catalog_of(reply), earlier_steps=given)
    assert (again.steps[1].completions[0].text, again.answer) == ("9", "9")


def test_a_step_of_another_kind_in_its_place_is_not_taken_for_its_answer(run: Run, catalog_of: Any) -> None:
    *_, again = runner.run(SETUP, catalog_of(reply), earlier_steps=(run.steps[0], run.steps[0]))
    assert again.steps[1].completions[0].text == "4"


def test_a_tool_that_was_stopped_is_asked_again(run: Run, catalog_of: Any) -> None:
    began = [r for r in runner.run(SETUP, catalog_of(reply), every=0) if len(r.steps) == 2]
    halted = mark_stopped(began[0])
    assert halted.steps[1].completions[0].finish_reason == "cancelled"
    *_, again = runner.run(SETUP, catalog_of(reply), earlier_steps=editing.resume(halted))
    assert (again.steps[1].completions[0].text, again.answer) == ("4", "4")


def test_another_answer_type_is_read_out_of_the_same_steps(run: Run) -> None:
    again = read_anew(run, setups.parse({"strategy": "react", "task": {"input": "2 + 2?", "answer": "text"}}))
    assert again is not None
    assert (again.answer, again.steps) == ("4", run.steps)


def test_before_a_run_its_answer_is_a_gap(catalog_of: Any) -> None:
    setup = setups.parse({"strategy": "sum", "task": {"input": "3 * 4"}})
    (prompt,) = prompts_of(setup)
    assert prompt.step.messages[0].content == "Say \u27e8Work out\u27e9 of 3 * 4"
    assert (prompt.gaps, prompt.step.depends_on) == (("Work out",), ("Work out",))
    *_, run = runner.run(setup, catalog_of())
    assert [step.tool for step in run.steps] == ["calculator", ""]
    assert run.steps[1].messages[0].content == "Say 12 of 3 * 4"
