"""Only the call whose reply is the answer is held to the form, and what breaks it is not read as an answer."""

import json
import random
from dataclasses import replace
from typing import Any

import pytest

from playground import setups
from playground.backends.base import Request
from playground.backends.scripted import HONOURED, Capabilities
from playground.errors import InvalidSetup, NotSupported
from playground.prompts import prompts_of
from playground.running import runner
from playground.strategies import STRATEGIES
from playground.types import Completion, Run

SCHEMA = {"type": "object", "properties": {"sum": {"type": "integer"}}, "required": ["sum"]}
FORM = {"form": "json_schema", "form_text": json.dumps(SCHEMA)}
TASK: dict[str, Any] = {
    "input": "5 + 5?",
    "role": "You add.",
    "material": "Sums.",
    "collection": "ferry_island",
    "examples": [{"input": "2 + 2", "output": '{"sum": 4}'}],
    "steps": [{"name": "Facts", "template": "{input}"}, {"name": "Sum", "template": "{previous}"}],
    "agents": [
        {"name": "Ann", "system": "You add."},
        {"name": "Ben", "system": "You check."},
        {"name": "Eve", "system": "You decide.", "speaks": "at_the_end"},
    ],
}
NEEDED = {"contextual": {"situation": "A lesson."}, "instruction": {"format": "JSON"}, "negative": {"most_words": 9}}
WITHOUT = {"react", "skeleton_of_thought", "function_calling"}  # their answers are no one reply
KEEPS = Capabilities(sampling=HONOURED, forms=frozenset({"json_schema"}), context_length=8192)
ANSWER = '{"sum": 10}'


def in_form(request: Request, rng: random.Random) -> str:
    return ANSWER if request.form else f"1. Count to {rng.choice([5, 6])}."


def setup(name: str, task: dict[str, Any] | None = None, **options: Any) -> Any:
    return setups.parse({
        "strategy": name, "options": {**NEEDED.get(name, {}), **options}, "task": {**TASK, **FORM, **(task or {})},
    })  # fmt: skip


def ran(catalog_of: Any, asked: Any, reply: Any = in_form) -> Run:
    *_, run = runner.run(asked, catalog_of(reply, capabilities=KEEPS))
    assert run.status == "done"
    return run


