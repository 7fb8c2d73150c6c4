"""Holm's procedure, against its definition and statsmodels' own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from playground.evaluation.statistics.adjust import holm


@pytest.mark.parametrize(
    ("ps", "adjusted"),
    [
        # Four hypotheses: at 5 % Holm rejects the fourth and the first, and stops there.
        ([0.01, 0.04, 0.03, 0.005], [0.03, 0.06, 0.06, 0.02]),
        ([0.2], [0.2]),
        ([0.6, 0.7], [1, 1]),
        ([0.5, 0.001, 0.02, 0.3, 0.011], None),
    ],
)
def test_worked_examples_and_statsmodels(ps: list[float], adjusted: list[float] | None) -> None:
    assert holm(ps) == pytest.approx(multipletests(ps, method="holm")[1])
    assert adjusted is None or holm(ps) == pytest.approx(adjusted)


def test_no_comparison() -> None:
    assert holm([]) == ()


@given(st.lists(st.floats(0, 1), max_size=12))
def test_it_is_the_step_down_procedure(ps: list[float]) -> None:
    found, largest = holm(ps), 0.0
    for step, i in enumerate(sorted(range(len(ps)), key=lambda i: ps[i])):
        largest = max(largest, min(1.0, (len(ps) - step) * ps[i]))
        assert found[i] == pytest.approx(largest)
        assert found[i] >= ps[i]
