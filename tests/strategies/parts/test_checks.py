"""What a technique cannot do without is missed by name, before anything is sent."""

from typing import Any

import pytest

from playground import setups
from playground.errors import InvalidSetup
from playground.running import runner

EXAMPLE = {"input": "a", "output": "b"}


@pytest.mark.parametrize(
    ("strategy", "options", "task", "path"),
    [
        ("zero_shot", {}, {"input": ""}, "task.input"),
        ("zero_shot", {}, {"input": " \n\t "}, "task.input"),
        ("zero_shot", {}, {"input": "x", "answer": "label"}, "task.labels"),
        ("zero_shot", {}, {"input": "x", "answer": "choice"}, "task.labels"),
        ("few_shot", {}, {"input": "A) x B) y", "answer": "choice", "examples": [EXAMPLE]}, "task.labels"),
        ("zero_shot", {}, {"input": "x", "answer": "label", "labels": ["a", " "]}, "task.labels"),
        ("zero_shot", {}, {"input": "x", "answer": "choice", "labels": ["a"] * 27}, "task.labels"),
        ("few_shot", {}, {"input": "x"}, "task.examples"),
        ("few_shot", {}, {"input": "x", "examples": [EXAMPLE, {"input": "", "output": ""}]}, "task.examples.1.input"),
        ("few_shot", {}, {"input": "x", "examples": [{"input": "a", "output": " "}]}, "task.examples.0.output"),
        ("role", {}, {"input": "x"}, "task.role"),
        ("chain_of_thought", {"form": "few_shot"}, {"input": "x"}, "task.examples"),
        ("self_consistency", {"form": "few_shot"}, {"input": "x"}, "task.examples"),
        ("chaining", {}, {"input": "x"}, "task.steps"),
        ("chaining", {}, {"input": "x", "steps": [{"name": "", "template": "y"}]}, "task.steps.0.name"),
        ("chaining", {}, {"input": "x", "steps": [{"name": "a", "template": ""}]}, "task.steps.0.template"),
        ("chaining", {}, {"input": "x", "steps": [{"name": "input", "template": "y"}]}, "task.steps.0.name"),
        ("chaining", {}, {"input": "x", "steps": [{"name": "a{b}", "template": "y"}]}, "task.steps.0.name"),
        ("chaining", {}, {"input": "x", "steps": [{"name": "a", "template": "{later}"}]}, "task.steps.0.template"),
        ("chaining", {}, {"input": "x", "steps": [{"name": "a", "template": "{a}"}]}, "task.steps.0.template"),
        ("chaining", {}, {"input": "x", "steps": [{"name": "a", "template": "y"}] * 2}, "task.steps.1.name"),
    ],
)
def test_missing(catalog_of: Any, strategy: str, options: dict[str, Any], task: dict[str, Any], path: str) -> None:
    def never(*_: Any) -> str:
        raise AssertionError("the model was asked")

    setup = setups.parse({"strategy": strategy, "options": options, "task": task})
    with pytest.raises(InvalidSetup, match=f"`{path}`"):
        list(runner.run(setup, catalog_of(never)))
