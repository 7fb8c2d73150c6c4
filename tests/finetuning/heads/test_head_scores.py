"""The measures of heads, on hand-made answers, and best of n with a reward that is known."""

import math
import random
from collections.abc import Callable
from itertools import combinations
from typing import Any

import pytest

from playground.backends.base import Request
from playground.backends.catalog import Catalog, ModelEntry
from playground.backends.scripted import ScriptedBackend
from playground.finetuning.heads import best_of_n as best
from playground.finetuning.heads.best_of_n import BestOfN, JudgedAnswer, best_of_n, strayed
from playground.finetuning.heads.scoring import by_drawing, mean_f1, share, span_f1, word_f1
from playground.types import Weights


def test_measures_on_hand_made_answers() -> None:
    assert share([True, True, False, False])[0] == 0.5
    # Label a: 1 right of 2 that are so and 1 named so; label b: 1 right of 1 and 2 named.
    assert mean_f1([("a", "a"), ("a", "b"), ("b", "b")]) == pytest.approx((2 / 3 + 2 / 3) / 2)
    assert span_f1([({1, 2}, {2, 3}), (set(), set())]) == pytest.approx(0.5)
    assert span_f1([(set(), set())]) == 1.0
    assert word_f1("the red house", "red house today") == pytest.approx(2 / 3)
    assert word_f1("red", "") == 0.0


def test_an_interval_holds_its_value_and_narrows_with_more_rows() -> None:
    def width(count: int) -> float:
        value, low, high = by_drawing([n % 2 for n in range(count)], lambda some: sum(some) / len(some))
        assert low <= value == 0.5 <= high
        return high - low

    assert width(400) < width(40) < 0.4


def test_the_mean_of_the_best_of_some_is_that_over_all_ways_to_draw_them() -> None:
    rewards = [3.0, 1.5, 0.0, -1.0, -2.5]
    found = BestOfN(
        likeliest=JudgedAnswer(text="", reward=0.0),
        drawn=tuple(JudgedAnswer(text="", reward=reward) for reward in rewards),
    )
    for count in range(1, 6):
        ways = [max(some) for some in combinations(rewards, count)]
        assert found.expected_best(count) == pytest.approx(sum(ways) / len(ways))


def test_how_far_the_best_of_some_strays() -> None:
    assert strayed(1) == 0
    assert strayed(8) == pytest.approx(math.log(8) - 7 / 8)


def test_the_answer_with_the_highest_reward_comes_first(
    catalog_of: Callable[..., Catalog], monkeypatch: pytest.MonkeyPatch
) -> None:
    def says(request: Request, rng: random.Random) -> str:
        if request.adapter or request.model == "tuned":
            return "x" * 30
        return "x" * rng.randrange(1, 20) if request.sampling.temperature else "x" * 5

    catalog = catalog_of(says)
    other = ScriptedBackend(reply=says, capabilities=catalog.info("default").capabilities)
    catalog.add(
        ModelEntry(name="tuned", title="Tuned", kind="scripted", load=lambda _: other, capabilities=other.capabilities)
    )
    for name in ("default", "tuned"):
        for _ in catalog.open(name):
            pass
    judged: list[str] = []

    def length(catalog: Any, model: str, prompt: str, answer: str) -> JudgedAnswer:
        judged.append(answer)
        return JudgedAnswer(text=answer, reward=float(len(answer)))

    monkeypatch.setattr(best, "judge_answer", length)
    *said, found = best_of_n(catalog, Weights(model="default"), Weights(model="tuned"), "reward", "Hi", count=6, seed=3)
    assert isinstance(found, BestOfN)
    assert all(isinstance(one, str) for one in said)
    assert (found.likeliest.reward, found.tuned and found.tuned.reward) == (5, 30)
    rewards = [one.reward for one in found.drawn]
    assert rewards == sorted(rewards, reverse=True)
    assert len(rewards) == 6 == len(judged) - 2
