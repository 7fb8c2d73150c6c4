"""The real default model behind the whole app: every technique and every preset."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from playground import presets, setups
from playground.backends.catalog import Catalog
from playground.errors import NotSupported
from playground.running import runner
from playground.strategies import technique_of
from playground.task import PERSON
from playground.types import Run, Setup

PRESETS = presets.setup_presets()
AT_ONCE = 16  # runs: the model decodes them in one batch, which takes a fraction of the time of one after the other
SHORT = 16  # tokens of an answer: how it goes on tells nothing of the preset that is not told by then


def last(setup: Setup, catalog: Catalog) -> Run:
    *_, run = runner.run(setup, catalog)
    return run


CALLING = {key for key, preset in PRESETS.items() if technique_of(preset.setup).offers_functions}
WAITING = {key for key, preset in PRESETS.items() if any(a.writer == "person" for a in preset.setup.task.agents)}


def of(*keys: str) -> Any:
    """The setups of these presets with shorter answers, one for each test."""
    return pytest.mark.parametrize("setup", [pytest.param(shortened(PRESETS[key].setup), id=key) for key in keys])


def shortened(setup: Setup) -> Setup:
    if setup.task.form != "none":
        return setup  # one that is cut off has no answer of that form
    return replace(setup, sampling=replace(setup.sampling, max_tokens=min(SHORT, setup.sampling.max_tokens)))


@pytest.fixture(scope="module")
def begun(request: pytest.FixtureRequest, real_catalog: Catalog) -> Iterator[dict[str, Future[Run]]]:
    """The runs of all tests here that were chosen, begun together."""
    asked = [item for item in request.session.items if item.path == request.path and "run" in item.fixturenames]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {item.nodeid: pool.submit(last, item.callspec.params["setup"], real_catalog) for item in asked}


@pytest.fixture
def run(request: pytest.FixtureRequest, begun: dict[str, Future[Run]]) -> Run:
    """How the run of the test's `setup` ended."""
    return begun[request.node.nodeid].result()


@pytest.mark.parametrize("key", sorted(CALLING))
def test_presets_with_functions_are_refused_by_name_for_its_template_knows_none(
    real_catalog: Catalog, key: str
) -> None:
    with pytest.raises(NotSupported, match="offers functions"):
        last(PRESETS[key].setup, real_catalog)


@of(*(key for key in PRESETS if key not in CALLING | WAITING))
def test_every_preset_gives_an_answer(setup: Setup, run: Run) -> None:
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


@of(*sorted(WAITING))
def test_presets_in_which_a_person_speaks_wait_for_that(setup: Setup, run: Run) -> None:
    assert (run.status, run.error, run.answer) == ("done", "", "")
    *before, turn = run.steps
    assert all(completion.text for step in before for completion in step.completions)
    assert (turn.tool, turn.completions[0].text) == (PERSON, "")


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


def question(strategy: str) -> Setup:
    data = {
        "strategy": strategy,
        "options": OPTIONS.get(strategy, {}),
        "task": {
            "input": "Tom has 2 apples and gets 3 more. How many has he?",
            "role": "You count things.",
            "material": "Apples." if strategy == "delimiters" else "",
            "examples": [{"input": "1 + 1", "output": "2"}],
            "steps": [{"name": "Plan", "template": "Plan: {input}"}, {"name": "Do", "template": "Do: {Plan}"}],
            "collection": "ferry_island" if strategy == "retrieval" else "",
            "agents": [{"name": name, "system": "You count things."} for name in ("One", "Two")],
        },
        "sampling": {"max_tokens": SHORT, "seed": 1},
    }
    return setups.parse(data)


ASKING = [name for name, one in setups.STRATEGIES.items() if not one.offers_functions]


@pytest.mark.parametrize("setup", [pytest.param(question(name), id=name) for name in ASKING])
def test_every_technique_runs(setup: Setup, run: Run) -> None:
    assert run.status == "done"
    assert all(c.text for c in run.steps[0].completions)


def test_the_same_seed_gives_the_same_text(real_catalog: Catalog) -> None:
    data = {"task": {"input": "Invent a name for a cat."}, "sampling": {"max_tokens": 16, "seed": 4}}
    setup = setups.parse(data)
    first, again = last(setup, real_catalog), last(setup, real_catalog)
    other = last(replace(setup, sampling=replace(setup.sampling, seed=5)), real_catalog)
    assert first.answer == again.answer != other.answer
