"""A model is offered functions; its calls are steps, checked, and the person says what they give."""

import json
import random
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from playground import setups
from playground.backends.base import Request
from playground.backends.catalog import Catalog
from playground.backends.scripted import ReplyRule, ScriptedBackend
from playground.errors import InvalidSetup, NotSupported
from playground.evaluation.store.identity import RunKeys
from playground.functions.calls import fault_of, read_calls
from playground.functions.listing import read_functions
from playground.prompts import prompts_of
from playground.running import runner
from playground.serving.requests import read_chat
from playground.serving.work import prepare
from playground.setups import run_from_dict, run_to_dict
from playground.strategies.answers.reading_anew import read_anew
from playground.types import FunctionCall, Message, Run, Setup
from playground.ui.playground import editing
from playground.ui.run_view import steps_values
from playground.ui.run_view.places import Edit

WEATHER = {
    "name": "weather",
    "description": "The weather in a town.",
    "parameters": {"type": "object", "properties": {"town": {"type": "string"}}, "required": ["town"]},
}
CALL = '<tool_call>\n{"name": "weather", "arguments": {"town": "Bern"}}\n</tool_call>'
Make = Callable[[ReplyRule], Catalog]


def setup_with(functions: Any = None, **more: Any) -> Setup:
    listed = functions if isinstance(functions, str) else json.dumps(functions or [WEATHER])
    options = {"functions": listed, **more}
    return setups.parse(
        {
            "strategy": "function_calling",
            "options": options,
            "task": {"input": "Rain in Bern?"},
            "sampling": {"max_tokens": 4096},
        }
    )


@pytest.fixture
def make(catalog_of: Any) -> Make:
    return lambda reply: catalog_of(reply)  # type: ignore[no-any-return]


def caller(*calls: str) -> ReplyRule:
    """Makes these calls one after the other, and then says what the last one gave."""

    def reply(request: Request, _: random.Random) -> str:
        made = sum(message.role == "assistant" for message in request.messages)
        return calls[made] if made < len(calls) else f"It says: {request.messages[-1].content}"

    return reply


def carry_out(setup: Setup, catalog: Catalog, earlier: Any = ()) -> Run:
    *_, run = runner.run(setup, catalog, earlier_steps=earlier)
    return run


def test_a_call_is_a_step_whose_output_the_person_writes(make: Make) -> None:
    setup, catalog = setup_with(), make(caller(f"I look.\n{CALL}"))
    run = carry_out(setup, catalog)
    assert (run.status, run.answer) == ("done", "")
    assert "It calls weather. Write what that gives as the output of \u201cResult 1\u201d" in run.how
    reply, result = run.steps
    assert reply.messages[-1].functions[0].name == "weather"
    assert (result.tool, result.messages[0].content, result.completions[0].text) == ("weather", '{"town": "Bern"}', "")
    assert run.calls == 1
    gone_on = carry_out(setup, catalog, editing.edit_output(run, Edit(step=1, sample=0, text="Rain.")))
    assert gone_on.answer == "It says: Rain."
    said, asked = gone_on.steps[2].messages[1:]
    assert (said.content, said.calls[0].name, asked) == (
        "I look.",
        "weather",
        Message("tool", "Rain.", call_id="call00000"),
    )
    assert run_from_dict(run_to_dict(gone_on)) == gone_on
    assert read_anew(gone_on, replace(setup, task=replace(setup.task, answer="number"))) is not None
    shown = steps_values.steps_value(run)["steps"]
    assert shown[1]["prompt"]["messages"][0]["who"] == "call of weather"


def test_nothing_may_be_what_a_function_gives(make: Make) -> None:
    setup, catalog = setup_with(), make(caller(CALL))
    run = carry_out(setup, catalog)
    assert carry_out(setup, catalog, editing.edit_output(run, Edit(step=1, sample=0, text=""))).answer == "It says:"


