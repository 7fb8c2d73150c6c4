"""What every technique says of itself holds for its runs: calls, voters, what a step depends on, what examples show."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from playground import setups
from playground.backends.base import Request
from playground.evaluation import experiments
from playground.evaluation.running.estimate import estimate
from playground.evaluation.store import Store
from playground.prompts import prompts_of
from playground.running import runner
from playground.strategies import STRATEGIES, Calls, technique_of
from playground.strategies.answers.reading_anew import read_anew
from playground.strategies.chaining import STEP_TECHNIQUES
from playground.types import Run

EXAMPLES = [{"input": "2 + 2", "output": "That is 4. The answer is 4."}]
VOTING, OPEN_ENDED = "self_consistency", "react"  # ReAct's most calls no reply of these tests brings about
STEPS = [
    {"name": "Facts", "template": "{input}"},
    {"name": "Draft", "template": "{previous} {Facts}"},
    *(
        {"name": name, "template": "{previous} {Facts}", "strategy": name}
        for name in [*(name for name in STEP_TECHNIQUES if name not in (VOTING, OPEN_ENDED)), VOTING]
    ),
]
AGENTS = [{"name": "Ann", "system": "You add."}, {"name": "Ben", "system": "You check."}]
MATERIAL = 'She said """no""", twice.'
FENCED = f"###\n{MATERIAL}\n###"
TASK: dict[str, Any] = {
    "input": "5 + 5?",
    "collection": "ferry_island",
    "answer": "number",
    "role": "You add.",
    "material": "Sums.",
    "examples": EXAMPLES,
    "steps": STEPS,
    "agents": AGENTS,
}
EXPERIMENT_TASK = {
    "role": "You add.",
    "collection": "ferry_island",
    "steps": STEPS,
    "agents": AGENTS,
}  # what an experiment's data does not have
NEEDED: dict[str, dict[str, Any]] = {  # options without which a technique is refused
    "contextual": {"situation": "A lesson."},
    "instruction": {"format": "One number."},
    "negative": {"most_words": 3},
}
FORMS: list[tuple[str, dict[str, Any]]] = [
    *((name, NEEDED.get(name, {})) for name in STRATEGIES if name not in ("react", "function_calling")),
    ("function_calling", {"functions": '[{"name": "look_up"}]', "rounds": 1}),
    ("react", {"rounds": 1}),  # as many calls as it may make, by replies that never come to an end
    ("plan_and_solve", {"detailed": True}),
    ("chain_of_thought", {"form": "few_shot"}),
    ("self_consistency", {"form": "few_shot", "paths": 3}),
    ("self_consistency", {"vote": "probability", "paths": 1}),
    ("tree_of_thoughts", {"depth": 4, "proposals": 5, "kept": 5}),
    ("tree_of_thoughts", {"depth": 3, "proposals": 1, "kept": 3}),
    ("self_refine", {"rounds": 4}),
    ("perspectives", {"viewpoints": ["a cook", "a guest"]}),
    ("panel", {"next_speaker": "moderator", "messages": 2, "single_prompt": False}),
]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "store.sqlite")
    yield store
    store.close()


def plain(request: Request, rng: random.Random) -> str:
    """One line with an answer, another for each prompt."""
    told = len(request.messages[-1].content)
    return (
        " 10."
        if request.prefill.endswith(" is")
        else f"It is {rng.choice([10, 10, 11])} to {told} characters. The answer is 10."
    )


def in_points(request: Request, rng: random.Random) -> str:
    """More points than any technique takes up."""
    return "\n".join(f"{number}. Point {number}. {plain(request, rng)}" for number in range(1, 30))


REPLIES: dict[str, Callable[[Request, random.Random], str]] = {
    "plain": plain,
    "in points": in_points,
    "nothing": lambda *_: "",
    "only thought": lambda *_: "<think>Well,",
    "some thought": lambda request, rng: rng.choice([plain(request, rng), "<think>Well,"]),
}


def ran(catalog: Any, name: str, options: dict[str, Any]) -> Run:
    *_, run = runner.run(setups.parse({"strategy": name, "options": options, "task": TASK}), catalog)
    assert run.status == "done"
    return run


def test_every_technique_is_in_the_table() -> None:
    assert {name for name, _ in FORMS} == set(STRATEGIES)


@pytest.mark.parametrize("reply", REPLIES)
@pytest.mark.parametrize(("name", "options"), FORMS)
def test_as_many_calls_as_it_says(catalog_of: Any, name: str, options: dict[str, Any], reply: str) -> None:
    run = ran(catalog_of(REPLIES[reply]), name, options)
    said = technique_of(run.setup).calls(run.setup.task)
    asked = sum(len(step.completions) for step in run.steps if not step.tool)
    planned = sum(len(prompt.step.completions) for prompt in prompts_of(run.setup))
    assert asked in said
    assert planned in said
    if reply == "plain":
        assert asked == planned
    if reply == "in points":
        assert asked == said.most
    if reply == "only thought":
        assert asked == said.least


@pytest.mark.parametrize("reply", REPLIES)
@pytest.mark.parametrize(("name", "options"), FORMS)
def test_votes_are_those_of_its_voters(catalog_of: Any, name: str, options: dict[str, Any], reply: str) -> None:
    run = ran(catalog_of(REPLIES[reply]), name, options)
    voters = technique_of(run.setup).voters(run)
    completions = [completion for step in run.steps for completion in step.completions]
    assert all(any(voter is completion for completion in completions) for voter in voters)
    numbers = [number for vote in run.votes for number in vote.paths]
    assert sorted(numbers) == sorted({*numbers} & {*range(len(voters))})
    if reply == "plain":
        assert bool(run.votes) == bool(voters)
        assert len(numbers) == len(voters)


@pytest.mark.parametrize(("name", "options"), FORMS)
def test_a_step_says_which_answers_it_depends_on(catalog_of: Any, name: str, options: dict[str, Any]) -> None:
    run = ran(catalog_of(plain), name, options)
    planned, asked = prompts_of(run.setup), [step for step in run.steps if not step.tool]
    assert [step.depends_on for step in asked] == [prompt.step.depends_on for prompt in planned]
    for step, prompt in zip(asked, planned, strict=True):
        earlier = run.steps[: run.steps.index(step)]
        assert {*prompt.gaps} <= {*step.depends_on} <= {one.label for one in earlier}


@pytest.mark.parametrize(("name", "options"), FORMS)
def test_only_what_has_examples_shows_reasoning_in_them(name: str, options: dict[str, Any]) -> None:
    technique = STRATEGIES[name](**options)
    assert technique.shows_reasoning == (options.get("form") == "few_shot")
    assert "examples" in technique.task_fields or not technique.shows_reasoning


@pytest.mark.parametrize(
    ("calls", "inside", "outside"),
    [(Calls.exactly(3), [3], [2, 4]), (Calls(1, 3), [1, 2, 3], [0, 4]), (Calls(2, None), [2, 10**9], [1])],
)
def test_calls_are_a_number_a_range_or_open(calls: Calls, inside: list[int], outside: list[int]) -> None:
    assert all(count in calls for count in inside)
    assert not any(count in calls for count in outside)


@pytest.mark.parametrize(("name", "options"), FORMS)
def test_a_role_is_in_the_system_message_of_every_prompt(name: str, options: dict[str, Any]) -> None:
    setup = setups.parse({"strategy": name, "options": options, "task": {**TASK, "role": "You add."}})
    for prompt in prompts_of(setup):
        first = prompt.step.messages[0]
        assert first.role == "system"
        assert "You add." in first.content


@pytest.mark.parametrize(("name", "options"), FORMS)
def test_material_is_fenced_in_what_is_previewed_sent_and_estimated(
    catalog_of: Any, name: str, options: dict[str, Any], store: Store
) -> None:
    data = {"strategy": name, "options": options, "task": {**TASK, "material": MATERIAL}}
    planned = prompts_of(setups.parse(data))
    assert any(FENCED in message.content for prompt in planned for message in prompt.step.messages)
    *_, run = runner.run(setups.parse(data), catalog_of(plain))
    if not run.steps[0].tool:  # else the prompt has a gap where the tool's answer came to stand
        assert run.steps[0].messages == planned[0].step.messages
    assert any(FENCED in message.content for step in run.steps for message in step.messages)
    assert run.how.endswith("The material stood between lines of ###, which is neither in it nor in the input.")

    def tokens(task: dict[str, Any]) -> float:
        technique = {"strategy": name, "options": options, "task": {**EXPERIMENT_TASK, **task}}
        plan = experiments.parse({"techniques": [technique], "data": {"size": 1}})
        return estimate(plan, catalog_of(plain), store).prompt_tokens

    assert tokens({"material": "word " * 1000}) > tokens({"material": "word"}) + 900


@pytest.mark.parametrize(("name", "options"), FORMS)
def test_material_is_no_reason_to_ask_anew(catalog_of: Any, name: str, options: dict[str, Any]) -> None:
    def read_as_number(material: str) -> Run | None:
        data = {"strategy": name, "options": options, "task": {**TASK, "answer": "text", "material": material}}
        *_, run = runner.run(setups.parse(data), catalog_of(plain))
        return read_anew(run, setups.parse({**data, "task": {**data["task"], "answer": "number"}}))

    without = read_as_number("Sums." if "material" in STRATEGIES[name].required else "")
    with_it = read_as_number(MATERIAL)
    assert (with_it is None) == (without is None)
    if name == "zero_shot":
        assert with_it
        assert with_it.answer == "10"


@pytest.mark.parametrize("name", STRATEGIES)
def test_role_and_material_are_among_the_fields_of_every_technique(name: str) -> None:
    assert {"role", "material", "input"} <= {*STRATEGIES[name].fields_of_task()}
    assert {"role", "material", "input"} <= {*STRATEGIES[name]().used_fields}
