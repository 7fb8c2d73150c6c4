"""What each way costs, at which prices, and from how many answers on tuning is cheaper."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from playground.errors import InvalidSetup
from playground.finetuning.prompt_or_tune.ways import Way
from playground.formats import format_duration

SECONDS = "seconds of this machine"
MOST = 1_000_000_000  # that a price may be


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What a token and a second of training cost, both in `unit`."""

    token: float
    training_second: float
    unit: str = SECONDS


def prices_of(million: float | None, hour: float | None, unit: str) -> Prices | None:
    """Prices as a person gives them, of a million tokens and of an hour of training; None where none is given.

    Raises InvalidSetup for one without the other, and for what is no price.
    """
    if million is None and hour is None:
        return None
    for name, price in (("token_price", million), ("training_price", hour)):
        if price is None or not 0 <= price <= MOST:
            rule = f"give both prices, each from 0 to {MOST:,}, or none of them."
            raise InvalidSetup(path=(name,), value=price, rule=rule)
    assert million is not None
    assert hour is not None
    return Prices(token=million / 1e6, training_second=hour / 3600, unit=unit)


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
    """From which number of answers on tuning is cheaper, at which prices."""
    count = cheaper_from(prompted, tuned, prices)
    each = f"{tuned.tokens:,.0f} tokens an answer instead of {prompted.tokens:,.0f}"
    took = f"{format_duration(tuned.preparation.training_seconds)} of training"
    if count is None:
        return (
            f"\u201c{tuned.name}\u201d never gets cheaper than \u201c{prompted.name}\u201d: it takes {each}, after "
            f"{took}. {prices_sentence(prices)}"
        )
    return (
        f"From {count:,} answers on \u201c{tuned.name}\u201d is cheaper than \u201c{prompted.name}\u201d: {took}, then "
        f"{each}. {prices_sentence(prices)}"
    )


def prices_sentence(prices: Prices) -> str:
    """What is taken for a token and for training."""
    if prices.unit == SECONDS:
        return (
            f"Counted in time on this machine: a token takes {prices.token * 1000:.3g} ms, over all answers, and a "
            "second of training a second."
        )
    million, hour = prices.token * 1e6, prices.training_second * 3600
    return f"Counted at {million:,.4g} {prices.unit} for a million tokens and {hour:,.4g} for an hour of training."
