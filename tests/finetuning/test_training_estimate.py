"""What a training would take: it grows with what it is made of, and goes by how others went on this machine."""

from dataclasses import replace
from typing import Any

import pytest

from playground.backends.sources import ModelSource
from playground.finetuning.estimate import (
    PARAMETERS,
    TRAINED,
    TrainingEstimate,
    estimate,
    estimate_search,
    seconds_per_token,
    trained_weights,
)
from playground.finetuning.jobs.job import Job
from playground.finetuning.jobs.standing import History, Standing
from playground.finetuning.methods import method_of
from playground.finetuning.preparation.rows import PreferenceRow, TrainingRow, messages_of
from playground.finetuning.recipe import Recipe
from playground.finetuning.search.space import Search
from playground.finetuning.training.events import TrainingStep
from playground.finetuning.training_data import Parts

pytestmark = pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing. is deprecated:FutureWarning")

ROWS = tuple(TrainingRow(messages=messages_of(f"Is {word} good? " * 4), answer="yes") for word in "abcdefgh")
PARTS = Parts(training=ROWS[:6], validation=ROWS[6:])
RECIPE = Recipe(steps=100, batch=8)


def trained(pace: float, method: str = "lora", model: str = "default") -> Standing:
    """A training that took so many seconds a token, but for a long look in the middle."""
    source = ModelSource(kind="packaged", place="default")
    job = Job(
        id="1", title="One", model=model, model_title="Tiny", source=source, recipe=Recipe(method=method), data="Data",
        prompts=(), made=0.0,
    )  # type: ignore[arg-type]  # fmt: skip
    steps = tuple(
        TrainingStep(step=n, steps=10, loss=1.0, seconds=100 * pace * n + (99 if n > 5 else 0), tokens=100)
        for n in range(1, 11)
    )
    return Standing(job=job, phase="done", history=History(steps=steps))


def test_more_takes_more() -> None:
    def seconds_and_bytes(parts: Parts = PARTS, parameters: int = PARAMETERS, **changed: object) -> tuple[float, float]:
        found = estimate(parts, replace(RECIPE, **changed), parameters, "default", [], prompts=3, cores=2)  # type: ignore[arg-type]
        return found.seconds, found.bytes

    first = seconds_and_bytes()
    assert seconds_and_bytes(steps=200)[0] > 1.8 * first[0]
    assert seconds_and_bytes(steps=200)[1] == first[1]
    for more in (seconds_and_bytes(batch=32), seconds_and_bytes(method="full"), seconds_and_bytes(parameters=10**9)):
        assert more[0] > first[0]
        assert more[1] > first[1]
    longer = Parts(training=(*ROWS[:5], TrainingRow(messages=messages_of("long " * 999), answer="yes")), validation=())
    assert seconds_and_bytes(longer)[1] > first[1]


def test_it_goes_by_trainings_of_the_same_kind_here() -> None:
    assert seconds_per_token(trained(0.02)) is not None
    assert abs((seconds_per_token(trained(0.02)) or 0) - 0.02) < 1e-9  # the look is no step
    others = [trained(9.0, method="dora"), trained(9.0, model="other")]
    guess = estimate(PARTS, RECIPE, PARAMETERS, "default", others, prompts=3)
    known = estimate(PARTS, RECIPE, PARAMETERS, "default", [*others, trained(0.02), trained(5.0)], prompts=3)
    assert (guess.measured, known.measured) == (False, True)
    tokens = 100 * 8 * (sum(len(row.messages[0].content) for row in ROWS[:6]) / 6 / 4 + 40)
    assert 0.02 * tokens < known.seconds < 0.04 * tokens


def test_looks_are_counted_as_they_come_also_with_prompts_alone() -> None:
    def seconds(recipe: Recipe, prompts: int, parts: Parts = PARTS) -> float:
        return estimate(parts, recipe, PARAMETERS, "default", [], prompts=prompts, cores=1).seconds

    alone = replace(PARTS, validation=())
    steps = seconds(RECIPE, 0, alone)
    # As the loop looks: before the first step, every 20 steps, and after the last one.
    assert seconds(replace(RECIPE, evaluate_every=20), 3, alone) - steps == pytest.approx(6 * 5.0)
    assert seconds(replace(RECIPE, evaluate_every=30), 3, alone) - steps == pytest.approx(5 * 5.0)
    assert seconds(RECIPE, 0) > steps


@pytest.mark.parametrize("way", ["random", "optuna"])
def test_a_search_takes_what_its_tries_take_together(way: Any) -> None:
    def of(search: Search) -> tuple[TrainingEstimate, int]:
        return estimate_search(PARTS, RECIPE, search, PARAMETERS, "default", [], cores=1)

    def one(**changed: Any) -> TrainingEstimate:
        return estimate(PARTS, replace(RECIPE, **changed), PARAMETERS, "default", [], prompts=0, cores=1)

    steps, tries = of(Search(way="grid", tries=9, over={"steps": [50, 200], "rank": [4, 8, 16]}))
    assert tries == 6
    assert steps.seconds == pytest.approx(3 * (one(steps=50).seconds + one(steps=200).seconds))
    assert steps.bytes == one(rank=16).bytes
    rates, tries = of(Search(way=way, tries=5, over={"rate": {"from": 1e-4, "to": 1e-2}}))
    assert tries == 5
    assert rates.seconds == pytest.approx(5 * one().seconds)


def test_both_answers_of_a_pair_are_read() -> None:
    pairs = tuple(
        PreferenceRow(messages=row.messages, chosen="yes", rejected="no", id=str(at)) for at, row in enumerate(ROWS)
    )
    learned = estimate(Parts(training=ROWS, validation=()), RECIPE, PARAMETERS, "default", [], prompts=0, cores=1)
    preferred = estimate(Parts(training=pairs, validation=()), RECIPE, PARAMETERS, "default", [], prompts=0, cores=1)
    assert preferred.seconds == pytest.approx(2 * learned.seconds, rel=0.01)


@pytest.mark.parametrize(("method", "layers"), [("lora", "query_value"), ("lora", "attention"), ("lora", "all"),
    ("ia3", "query_value"), ("bottleneck", "query_value"),
    ("prompt_tuning", "query_value"), ("prefix_tuning", "query_value")])  # fmt: skip
def test_the_weights_that_a_method_trains_are_counted(default_model: tuple[Any, Any], method: Any, layers: Any) -> None:
    model, tokenizer = default_model
    recipe = Recipe(method=method, layers=layers, rank=16)
    learner = method_of(recipe).attach(model, tokenizer, recipe)
    try:
        count = sum(weight.numel() for weight in learner.weights)
    finally:
        learner.detach()
    assert trained_weights(recipe, PARAMETERS) == pytest.approx(count, rel=0.05)


def test_what_is_trained_takes_memory_with_every_method() -> None:
    def size(recipe: Recipe) -> float:
        return estimate(PARTS, recipe, PARAMETERS, "default", [], prompts=3).bytes

    wide = replace(RECIPE, rank=128, layers="all")
    assert size(wide) - size(replace(wide, rank=1)) == pytest.approx(127 * 305_280 * TRAINED)
    assert size(replace(RECIPE, method="full")) > 22 * PARAMETERS
