"""Intervals against published figures, libraries and what must hold for any data."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.evaluation.statistics import intervals
from playground.evaluation.statistics.intervals import bootstrap, difference, exact, scores, share, wilson

PUBLISHED = [  # Newcombe 1998, Stat. Med. 17:857, table I, method 3
    (81, 263, 0.2553, 0.3662),
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0000, 0.1611),
    (1, 29, 0.0061, 0.1718),
]


@pytest.mark.parametrize(("right", "n", "low", "high"), PUBLISHED)
def test_wilson_as_published(right: int, n: int, low: float, high: float) -> None:
    assert wilson(right, n) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_is_its_formula(counts: tuple[int, int]) -> None:
    right, n = counts
    z, p = 1.959963984540054, right / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low, high = wilson(right, n)
    assert (low, high) == pytest.approx((middle - half, middle + half), abs=1e-12)
    assert 0 <= low <= p <= high <= 1
    assert wilson(n - right, n) == pytest.approx((1 - high, 1 - low), abs=1e-12)


# Newcombe 1998, table I, method 5
@pytest.mark.parametrize(
    ("right", "n", "low", "high"),
    [(81, 263, 0.2527, 0.3676), (15, 148, 0.0578, 0.1617), (0, 20, 0.0, 0.1684), (1, 29, 0.0009, 0.1776)],
)
def test_the_exact_interval_as_published(right: int, n: int, low: float, high: float) -> None:
    assert exact(right, n) == pytest.approx((low, high), abs=5e-5)


def test_a_difference_of_two_shares_as_published() -> None:
    first, second = ((right / n, *wilson(right, n)) for right, n in ((56, 70), (48, 80)))
    assert difference(first, second) == pytest.approx((0.0524, 0.3339), abs=5e-5)  # Newcombe 1998, 17:873, method 10


def test_wilson_narrows_with_more_items() -> None:
    widths = [high - low for low, high in (wilson(n * 0.3, n) for n in (1, 10, 60, 600, 6000))]
    assert widths == sorted(widths, reverse=True)


def test_a_cell_for_each_item_is_plain_wilson() -> None:
    values = np.array([1.0] * 22 + [0.0] * 38)
    assert share(values, 60) == (*wilson(22, 60), "Wilson")


def test_repetitions_that_agree_are_no_evidence_and_independent_ones_are() -> None:
    agree = np.array([1.0] * 20 + [0.0] * 40)  # 60 items, all 10 answers alike
    low, high, method = share(agree, 600)
    assert (low, high) == pytest.approx(wilson(20, 60))
    assert "clustered" in method
    apart = np.random.default_rng(1).binomial(10, 1 / 3, 60) / 10
    mean = apart.mean()
    assert np.ptp(share(apart, 600)[:2]) == pytest.approx(np.ptp(wilson(mean * 600, 600)), rel=0.2)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_all_alike_counts_items_not_cells(value: float) -> None:
    assert share(np.full(20, value), 200)[:2] == wilson(20 * value, 20)


def test_clustered_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """Items differ in difficulty: intervals that took repetitions for independent would miss the mean far too often."""
    rng = np.random.default_rng(7)
    held = naive = 0
    for _ in range(1000):
        values = rng.binomial(10, rng.beta(0.6, 0.9, 60)) / 10
        low, high, _ = share(values, 600)
        held += low <= 0.4 <= high
        low, high = wilson(values.mean() * 600, 600)
        naive += low <= 0.4 <= high
    assert 930 <= held <= 975
    assert naive < 750


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.integers(1, 5))
def test_intervals_hold_the_mean_and_stay_between_0_and_1(values: list[float], each: int) -> None:
    array = np.array(values)
    for low, high, _ in (share(array, len(array) * each), scores(array)):
        assert 0 <= low <= array.mean() + 1e-12
        assert array.mean() - 1e-12 <= high <= 1


def test_the_bootstrap_repeats_itself_and_agrees_with_the_normal_interval() -> None:
    values = np.random.default_rng(3).beta(2, 3, 400)
    low, high, method = scores(values)
    assert (low, high, method) == scores(values)
    half = 1.96 * values.std(ddof=1) / 20
    assert (low, high) == pytest.approx((values.mean() - half, values.mean() + half), abs=0.004)
    assert bootstrap(values, seed=1) != (low, high)


@pytest.mark.parametrize("values", [[0.5], [0.0] * 30, [0.25] * 30, [0.2, 0.9, 0.4]])
def test_too_little_to_resample_is_still_uncertain(values: list[float]) -> None:
    low, high, method = scores(np.array(values))
    assert high - low > 0.1
    assert method.startswith("Wilson")


def test_many_items_take_percentiles() -> None:
    values = np.random.default_rng(3).random(intervals.MANY + 1)
    low, high, _ = scores(values)
    assert (low, high) == pytest.approx((values.mean() - 0.018, values.mean() + 0.018), abs=0.003)
