"""The learning rate of each step: it climbs to its peak in the warm-up, and falls or stays after it."""

from itertools import pairwise
from typing import Any

import pytest

from playground.finetuning.recipe import Recipe
from playground.finetuning.training.schedules import rate_share


def shares(**recipe: Any) -> list[float]:
    made = Recipe(**recipe)
    return [rate_share(made, step) for step in range(made.steps)]


@pytest.mark.parametrize("schedule", ["cosine", "linear", "constant"])
@pytest.mark.parametrize(("steps", "warmup"), [(1, 0.5), (2, 0.5), (10, 0.0), (10, 0.3), (60, 0.1), (5000, 0.5)])
def test_every_step_moves_and_one_is_at_the_peak(schedule: Any, steps: int, warmup: float) -> None:
    found = shares(schedule=schedule, steps=steps, warmup=warmup)
    assert all(0 < share <= 1 for share in found)
    assert max(found) == 1


@pytest.mark.parametrize("schedule", ["cosine", "linear", "constant"])
def test_each_schedule_climbs_in_the_warm_up(schedule: Any) -> None:
    assert shares(schedule=schedule, steps=20, warmup=0.2)[:5] == [0.25, 0.5, 0.75, 1.0, 1.0]


def test_after_the_peak_it_falls_or_stays() -> None:
    for schedule in ("cosine", "linear"):
        after = shares(schedule=schedule, steps=20, warmup=0.2)[4:]
        assert all(later < share for share, later in pairwise(after))
        assert after[8] == pytest.approx(0.5)
    assert set(shares(schedule="constant", steps=20, warmup=0.2)[4:]) == {1.0}
