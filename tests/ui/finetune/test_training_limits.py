"""Who may train on a shared server, and for how long."""

import time
from dataclasses import replace
from typing import Any

import pytest

from playground.backends.sources import ModelSource
from playground.errors import LimitReached, NotSupported
from playground.finetuning.jobs.job import Job
from playground.finetuning.jobs.standing import History, Standing
from playground.finetuning.preparation.rows import messages_of
from playground.finetuning.recipe import Recipe
from playground.finetuning.training.events import TrainingStep
from playground.settings import Settings
from playground.ui.finetune.limits import DAY, limits_text, seconds_left

SHARED = Settings(public=True, training_minutes=2)


def trained(seconds: float, **more: Any) -> Standing:
    source = ModelSource(kind="packaged", place="default")
    job = Job(
        id="1", title="One", model="default", model_title="Tiny", source=source, recipe=Recipe(), data="Data",
        prompts=(messages_of("Hi"),), made=time.time(), owner="anna",
    )  # fmt: skip
    steps = (TrainingStep(step=1, steps=2, loss=1.0, seconds=seconds),)
    return Standing(job=job, phase=more.pop("phase", "done"), history=History(steps=steps), **more)


def test_on_a_server_of_ones_own_there_is_no_limit() -> None:
    assert seconds_left(Settings(), [trained(1e6, phase="running")], Recipe(method="full")) is None
    assert limits_text(Settings()) == ""


def test_nobody_trains_on_a_shared_server_unless_it_is_allowed() -> None:
    with pytest.raises(NotSupported, match="lets nobody train on it"):
        seconds_left(Settings(public=True), [], Recipe())
    assert "lets nobody train" in limits_text(Settings(public=True))


def test_a_visitor_trains_so_long_a_day() -> None:
    assert "you can train 2 min a day" in limits_text(SHARED)
    assert seconds_left(SHARED, [], Recipe()) == 120
    assert seconds_left(SHARED, [trained(50), trained(30)], Recipe()) == 40
    with pytest.raises(LimitReached, match="You have trained 2 min today"):
        seconds_left(SHARED, [trained(100), trained(30)], Recipe())
    yesterday = trained(1000)
    yesterday = replace(yesterday, job=replace(yesterday.job, made=time.time() - DAY - 1))
    assert seconds_left(SHARED, [yesterday], Recipe()) == 120


def test_a_visitor_trains_one_thing_at_a_time_and_no_whole_model() -> None:
    with pytest.raises(LimitReached, match="A training of yours goes on"):
        seconds_left(SHARED, [trained(1, phase="queued")], Recipe())
    with pytest.raises(NotSupported, match="too large for a shared server"):
        seconds_left(SHARED, [], Recipe(method="full"))