@pytest.mark.parametrize("name", [name for name in STRATEGIES if name not in WITHOUT])
def test_the_answer_of_each_technique_is_held_to_the_form_and_no_other_reply(catalog_of: Any, name: str) -> None:
    held: list[str] = []

    def reply(request: Request, rng: random.Random) -> str:
        held.append("held" if request.form else "free")
        return in_form(request, rng)

    run = ran(catalog_of, setup(name), reply)
    assert json.loads(run.answer) == {"sum": 10}
    assert "held" in held
    texts = [completion.text for step in run.steps if not step.tool for completion in step.completions]
    assert texts.count(ANSWER) == held.count("held") > 0
    assert sum(prompt.form is not None for prompt in prompts_of(run.setup)) > 0
    free = replace(run.setup, task=replace(run.setup.task, form="none", form_text=""))
    assert [p.step.messages for p in prompts_of(free)] == [p.step.messages for p in prompts_of(run.setup)]
    assert {prompt.form for prompt in prompts_of(free)} == {None}


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("react", {}, "inside an action"),
        ("skeleton_of_thought", {}, "several replies"),
        ("function_calling", {"functions": '[{"name": "f"}]'}, "may be calls"),
        ("chain_of_thought", {"form": "few_shot"}, "own option \u201cForm\u201d to Zero-shot"),
        ("self_consistency", {"form": "few_shot"}, "holds the reasoning as well"),
    ],
)
def test_a_technique_whose_answer_is_no_reply_of_its_own_says_so(
    catalog_of: Any, name: str, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(InvalidSetup, match=words) as refused:
        ran(catalog_of, setup(name, **options))
    assert refused.value.path == ("task", "form")


def test_a_chain_whose_last_step_cannot_keep_a_form_says_so(catalog_of: Any) -> None:
    steps = [TASK["steps"][0], {**TASK["steps"][1], "strategy": "react"}]
    with pytest.raises(InvalidSetup, match="inside an action"):
        ran(catalog_of, setup("chaining", {"steps": steps}))
    ran(catalog_of, setup("chaining", {"steps": steps[::-1]}))  # as an earlier step it need not


@pytest.mark.parametrize("name", ["zero_shot", "role", "chain_of_thought", "chaining", "self_refine", "least_to_most"])
@pytest.mark.parametrize(
    ("said", "words"), [('{"sum": 1', "not of the form|No answer"), ("It is 10.", "not of the|No answer")]
)
def test_what_is_not_of_the_form_is_no_answer(catalog_of: Any, name: str, said: str, words: str) -> None:
    run = ran(catalog_of, setup(name), lambda request, rng: said if request.form else in_form(request, rng))
    assert run.answer == ""
    assert any(part in run.how for part in words.split("|"))


@pytest.mark.parametrize("name", ["zero_shot", "negative", "chain_of_thought", "tree_of_thoughts"])
def test_an_answer_that_is_cut_is_said_to_be_cut_and_is_no_answer(catalog_of: Any, name: str) -> None:
    long = json.dumps({"sum": 10, "more": "x" * 400})
    asked = setup(name)
    short = replace(asked, sampling=replace(asked.sampling, max_tokens=12))
    run = ran(catalog_of, short, lambda request, rng: long if request.form else in_form(request, rng))
    assert run.answer == ""
    assert "cut off at the token limit" in run.how


def test_a_part_of_an_answer_that_happens_to_be_of_the_form_is_none(catalog_of: Any) -> None:
    asked = setup("zero_shot", {"form_text": '{"type": "integer"}'})
    short = replace(asked, sampling=replace(asked.sampling, max_tokens=1))
    assert ran(catalog_of, short, lambda *_: "1234567890").answer == ""
    assert ran(catalog_of, short, lambda *_: "1234").answer == "1234"


@pytest.mark.parametrize("name", ["zero_shot", "role"])
@pytest.mark.parametrize(
    ("said", "words"), [("xyxyxy", "keeps the form, but the token limit"), ("xyzzy", "cut off at")]
)
def test_a_cut_answer_that_keeps_a_form_which_allows_more_is_not_said_to_break_it(
    catalog_of: Any, name: str, said: str, words: str
) -> None:
    asked = setup(name, {"form": "regex", "form_text": "(x|y)*(z{9})?"})
    short = replace(asked, sampling=replace(asked.sampling, max_tokens=2))
    catalog = catalog_of(lambda *_: said * 40, capabilities=replace(KEEPS, forms=frozenset({"regex"})))
    *_, run = runner.run(short, catalog)
    assert run.answer == ""
    assert words in run.how


def test_an_answer_type_is_read_out_of_what_keeps_the_form(catalog_of: Any) -> None:
    assert ran(catalog_of, setup("zero_shot", {"answer": "number"})).answer == "10"
    assert ran(catalog_of, setup("zero_shot", {"answer": "number"}), lambda *_: "It is 10.").answer == ""


def test_an_edited_answer_is_read_by_the_form_as_well(catalog_of: Any) -> None:
    asked = setup("zero_shot")
    run = ran(catalog_of, asked)
    for text, answer in (('{"sum": 11}', '{"sum": 11}'), ('{"sum": ', "")):
        step = replace(run.steps[0], completions=(Completion(text=text, finish_reason="stop", edited=True),))
        catalog = catalog_of(in_form, capabilities=KEEPS)
        *_, again = runner.run(asked, catalog, earlier_steps=(step,))
        assert again.answer == answer


def test_a_model_that_keeps_no_form_is_refused_by_name_before_anything_is_asked(catalog_of: Any) -> None:
    def never(*_: Any) -> str:
        raise AssertionError

    plain = Capabilities(sampling=HONOURED, context_length=8192)
    for capabilities, kind, words in (
        (plain, FORM, "JSON schema: default cannot hold an answer to that; it was not seen to keep any form"),
        (KEEPS, {"form": "regex", "form_text": "a+"}, "regular expression: default cannot .* seen to keep JSON schema"),
    ):
        with pytest.raises(NotSupported, match=words):
            list(runner.run(setup("zero_shot", kind), catalog_of(never, capabilities=capabilities)))


def test_a_wrong_form_is_refused_at_its_place(catalog_of: Any) -> None:
    with pytest.raises(InvalidSetup, match="Nothing is fetched") as refused:
        ran(catalog_of, setup("zero_shot", {"form_text": '{"$ref": "http://127.0.0.1:9/x"}'}))
    assert refused.value.path == ("task", "form_text")


def test_a_setup_with_a_form_is_written_and_read_again() -> None:
    asked = setup("zero_shot")
    assert setups.changed_settings(asked)["task"]["form"] == "json_schema"
    assert setups.parse(setups.changed_settings(asked)) == asked == setups.parse(setups.to_dict(asked))
