"""Figures of a probe: intervals that hold their mean, and Markdown in which a model's words stay words."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.finetuning.probes.figures import (
    Estimate,
    ProbeResult,
    compare_means,
    compare_shares,
    describe,
    mean_of,
)
from playground.finetuning.probes.report import as_markdown

NUMBERS = st.lists(st.floats(-50, 50).map(lambda value: round(value, 2)), min_size=1, max_size=20)


@given(NUMBERS)
def test_a_mean_lies_in_its_interval(values: list[float]) -> None:
    found = mean_of(np.array(values))
    assert found.low <= found.value <= found.high
    assert found.value == pytest.approx(sum(values) / len(values))
    assert math.isinf(found.low) == (len(values) < 8 and np.ptp(values) >= 1e-12)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=30))
def test_shares_before_and_after_are_counted(pairs: list[tuple[bool, bool]]) -> None:
    before, after = zip(*pairs, strict=True)
    figure = compare_shares("x", before, after)
    assert figure.change.value == pytest.approx(figure.after.value - figure.before.value)
    assert figure.before.low <= figure.before.value <= figure.before.high
    assert 0 <= figure.p <= 1


@pytest.mark.parametrize(
    ("estimate", "unit", "signed", "said"),
    [
        (Estimate(value=0.5, low=0.25, high=0.75), "share", False, "50% (95 % interval 25% to 75%)"),
        (
            Estimate(value=0.5, low=-0.25, high=0.75),
            "share",
            True,
            "+50 points (95 % interval -25 points to +75 points)",
        ),
        (Estimate(value=2.5, low=1, high=4), "nats", False, "2.50 (95 % interval 1.00 to 4.00)"),
        (Estimate(value=2.5, low=-math.inf, high=math.inf), "nats", True, "+2.50 (too few items for an interval)"),
    ],
)
def test_estimates_in_words(estimate: Estimate, unit: str, signed: bool, said: str) -> None:
    assert describe(estimate, unit, signed=signed) == said


def test_what_a_model_wrote_stays_text() -> None:
    result = ProbeResult(
        name="x",
        title="X",
        figures=(compare_means("m", "nats", [1.0, 2.0], [1.5, 3.0]),),
        sentence="It says.",
        limits="Little.",
        examples=({"after": "# head\n![picture](http://example.org/x.png) <b>"},),
    )
    text = as_markdown([result])
    assert "\n# head" not in text
    assert "![picture](" not in text
    assert "<b>" not in text
    assert text.startswith("## X\n\nIt says.\n")
    assert "| m (nats) | 2 | 1.50 (too few items for an interval)" in text
