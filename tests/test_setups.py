"""A setup is read strictly: the same one comes back, and every mistake is named by its path."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground import setups
from playground.errors import InvalidSetup
from playground.json_values import as_json
from playground.parameters import parameters
from playground.running import runner
from playground.strategies import STRATEGIES
from playground.types import Run, Sampling, Task

FULL = {
    "model": "default",
    "strategy": "self_consistency",
    "options": {"paths": 5},
    "task": {
        "input": "How many?",
        "examples": [{"input": "a", "output": "b"}],
        "role": "You count.",
        "steps": [{"name": "n", "template": "{input}"}],
    },
    "sampling": {"temperature": 0.7, "max_tokens": 128, "seed": 1},
}

BAD = [
    (3, "A setup is a mapping"),
    ([], "A setup is a mapping"),
    ({"modle": "x"}, r"`modle` is not known. Known keys: model, adapter"),
    ({1: 2}, "`1` is not known"),
    ({"model": 5}, "`model` is 5"),
    ({"strategy": "magic"}, r"`strategy` is 'magic'; it must be one of zero_shot, few_shot"),
    ({"strategy": ["zero_shot"]}, "`strategy` is"),
    ({"options": {"paths": 5}}, r"`options.paths` is not known. Known keys: none"),
    ({"strategy": "self_consistency", "options": {"paths": 41}}, r"`options.paths` is 41; .* whole .* 1 to 40"),
    ({"strategy": "self_consistency", "options": {"paths": 0}}, r"`options.paths` is 0"),
    ({"strategy": "self_consistency", "options": {"paths": 2.5}}, r"`options.paths` is 2.5"),
    ({"strategy": "few_shot", "options": {"layout": "circle"}}, r"`options.layout` is 'circle'; .* turns, block"),
    ({"sampling": {"top_p": 1.5}}, r"`sampling.top_p` is 1.5; it must be a number from 0 to 1\."),
    ({"sampling": {"temperature": float("nan")}}, r"`sampling.temperature` is nan; .* from 0 to 2"),
    ({"sampling": {"temperature": float("inf")}}, r"`sampling.temperature` is inf"),
    ({"sampling": {"temperature": "hot"}}, r"`sampling.temperature` is 'hot'"),
    ({"sampling": {"temperature": True}}, r"`sampling.temperature` is True"),
    ({"sampling": {"temperature": None}}, r"`sampling.temperature` is empty; it must be a number"),
    ({"sampling": {"max_tokens": 0}}, r"`sampling.max_tokens` is 0"),
    ({"sampling": {"seed": -1}}, r"`sampling.seed` is -1; .* or empty"),
    ({"sampling": {"stop": [""]}}, r"`sampling.stop.0` is empty"),
    ({"sampling": {"stop": "END"}}, r"`sampling.stop` is 'END'; it must be a list"),
    ({"sampling": {"stop": ["a"] * 9}}, r"`sampling.stop` .* at most 8"),
    ({"sampling": {"logit_bias": {"5": 101}}}, r"`sampling.logit_bias.5` is 101"),
    ({"sampling": {"logit_bias": {"x": 1}}}, r"`sampling.logit_bias.x`"),
    ({"sampling": 5}, r"`sampling` is 5; it must be a mapping"),
    ({"task": {"inptu": "x"}}, r"`task.inptu` is not known. Known keys: input, material, role"),
    ({"task": {"input": 5}}, r"`task.input` is 5"),
    ({"task": {"input": "x" * 300_000}}, r"`task.input` .* at most 200,000 characters"),
    ({"task": {"answer": "essay"}}, r"`task.answer` is 'essay'; .* yes_no"),
    ({"task": {"examples": [{"input": "a", "output": 1}]}}, r"`task.examples.0.output` is 1"),
    ({"task": {"examples": [{"input": "a", "outptu": "b"}]}}, r"`task.examples.0.outptu` .* input, output"),
    ({"task": {"examples": "a,b"}}, r"`task.examples` is 'a,b'; it must be a list"),
    ({"task": {"input": "half \ud800"}}, r"`task.input` has half of a surrogate pair \(U\+D800\) at character 6"),
    ({"task": {"input": "nul \x00"}}, r"`task.input` has a control character \(U\+0000\) at character 5"),
    ({"sampling": {"stop": ["\x1b"]}}, r"`sampling.stop.0` has a control character"),
    ({"sampling": {"seed": 10**5000}}, r"`sampling.seed` is a very long number"),
    ({"x" * 10_000: 1}, r"^`x{60}` is not known"),
    ({"task": {"examples": [{"input": "x" * 150_000, "output": "y"}] * 3}}, r"`task` has 450,007 characters in all"),
    ({"task": {"steps": [[[[[[[[[1]]]]]]]]]}}, r"`task.steps.0.0...` is nested more than"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "message"), BAD)
def test_each_mistake_is_named(data: Any, message: str) -> None:
    with pytest.raises(InvalidSetup, match=message):
        setups.parse(data)


def test_the_contract_example_is_read_and_filled_in() -> None:
    setup = setups.parse(FULL)
    assert setup.options == {"paths": 5, "form": "zero_shot", "vote": "majority"}
    assert setup.sampling.top_p == 1.0
    assert setups.parse({}).strategy == "zero_shot"


def test_right_to_left_text_tabs_and_line_ends_are_text() -> None:
    text = "\u0645\u0631\u062d\u0628\u0627\t\u200f\r\n\u05e9\u05dc\u05d5\u05dd"
    assert setups.parse({"task": {"input": text}}).task.input == text


def sampling() -> st.SearchStrategy[dict[str, Any]]:
    """Any allowed value for any of the numeric parameters."""
    values: dict[str, Any] = {}
    for p in parameters(Sampling):
        if p.kind == "number":
            values[p.name] = st.floats(p.low, p.high)
        elif p.kind == "integer":
            values[p.name] = st.integers(int(p.low or 0), int(p.high or 0))
    return st.fixed_dictionaries({}, optional=values)


@given(sampling(), st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=50))
def test_what_is_read_can_be_written_and_read_again(values: dict[str, Any], text: str) -> None:
    setup = setups.parse({"sampling": values, "task": {"input": text}})
    assert setups.parse(setups.to_dict(setup)) == setup
    assert setups.parse(json.loads(json.dumps(setups.changed_settings(setup)))) == setup


def test_only_what_differs_is_kept() -> None:
    kept = setups.changed_settings(setups.parse(FULL))
    assert kept["options"] == {"paths": 5}
    assert kept["sampling"] == {"max_tokens": 128, "seed": 1}


def test_a_run_survives_json(catalog_of: Any) -> None:
    setup = setups.parse({**FULL, "sampling": {"top_logprobs": 3, "logit_bias": {"5": 1.0}, "stop": ["\n"]}})
    *_, run = runner.run(setup, catalog_of())
    assert setups.run_from_dict(json.loads(json.dumps(setups.run_to_dict(run)))) == run


@pytest.mark.parametrize("cls", [Sampling, Task, *STRATEGIES.values()])
def test_every_parameter_says_what_it_is_for(cls: type) -> None:
    assert [p.name for p in parameters(cls) if not p.help] == []


def test_what_a_program_is_given_is_json() -> None:
    """Keys are text and numbers are finite: Gradio's own writer refuses everything else, and breaks the connection."""
    given = as_json({2: (1.5, {3: float("nan")}), "a": [float("-inf")]})
    assert orjson.loads(orjson.dumps(given)) == given == {"2": [1.5, {"3": None}], "a": [None]}
    setup = setups.parse({"task": {"input": "Hi"}, "sampling": {"logit_bias": {2: -100}}})
    assert setups.parse(orjson.loads(orjson.dumps(setups.to_dict(setup)))) == setup
    run = Run(setup=setup, status="done")
    assert setups.run_from_dict(orjson.loads(orjson.dumps(setups.run_to_dict(run)))) == run