def test_several_calls_wait_for_one_result_each(make: Make) -> None:
    setup, catalog = setup_with(), make(caller(CALL + CALL.replace("Bern", "Basel")))
    run = carry_out(setup, catalog)
    assert "Result 1.1" in run.how
    run = carry_out(setup, catalog, editing.edit_output(run, Edit(step=1, sample=0, text="Rain.")))
    assert "Result 1.2" in run.how
    run = carry_out(setup, catalog, editing.edit_output(run, Edit(step=2, sample=0, text="Sun.")))
    assert [m.content for m in run.steps[-1].messages if m.role == "tool"] == ["Rain.", "Sun."]


@pytest.mark.parametrize(
    ("call", "fault"),
    [
        (CALL.replace("weather", "forecast"), "There is no function called 'forecast'; there are weather."),
        (CALL.replace("town", "city"), "The arguments do not fit: 'town' is a required property."),
        (CALL.replace('"Bern"', "7"), "The arguments do not fit: at town, 7 is not of type 'string'."),
        (CALL.replace('{"town": "Bern"}', "[]"), "The arguments are no JSON object."),
        (CALL.replace("Bern", "x" * 10_001), "The arguments have 10,013 characters; 10,000 is the most."),
        ("<tool_call>weather(Bern)", "The call cannot be read; its form is"),
    ],
)
def test_what_is_wrong_with_a_call_is_told_to_the_model(call: str, fault: str, make: Make) -> None:
    run = carry_out(setup_with(), make(caller(call)))
    assert run.steps[1].completions[0].text.startswith(fault)
    assert run.answer.startswith(f"It says: {fault}")


@pytest.mark.parametrize(
    ("functions", "why"),
    [
        ("", "is empty; function calling needs it"),
        ("{", "is no JSON"),
        ("{}", "must be a list of at least one function"),
        ("[7]", "function 1: it has no name"),
        ([{**WEATHER, "name": "a b"}], "its name must be of letters"),
        ([{**WEATHER, "description": 7}], "its description must be text"),
        ([{**WEATHER, "parameter": {}}], "'parameter' is not known; its keys are name, description, parameters"),
        ([{**WEATHER, "parameters": []}], "its parameters are no JSON schema of an object"),
        (
            [{**WEATHER, "parameters": {"type": "object", "required": 7}}],
            "its parameters are no JSON schema: at required",
        ),
        ([{**WEATHER, "parameters": {"type": "object", "$ref": "#"}}], "its parameters have $ref"),
        ([WEATHER, WEATHER], "has two functions called weather"),
        ([{**WEATHER, "name": f"f{i}"} for i in range(33)], "has 33 functions; 32 is the most"),
    ],
)
def test_a_list_that_is_none_is_refused_before_anything_is_asked(functions: Any, why: str, make: Make) -> None:
    setup = setups.parse(
        {
            **setups.to_dict(setup_with()),
            "options": {"functions": functions if isinstance(functions, str) else json.dumps(functions)},
        }
    )
    with pytest.raises(InvalidSetup) as refused:
        carry_out(setup, make(caller()))
    assert refused.value.path == ("options", "functions")
    assert why in str(refused.value)


def test_a_result_that_is_too_long_is_one_message(make: Make) -> None:
    setup, catalog = setup_with(), make(caller(CALL))
    run = carry_out(setup, catalog)
    earlier = editing.edit_output(run, Edit(step=1, sample=0, text="x" * 2**20))
    run = carry_out(setup, catalog, earlier)
    assert run.error == "Result 1 has 1,048,576 characters; 100,000 is the most that a function may give."


def test_what_knows_no_functions_is_refused_by_name(catalog_of: Any) -> None:
    catalog = catalog_of(capabilities=ScriptedBackend().capabilities)
    setup = setups.parse({**setups.to_dict(setup_with()), "sampling": {}})
    with pytest.raises(NotSupported, match="`strategy` offers functions, and default was not seen to know any"):
        carry_out(setup, catalog)
    offer = {"model": "default", "messages": [{"role": "user", "content": "Hi"}], "tools": [WEATHER]}
    _, run = prepare(read_chat(offer), catalog, 60)
    with pytest.raises(NotSupported, match="`tools` cannot be offered: default was not seen to know any"):
        list(run)


