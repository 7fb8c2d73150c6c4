"""From how many answers on tuning is cheaper, on figures that can be worked out by hand."""

from dataclasses import replace

import pytest

from playground.errors import InvalidSetup
from playground.finetuning.prompt_or_tune.costs import (
    Prices,
    break_even_sentence,
    cheaper_from,
    parse_prices,
    prices_here,
)
from playground.finetuning.prompt_or_tune.ways import Preparation, Way, best_of


def way(name: str, tokens: float, mean: float = 0.5, seconds: float = 0.1, **prepared: object) -> Way:
    kind = "tuned" if "training_seconds" in prepared else "prompted"
    return Way(
        name=name, preparation=Preparation(kind=kind, **prepared), items=10, failed=0, mean=mean, low=mean, high=mean,
        right=None, prompt_tokens=tokens - 5, answer_tokens=5, seconds=seconds,
    )  # fmt: skip


PROMPTED, TUNED = way("Few-shot", 300), way("LoRA", 50, mean=0.8, training_seconds=60.0)


def test_training_is_paid_by_the_tokens_that_it_spares() -> None:
    prices = Prices(token=0.001, training_second=1.0)  # 60 against 0.25 an answer: equal after 240 of them
    assert cheaper_from(PROMPTED, TUNED, prices) == 241
    assert "From 241 answers on" in break_even_sentence(PROMPTED, TUNED, prices)


def test_a_search_is_paid_too() -> None:
    searched = way("Best of 8", 300, search_tokens=20_000, tries=8)
    assert cheaper_from(searched, TUNED, Prices(token=0.001, training_second=1.0)) == 161


def test_what_takes_more_tokens_after_a_training_is_never_cheaper() -> None:
    prices = Prices(token=0.001, training_second=1.0)
    assert cheaper_from(way("Bare", 40), TUNED, prices) is None
    assert "never gets cheaper" in break_even_sentence(way("Bare", 40), TUNED, prices)


def test_a_training_that_costs_less_than_the_search_is_cheaper_at_once_unless_its_answers_cost_more() -> None:
    prices = Prices(token=1.0, training_second=1.0)
    assert cheaper_from(way("Best", 300, search_tokens=100), TUNED, prices) == 1
    assert cheaper_from(way("Best", 40, search_tokens=100), TUNED, prices) is None


def test_time_on_this_machine_is_what_a_token_took() -> None:
    prices = prices_here([way("a", 100, seconds=0.1), way("b", 300, seconds=0.5)])
    assert prices.token == pytest.approx(0.6 / 400)
    assert prices.training_second == 1


def test_prices_come_together_or_not_at_all() -> None:
    assert parse_prices({}) is None
    prices = parse_prices({"million_tokens": 2.0, "training_hour": 36.0})
    assert prices is not None
    assert (prices.token, prices.training_second) == pytest.approx((2e-6, 0.01))
    for given in ({"million_tokens": 1.0}, {"training_hour": 1.0}):
        with pytest.raises(InvalidSetup, match="both prices"):
            parse_prices(given)
    for given in ({"million_tokens": -1.0, "training_hour": 1.0}, {"training_hour": float("nan")}):
        with pytest.raises(InvalidSetup, match="number"):
            parse_prices(given)


def test_of_equal_ways_the_one_with_fewer_tokens_is_best() -> None:
    short = replace(PROMPTED, name="Short", prompt_tokens=10)
    assert best_of([PROMPTED, short, TUNED], tuned=False) == short
    assert best_of([PROMPTED], tuned=True) is None
