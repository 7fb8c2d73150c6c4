"""The real default model behind the whole app: every technique and every preset."""

from dataclasses import replace
from typing import Any

import pytest

from playground import presets, runner, setups
from playground.backends.catalog import Catalog
from playground.types import Run

PRESETS = presets.setup_presets()


def last(setup: setups.Setup, catalog: Catalog) -> Run:
    *_, run = runner.run(setup, catalog)
    return run


@pytest.mark.parametrize("key", PRESETS)
def test_every_preset_gives_an_answer(real_catalog: Catalog, key: str) -> None:
    setup = PRESETS[key].setup
    run = last(setup, real_catalog)
    assert (run.status, run.error) == ("done", "")
    assert run.answer.strip()
    if setup.task.answer == "label":
        assert run.answer in setup.task.labels
    for step in run.steps:
        if step.tool:
            continue  # a tool answers it, without tokens
        for completion in step.completions:
            assert completion.finish_reason in ("stop", "length")
            assert completion.completion_tokens == len(completion.tokens) > 0
            assert "<|im_" not in completion.text


def test_the_capital_of_france(real_catalog: Catalog) -> None:
    # Asked so that each token is ahead by 0.8 nats: of two that are nearer, another torch may round the other one up.
    data = {"task": {"input": "Name the capital of France."}, "sampling": {"temperature": 0, "max_tokens": 20}}
    run = last(setups.parse(data), real_catalog)
    assert run.answer == "The capital of France is Paris."
    assert run.steps[0].completions[0].finish_reason == "stop"


OPTIONS: dict[str, dict[str, Any]] = {
    "self_consistency": {"paths": 3},
    "contextual": {"situation": "A lesson."},
    "instruction": {"format": "One number."},
    "negative": {"most_words": 30},
}


@pytest.mark.parametrize("strategy", setups.STRATEGIES)
def test_every_technique_runs(real_catalog: Catalog, strategy: str) -> None:
    data = {
        "strategy": strategy,
        "options": OPTIONS.get(strategy, {}),
        "task": {
            "input": "Tom has 2 apples and gets 3 more. How many has he?",
            "role": "You count things.",
            "material": "Apples." if strategy == "delimiters" else "",
            "examples": [{"input": "1 + 1", "output": "2"}],
            "steps": [{"name": "Plan", "template": "Plan: {input}"}, {"name": "Do", "template": "Do: {Plan}"}],
        },
        "sampling": {"max_tokens": 24, "seed": 1},
    }
    run = last(setups.parse(data), real_catalog)
    assert run.status == "done"
    assert all(c.text for c in run.steps[0].completions)


def test_the_same_seed_gives_the_same_text(real_catalog: Catalog) -> None:
    data = {"task": {"input": "Invent a name for a cat."}, "sampling": {"max_tokens": 16, "seed": 4}}
    setup = setups.parse(data)
    first, again = last(setup, real_catalog), last(setup, real_catalog)
    other = last(replace(setup, sampling=replace(setup.sampling, seed=5)), real_catalog)
    assert first.answer == again.answer != other.answer
