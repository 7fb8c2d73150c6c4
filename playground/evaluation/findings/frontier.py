"""The cost frontier: columns that no other beats in both quality and price."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from playground.evaluation.findings.summary import ColumnSummary

PriceUnit = Literal["tokens", "seconds", "cost"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedColumn:
    """One column: its mean score with its interval, its price per cell, and whether no other offers more for less."""

    column: str
    mean: float
    low: float
    high: float
    price: float
    efficient: bool


def cost_frontier(summaries: Sequence[ColumnSummary], by: PriceUnit = "tokens") -> tuple[PricedColumn, ...]:
    """Columns by rising price. Efficient ones are on the frontier: none is as good and cheaper, or better and as cheap.

    A column that scored nothing is not on it, however cheap: there is nothing that one could buy.

    Columns without a score or a known price are left out.
    """
    candidates = []
    for summary in summaries:
        price = summary.per_cell({"tokens": summary.tokens, "seconds": summary.seconds, "cost": summary.cost}[by])
        if summary.mean is not None and summary.low is not None and summary.high is not None and price is not None:
            candidates.append((price, summary.mean, summary.low, summary.high, summary.column))
    offers = []
    for price, mean, low, high, column in sorted(candidates, key=lambda offer: (offer[0], -offer[1])):
        beaten = any(p <= price and m >= mean and (p < price or m > mean) for p, m, *_ in candidates)
        efficient = mean > 0 and not beaten
        offers.append(PricedColumn(column=column, mean=mean, low=low, high=high, price=price, efficient=efficient))
    return tuple(offers)
