"""Which columns are worth their price."""

from dataclasses import replace

import pytest
from tables import table

from playground.evaluation.findings.frontier import PriceUnit, cost_frontier
from playground.evaluation.findings.summary import ColumnSummary, summaries


def column(name: str, right: int, tokens: int, seconds: float = 1.0, cost: float | None = None) -> ColumnSummary:
    (made,) = summaries(table({name: [i < right for i in range(10)]}))
    return replace(made, prompt_tokens=tokens * 10, seconds=seconds * 10, cost=None if cost is None else cost * 10)


def test_the_frontier() -> None:
    offers = cost_frontier(
        [
            column("dear and best", 9, 500),
            column("cheap", 2, 10),
            column("as good as cheap, dearer", 2, 11),
            column("middle", 5, 100),
            column("as dear as middle, worse", 4, 100),
            column("dearest", 8, 600),
        ]
    )
    assert [(o.column, o.efficient) for o in offers] == [
        ("cheap", True),
        ("as good as cheap, dearer", False),
        ("middle", True),
        ("as dear as middle, worse", False),
        ("dear and best", True),
        ("dearest", False),
    ]
    assert [o.price for o in offers] == [10, 11, 100, 100, 500, 600]
    assert all(o.low <= o.mean <= o.high for o in offers)


def test_what_scored_nothing_is_not_worth_it_however_cheap() -> None:
    offers = cost_frontier([column("nothing", 0, 5), column("something", 1, 50)])
    assert [(o.column, o.efficient) for o in offers] == [("nothing", False), ("something", True)]


def test_equal_offers_are_both_on_it() -> None:
    assert [o.efficient for o in cost_frontier([column("a", 5, 7), column("b", 5, 7)])] == [True, True]


@pytest.mark.parametrize(("by", "best"), [("tokens", ["b", "a"]), ("seconds", ["a"]), ("cost", ["a"])])
def test_by_another_price(by: PriceUnit, best: list[str]) -> None:
    columns = [column("a", 5, 20, seconds=1, cost=0.5), column("b", 4, 10, seconds=2)]
    assert [o.column for o in cost_frontier(columns, by) if o.efficient] == best


def test_without_a_score_or_price_there_is_no_offer() -> None:
    assert cost_frontier(summaries(table({"failed": [None]}))) == ()
    assert cost_frontier([column("unpriced", 5, 7)], "cost") == ()
