"""What a comparison would take, before anything is asked."""

from dataclasses import replace
from typing import Any

import pytest

from playground import setups
from playground.backends.catalog import Catalog, ModelEntry
from playground.backends.scripted import ScriptedBackend
from playground.evaluation.pane_estimate import Pace, Seen, estimate_panes, seen_in
from playground.types import Completion, Run, Step
from playground.ui.compare.before_values import estimate_sentence

EXAMPLES = [{"input": "a", "output": "b"}]


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
    made = estimate_panes(panes, repetitions, catalog, Seen())
    assert (made.calls, made.completion_tokens, made.seconds, made.cost) == (calls, completions, None, None)
    assert made.prompt_tokens >= 100 * repetitions or not calls


def ended(strategy: str, tokens: int, seconds: float) -> Run:
    answered = Completion(text="x", completion_tokens=tokens, seconds=seconds, finish_reason="stop")
    step = Step(label="", messages=(), completions=(answered,))
    return Run(setup=setup(strategy), status="done", steps=(step,))


def test_time_and_length_follow_from_what_was_seen_before(catalog: Catalog) -> None:
    seen = seen_in([ended("zero_shot", 4, 2.0)])
    assert seen.paces == {"m": Pace(0.5, 0.5)}
    parallel = catalog.info("m").capabilities.parallel
    made = estimate_panes([setup("zero_shot")], parallel, catalog, seen)
    assert made.seconds == pytest.approx(4 * 0.5)  # as long as the one that was seen, not the 10 tokens it may have
    assert made.completion_tokens == 4 * parallel
    words = estimate_sentence(2, 3, made)
    assert words.startswith("2 panes, 3 repetitions each: ")
    assert f"and about {4 * parallel} of answers" in words
    assert words.endswith("about 2 s.")
    unlike = estimate_panes([setup("zero_shot"), setup("chain_of_thought")], 1, catalog, seen)
    assert "and up to " in estimate_sentence(2, 1, unlike)  # nobody knows how long those get
    shorter = estimate_panes([setup("zero_shot", sampling={"max_tokens": 2})], 1, catalog, seen)
    assert shorter.completion_tokens == 2
    untimed = estimate_panes([setup("zero_shot")], 1, catalog, Seen())
    assert estimate_sentence(1, 1, untimed).endswith("time is known after a first run.")


def test_what_a_short_answer_waited_for_is_not_taken_for_each_token(catalog: Catalog) -> None:
    run = ended("zero_shot", 3, 7.0)
    (step,) = run.steps
    (answer,) = step.completions
    slow = replace(run, steps=(replace(step, completions=(replace(answer, time_to_first_token=6.8),)),))
    seen = seen_in([slow])
    assert seen.paces["m"].first == 6.8
    made = estimate_panes([setup("few_shot", task={"input": "x", "examples": EXAMPLES})], 1, catalog, seen)
    assert made.at_most
    assert made.seconds == pytest.approx(6.8 + 9 * 0.1)  # and not 10 times 2.3
