"""A training as the page shows it: how far it is, what came of it, overfitting by its name, several side by side."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from playground.backends.sources import ModelSource
from playground.finetuning.history.outcome import outcome_of
from playground.finetuning.jobs.job import End, Job
from playground.finetuning.jobs.learned import name_of
from playground.finetuning.jobs.standing import History, Standing
from playground.finetuning.preparation.rows import messages_of
from playground.finetuning.recipe import Recipe
from playground.finetuning.training.events import Look, TrainingStep
from playground.types import Message
from playground.ui.finetune.comparing import comparison_of
from playground.ui.finetune.curves_figure import curves, side_by_side
from playground.ui.finetune.training_values import answers_value, compared_value, history_value, seen, status_value


def standing(
    losses: dict[int, float], fall: float = 0.1, phase: Any = "running", recipe: Recipe | None = None, **more: Any
) -> Standing:
    """A training of 20 steps whose own loss falls so much a step, with these validation losses by step."""
    job = Job(
        id="20261130-101500-abc123", title="One <b>word</b>", model="default", model_title="Tiny",
        source=ModelSource(kind="packaged", place="default"), recipe=recipe or Recipe(steps=40), data="Data",
        prompts=(messages_of("Is it good?"), messages_of("Is it bad?")), made=1_764_000_000.0,
    )  # fmt: skip
    steps = tuple(
        TrainingStep(
            step=n, steps=40, loss=3 - fall * n, seconds=1.5 * n, rate=1e-3, norm=2.0, tokens=300, left=30.0
        )
        for n in range(1, 21)
    )  # fmt: skip
    lowest = min(losses.values(), default=0)
    looks = tuple(
        Look(step=n, loss=loss, answers=(f"Yes {n}", "No"), best=loss == lowest) for n, loss in losses.items()
    )
    return Standing(job=job, phase=phase, history=History(steps=steps, looks=looks, stage="Loading"), **more)


def curves_end(one: Standing) -> float:
    figure = curves(one)
    assert figure is not None
    return float(next(line.y[-1] for line in figure.data if line.name.startswith("Training, mean of")))


def test_the_first_step_is_no_mean() -> None:
    one = standing({0: 3.0})
    first = replace(one, history=replace(one.history, steps=one.history.steps[:1]))
    assert "loss 2.900 \u00b7 validation 3.000 (step 0)" in status_value(first)["facts"]


def test_how_far_it_is() -> None:
    value = status_value(standing({0: 3.0, 10: 2.0}))
    assert (value["status"], value["share"], value["going"]) == ("Training", 0.5, True)
    assert "step 20 of 40" in value["facts"]
    assert "loss 1.450 (mean of the last 10 steps)" in value["facts"]
    assert curves_end(standing({0: 3.0, 10: 2.0})) == pytest.approx(1.45)  # the curve ends at what is said
    assert "validation 2.000 (step 10)" in value["facts"]
    assert "200 tokens per second" in value["facts"]
    assert value["facts"].endswith("about 30 s left")
    assert value["note"] == ""


def test_what_it_waits_for_and_how_it_ended() -> None:
    waiting = replace(standing({}, phase="queued"), place=1)
    assert status_value(waiting)["status"] == "Waits for 2 trainings before it"
    begun = replace(standing({}), history=History(stage="Loading Tiny"))
    assert status_value(begun)["status"] == "Loading Tiny"
    broken = standing({}, phase="failed", end=End(ending="failed", words="It was killed."))
    assert (status_value(broken)["error"], status_value(broken)["note"]) == ("It was killed.", "")
    done = standing({}, phase="done", end=End(ending="done", words="Done after 20 steps."))
    assert (status_value(done)["note"], status_value(done)["share"]) == ("Done after 20 steps.", None)
    assert status_value(None)["phase"] == "empty"


@pytest.mark.parametrize(
    ("losses", "fall", "named"),
    [
        ({0: 3.0, 5: 1.5, 10: 1.8, 15: 2.0, 20: 2.1}, 0.1, True),
        ({0: 3.0, 5: 1.5, 10: 1.51, 15: 1.52}, 0.1, False),  # noise
        ({0: 3.0, 5: 1.5, 10: 1.8}, 0.1, False),  # one look may be chance
        ({0: 3.0, 5: 1.5, 10: 1.8, 15: 2.0, 20: 2.1}, -0.1, False),  # its own loss rises too: that is something else
        ({0: 1.0, 5: 1.5, 10: 1.8, 15: 2.0}, 0.1, False),  # it never fell
    ],
)
def test_overfitting_is_named_when_it_shows(losses: dict[int, float], fall: float, named: bool) -> None:
    note = status_value(standing(losses, fall))["note"]
    assert note.startswith("Overfitting: since step 5 the loss on rows that it does not learn has risen") == named


def test_answers_stand_a_row_a_look() -> None:
    (table,) = answers_value(standing({0: 3.0, 10: 2.0, 20: 2.5}))
    assert table["columns"] == ["Is it good?", "Is it bad?"]
    heads = ["the model as it is", "step 10 (lowest validation loss)", "step 20"]
    assert [row["head"] for row in table["rows"]] == heads
    assert table["rows"][1]["cells"] == ["Yes 10", "No"]
    assert answers_value(None) == answers_value(standing({})) == []


def test_curves_have_what_happened_and_no_markup() -> None:
    one = standing({0: 3.0, 10: 2.0, 20: 2.5})
    figure = curves(one)
    assert figure is not None
    lines = {line.name: line for line in figure.data}
    assert list(lines["Validation"].y) == [3.0, 2.0, 2.5]
    assert list(lines["Lowest"].x) == [10]
    assert len(lines["Each step"].x) == len(lines["Learning rate"].x) == 20
    both = side_by_side([one, standing({})])
    assert both is not None
    assert all("<b>" not in line.name for line in both.data)
    assert curves(None) is side_by_side([]) is None


def test_what_differs_stands_side_by_side() -> None:
    both = [standing({10: 2.0}), standing({10: 1.0}, recipe=Recipe(steps=40, rank=16))]
    (table,) = compared_value([(one, outcome_of(one, Path("nowhere"))) for one in both])
    assert table["columns"] == [
        "Rank",
        "Data",
        "Lowest validation loss",
        "Loss on sealed rows",
        "Score on sealed items",
        "Time",
        "Size",
    ]
    assert [row["cells"][:3] for row in table["rows"]] == [["8", "Data", "2.000"], ["16", "Data", "1.000"]]
    (listed,) = history_value([standing({}, phase="done")])
    assert listed["ended"]
    assert "LoRA" in listed["facts"]


def test_there_is_news_when_something_happened() -> None:
    assert seen(standing({0: 3.0})) != seen(standing({0: 3.0, 10: 2.0}))
    assert seen(standing({})) != seen(standing({}, phase="done"))


def test_an_adapter_is_compared_with_its_base_and_a_whole_model_too() -> None:
    one = standing({})
    assert name_of(one) == "one-b-word-b-abc123"
    assert comparison_of(one)["rows"]["panes"] == [
        {"model": "default"}, {"model": "default", "adapter": "one-b-word-b-abc123"},
    ]  # fmt: skip
    whole = standing({}, recipe=Recipe(method="full"))
    assert comparison_of(whole)["rows"]["panes"][1] == {"model": "one-b-word-b-abc123"}


@pytest.mark.parametrize(
    ("prompts", "task"),
    [
        ([messages_of("Hi", system="Be short.")], {"input": "Hi", "role": "Be short."}),
        ([messages_of("Hi")], {"input": "Hi"}),
        ([(*messages_of("Hi"), Message("assistant", "Ho"), Message("user", "And?"))], {}),
        ([(*messages_of("Hi"), Message("assistant", "Ho"), Message("user", "And?")), messages_of("Is it?")],
         {"input": "Is it?"}),
        ([], {}),
    ],
)  # fmt: skip
def test_a_comparison_asks_a_prompt_as_it_stood_in_training(prompts: Any, task: Any) -> None:
    one = standing({})
    assert comparison_of(replace(one, job=replace(one.job, prompts=tuple(prompts))))["setup"]["task"] == task


def test_a_comparison_asks_what_shows_that_something_was_learned() -> None:
    one = standing({0: 3.0, 10: 2.0, 20: 2.5})
    looks = [replace(look, answers=("same", f"Yes {min(look.step, 10)}")) for look in one.history.looks]
    asked = replace(one.job, prompts=(messages_of("First?"), messages_of("Second?")))
    learned = replace(one, job=asked, history=replace(one.history, looks=tuple(looks)))
    assert comparison_of(learned)["setup"]["task"] == {"input": "Second?"}


def test_a_long_training_is_drawn_with_as_many_points_as_are_seen() -> None:
    one = standing({10: 2.0})
    steps = tuple(replace(one.history.steps[0], step=n, loss=1.0 / n) for n in range(1, 5001))
    figure = curves(replace(one, history=replace(one.history, steps=steps)))
    assert figure is not None
    drawn = [line for line in figure.data if line.name in ("Each step", "Gradient") or line.name.startswith("Training")]
    assert len(drawn) == 3
    assert all(len(line.x) == len(line.y) == 500 and line.x[-1] == 5000 for line in drawn)
    assert drawn[1].y[-1] == pytest.approx(sum(1 / n for n in range(4991, 5001)) / 10)  # the mean is of all steps
