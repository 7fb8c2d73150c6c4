"""What each way costs, at which prices, and from how many answers on tuning is cheaper."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from playground import setups
from playground.errors import InvalidSetup
from playground.finetuning.prompt_or_tune.ways import Way
from playground.formats import format_duration
from playground.parameters import STRICT, number

SECONDS, MONEY = "seconds of this machine", "your money"
MOST = 1_000_000_000  # that a price may be


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What a token and a second of training cost, both in `unit`."""

    token: float
    training_second: float
    unit: str = SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class PricesGiven:
    """Prices as a person gives them, both in the same money."""

    __pydantic_config__ = STRICT
    million_tokens: float | None = number(
        None, 0, MOST, step=0.01, label="A million tokens cost", empty="time on this machine",
        help="Of prompt and answer. Give both prices, or none.",
    )  # fmt: skip
    training_hour: float | None = number(
        None, 0, MOST, step=0.01, label="An hour of training costs", empty="time on this machine",
        help="In the same money.",
    )  # fmt: skip


def parse_prices(data: Any) -> Prices | None:
    """The prices that were given; None where none was. Raises InvalidSetup for one without the other, or no price."""
    given: PricesGiven = setups.build(PricesGiven, data, ("prices",))
    million, hour = given.million_tokens, given.training_hour
    if million is None and hour is None:
        return None
    if million is None or hour is None:
        raise InvalidSetup("Give both prices, or none of them: a token and a second are compared.", path=("prices",))
    return Prices(token=million / 1e6, training_second=hour / 3600, unit=MONEY)


def prices_here(ways: Sequence[Way]) -> Prices:
    """Time on this machine: a second of training costs a second, and a token what it took, over all answers."""
    seconds = sum(way.seconds * way.items for way in ways)
    tokens = sum(way.tokens * way.items for way in ways)
    return Prices(token=seconds / tokens if tokens else 0.0, training_second=1.0)


def prepared_cost(way: Way, prices: Prices) -> float:
    """What is paid before the first answer."""
    before = way.preparation
    return before.training_seconds * prices.training_second + before.search_tokens * prices.token


def cheaper_from(prompted: Way, tuned: Way, prices: Prices) -> int | None:
    """The number of answers from which on the tuned way has cost less in all; None if it never does."""
    saved = (prompted.tokens - tuned.tokens) * prices.token
    extra = prepared_cost(tuned, prices) - prepared_cost(prompted, prices)
    if extra < 0:
        return 1 if saved >= 0 else None
    return math.floor(extra / saved) + 1 if saved > 0 else None


def break_even_sentence(prompted: Way, tuned: Way, prices: Prices) -> str:
    """From which number of answers on tuning is cheaper."""
    count = cheaper_from(prompted, tuned, prices)
    each = f"{tuned.tokens:,.0f} tokens an answer instead of {prompted.tokens:,.0f}"
    took = f"{format_duration(tuned.preparation.training_seconds)} of training"
    if count is None:
        return (
            f"\u201c{tuned.name}\u201d never gets cheaper than \u201c{prompted.name}\u201d: it takes {each}, after "
            f"{took}."
        )
    return (
        f"From {count:,} answers on \u201c{tuned.name}\u201d is cheaper than \u201c{prompted.name}\u201d: {took}, then "
        f"{each}."
    )


def prices_sentence(prices: Prices) -> str:
    """What is taken for a token and for training."""
    if prices.unit == SECONDS:
        return (
            f"Counted in time on this machine: a token takes {prices.token * 1000:.3g} ms, over all answers, and a "
            "second of training a second."
        )
    million, hour = prices.token * 1e6, prices.training_second * 3600
    costs = f"{million:,.4g} for a million tokens and {hour:,.4g} for an hour of training"
    return f"Counted at {costs}, in {prices.unit}."
