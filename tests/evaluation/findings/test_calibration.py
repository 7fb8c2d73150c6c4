"""Confidence against being right, worked by hand."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.evaluation.findings.calibration import calibrate
from playground.evaluation.results import Result
from playground.evaluation.statistics.intervals import wilson


def results(cells: Sequence[tuple[float | None, bool | None]]) -> list[Result]:
    return [
        Result(key="", column="a", item=f"item {i}", confidence=confidence, right=right)
        for i, (confidence, right) in enumerate(cells)
    ]


def test_by_hand() -> None:
    found = calibrate(results([(0.9, True), (0.9, True), (0.85, False), (0.3, False), (None, True), (0.5, None)]))
    assert found is not None
    low, high = found.bins
    assert (low.start, low.end, low.n, low.right) == (0.2, 0.3, 1, 0)
    assert (high.start, high.end, high.n) == (0.8, 0.9, 3)
    assert (high.confidence, high.right) == (pytest.approx(2.65 / 3), pytest.approx(2 / 3))
    assert (high.low, high.high) == wilson(2, 3)
    assert found.ece == pytest.approx((0.3 + 3 * (2.65 - 2) / 3) / 4)
    assert found.brier == pytest.approx((0.01 + 0.01 + 0.85**2 + 0.09) / 4)
    assert (found.n, found.left_out) == (4, 2)


def test_the_ends_have_a_bin() -> None:
    found = calibrate(results([(0.0, False), (1.0, True)]))
    assert found is not None
    assert [(b.start, b.end) for b in found.bins] == [(0, 0.1), (0.9, 1.0)]
    assert (found.ece, found.brier) == (0, 0)


def test_answers_to_one_item_are_no_new_evidence() -> None:
    once = results([(0.9, True), (0.9, False), (0.9, True)])
    found = calibrate([replace(result, repetition=k) for result in once for k in range(5)])
    assert found is not None
    (high,) = found.bins
    assert (high.n, high.right) == (15, pytest.approx(2 / 3))
    assert (high.low, high.high) == pytest.approx(wilson(2, 3))


@pytest.mark.parametrize("cells", [[], [(None, True)], [(0.4, None)]])
def test_nothing_to_calibrate(cells: list[tuple[float | None, bool | None]]) -> None:
    assert calibrate(results(cells)) is None


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1), st.integers(1, 20))
def test_every_cell_is_in_one_bin_that_holds_its_confidence(cells: list[tuple[float, bool]], bins: int) -> None:
    found = calibrate(results(cells), bins)
    assert found is not None
    assert sum(b.n for b in found.bins) == len(cells)
    assert all(b.start - 1e-9 <= b.confidence <= b.end + 1e-9 for b in found.bins)
    assert 0 <= found.ece <= 1
    assert 0 <= found.brier <= 1