def test_rounds_are_counted(make: Make) -> None:
    run = carry_out(setup_with(rounds=2), make(caller(*[CALL.replace("weather", "none")] * 9)))
    assert (len(run.steps), run.answer) == (4, "")
    assert "Each of 2 replies calls a function" in run.how


def test_functions_are_part_of_a_key_and_of_the_preview(make: Make) -> None:
    keys = RunKeys(make(caller()))
    other = setup_with([{**WEATHER, "description": "Another."}])
    assert keys.column(setup_with()) != keys.column(other)
    (prompt,) = prompts_of(setup_with())
    assert prompt.step.messages[-1].functions[0].description == "The weather in a town."


def test_a_call_is_read_as_it_stands() -> None:
    said, (call,) = read_calls(f"Before.\n{CALL}\nAfter.")
    assert (said, call.name, call.arguments) == ("Before.", "weather", '{"town": "Bern"}')
    assert read_calls("No call.") == ("No call.", ())


@pytest.mark.parametrize("words", ["{}", "```json\n{}\n```", "\n{}\n"])
def test_a_call_without_its_marks_is_one_if_there_is_nothing_else(words: str) -> None:
    bare = '{"name": "weather", "arguments": {"town": "Bern"}}'
    said, (call,) = read_calls(words.replace("{}", bare))
    assert (said, call.name, call.arguments) == ("", "weather", '{"town": "Bern"}')
    for other in (f"So: {bare}", '{"name": "weather"}', '{"name": "a", "arguments": {}, "x": 1}', "{7}"):
        assert read_calls(words.replace("{}", other))[1] == ()


REMOTE = {"$ref": "http://127.0.0.1:9/schema.json"}
DRAFT_7 = "http://json-schema.org/draft-07/schema#"


@pytest.mark.parametrize(
    "schema",
    [
        {"dependentSchemas": {"enum": REMOTE}},
        {"allOf": [{"$schema": DRAFT_7, "dependencies": {"const": REMOTE}}]},
        {"dependentSchemas": {"default": {"properties": {"a": {"pattern": "^(a+)+$"}}}}},
    ],
)
def test_no_name_in_a_schema_hides_what_would_be_fetched_or_take_for_ever(schema: Any) -> None:
    """An argument may be called enum, and what its presence asks for is a schema and no data."""
    with pytest.raises(InvalidSetup, match="is not offered here"):
        read_functions(json.dumps([{"name": "f", "parameters": {"type": "object", **schema}}]), ("options",))


def test_arguments_are_checked_within_a_budget_and_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    many = {"type": "object", "properties": {"a": {"items": {"allOf": [{"maximum": 1}] * 300}}}}
    (function,) = read_functions(json.dumps([{"name": "f", "parameters": many}]), ("options",))
    monkeypatch.setattr("urllib.request.urlopen", lambda *_, **__: pytest.fail("It was fetched."))
    call = FunctionCall(name="f", arguments=json.dumps({"a": [0] * 3_000}), id="x")
    assert "could not be checked" in fault_of(call, [function])
    assert "could not be checked" in fault_of(call, [replace(function, parameters=json.dumps(REMOTE))])


def test_a_call_full_of_spaces_is_read_at_once() -> None:
    started = time.process_time()
    assert read_calls(f"<tool_call>{' ' * 100_000}x{' ' * 100_000}y")[1][0].arguments.startswith("x ")
    assert read_calls(f"{{}}{' ' * 100_000}x") == (f"{{}}{' ' * 100_000}x", ())
    assert time.process_time() - started < 20  # what grew with the square took minutes


def test_a_reply_of_nothing_but_calls_has_no_thousand_steps() -> None:
    assert len(read_calls("<tool_call>{}</tool_call>" * 5_000)[1]) == 64
