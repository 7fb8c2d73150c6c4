"""What a comparison would take, before anything is asked."""

from typing import Any

import pytest

from playground import setups
from playground.backends.catalog import Catalog, ModelEntry
from playground.backends.scripted import ScriptedBackend
from playground.evaluation.pane_estimate import estimate_panes, speeds_of
from playground.types import Completion, Run, Step
from playground.ui.compare.before_values import estimate_sentence


@pytest.fixture
def catalog() -> Catalog:
    backend = ScriptedBackend()
    return Catalog(
        [ModelEntry(name="m", title="M", kind="local", load=lambda _: backend, capabilities=backend.capabilities)]
    )


def setup(strategy: str, **data: Any) -> Any:
    return setups.parse(
        {"model": "m", "strategy": strategy, "task": {"input": "x" * 400}, "sampling": {"max_tokens": 10}, **data}
    )


@pytest.mark.parametrize(
    ("panes", "repetitions", "calls", "completions"),
    [
        ([setup("zero_shot")], 1, 1, 10),
        ([setup("zero_shot"), setup("zero_shot")], 2, 4, 40),
        ([setup("self_consistency", options={"paths": 3})], 2, 12, 252),  # each path is read by a second call
        ([setup("few_shot")], 5, 0, 0),  # without examples it cannot be asked
        ([setup("zero_shot", model="gone")], 5, 0, 0),
    ],
)
def test_calls_and_tokens_are_those_of_all_panes(
    panes: list[Any], repetitions: int, calls: int, completions: int, catalog: Catalog
) -> None:
    made = estimate_panes(panes, repetitions, catalog, {})
    assert (made.calls, made.completion_tokens, made.seconds, made.cost) == (calls, completions, None, None)
    assert made.prompt_tokens >= 100 * repetitions or not calls


def test_time_follows_from_what_was_measured_before(catalog: Catalog) -> None:
    answered = Completion(text="x", completion_tokens=4, seconds=2.0, finish_reason="stop")
    run = Run(setup=setup("zero_shot"), status="done", steps=(Step(label="", messages=(), completions=(answered,)),))
    assert speeds_of([run]) == {"m": 0.5}
    parallel = catalog.info("m").capabilities.parallel
    made = estimate_panes([setup("zero_shot")], parallel, catalog, speeds_of([run]))
    assert made.seconds == pytest.approx(5)
    words = estimate_sentence(2, 3, made)
    assert words.startswith("2 panes, 3 repetitions each: ")
    assert words.endswith("up to 5 s.")
    untimed = estimate_panes([setup("zero_shot")], 1, catalog, {})
    assert estimate_sentence(1, 1, untimed).endswith("time is known after a first run.")
