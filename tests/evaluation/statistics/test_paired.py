"""Paired comparisons against published examples, libraries and what must hold for any data."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar as reference

from playground.evaluation.statistics import paired
from playground.evaluation.statistics.paired import adjusted_wald, mcnemar, right_or_wrong, sign_flips

DIFFERENCES = st.lists(st.sampled_from([-1.0, -0.5, 0.0, 0.25, 1.0]), min_size=1, max_size=9).map(np.array)
COUNTS = st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(1, 100))

PUBLISHED = [  # discordant counts, items, exact p, Bonett and Price's interval
    # Bentur et al. 2009 in Fagerland, Lydersen & Laake 2013, BMC Med. Res. Methodol. 13:91
    (7, 1, 21, 0.0703, -0.508, -0.013),
    # Cavo et al. 2012 in Fagerland, Lydersen & Laake 2017, Statistical Analysis of Contingency Tables, chapter 8
    (16, 6, 161, 0.052479, -0.1195, -0.0032),
]


@pytest.mark.parametrize(("only_first", "only_second", "n", "p", "low", "high"), PUBLISHED)
def test_as_published(only_first: int, only_second: int, n: int, p: float, low: float, high: float) -> None:
    found = right_or_wrong(only_first, only_second, n)
    assert found.difference == pytest.approx((only_second - only_first) / n)
    assert found.p == pytest.approx(p, abs=5e-5)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-4)


@given(COUNTS)
def test_right_or_wrong(counts: tuple[int, int, int]) -> None:
    first, second, same = counts
    found, turned = (right_or_wrong(a, b, first + second + same) for a, b in ((first, second), (second, first)))
    assert found.p == pytest.approx(reference([[0, first], [second, 0]], exact=True).pvalue) if first + second else 1
    assert found.p == turned.p == mcnemar(first, second)
    assert (found.low, found.high) == pytest.approx((-turned.high, -turned.low))
    assert -1 <= found.low <= found.difference <= found.high <= 1


def test_more_discordance_in_one_direction_is_more_evidence() -> None:
    ps = [mcnemar(2, only_second) for only_second in range(2, 20)]
    assert ps == sorted(ps, reverse=True)
    assert mcnemar(0, 0) == mcnemar(1, 0) == mcnemar(3, 3) == 1


@given(DIFFERENCES)
def test_sign_flips_are_scipys_permutation_test(differences: np.ndarray) -> None:
    signs = np.array(list(itertools.product((1, -1), repeat=len(differences))))
    sums = np.abs((signs * differences).sum(axis=1))
    assert sign_flips(differences) == pytest.approx((sums >= abs(differences.sum()) - 1e-9).mean())
    if len(differences) == 1:
        return  # scipy refuses one pair
    library = stats.permutation_test(
        (differences, np.zeros_like(differences)),
        lambda x, y, axis: np.mean(x - y, axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=np.inf,
    )
    assert sign_flips(differences) == pytest.approx(min(library.pvalue, 1.0))


@given(DIFFERENCES)
def test_scores(differences: np.ndarray) -> None:
    found, turned = paired.scores(differences), paired.scores(-differences)
    assert -1 <= found.low <= found.difference <= found.high <= 1
    assert found.low < found.high
    assert found.p == turned.p
    assert 0 < found.p <= 1


def test_many_items_are_flipped_at_random_and_agree_with_the_t_test() -> None:
    differences = np.random.default_rng(5).normal(0.05, 0.2, 80)
    p = sign_flips(differences)
    assert p == sign_flips(differences)
    assert p == pytest.approx(stats.ttest_1samp(differences, 0).pvalue, abs=0.01)
    assert sign_flips(np.full(60, 0.3)) == 1 / 10_000


def test_right_and_wrong_by_flips_is_mcnemar() -> None:
    differences = np.array([1.0] * 9 + [-1.0] * 2 + [0.0] * 40)
    assert sign_flips(differences) == pytest.approx(mcnemar(2, 9))


def test_ties_and_single_items_are_no_evidence() -> None:
    for differences in ([0.0] * 60, [0.7], [0.4] * 4):
        assert paired.scores(np.array(differences)).p >= 0.125
    low, high = adjusted_wald(0, 0, 60)
    assert -0.05 < low < 0 < high < 0.05


def test_false_alarms_are_as_rare_as_promised() -> None:
    """Ten answers to each of 30 items that differ in difficulty, no difference between the two: 5 % at most."""
    rng = np.random.default_rng(11)
    ps = []
    for _ in range(400):
        difficulty = rng.beta(0.5, 0.5, 30)
        ps.append(sign_flips((rng.binomial(10, difficulty) - rng.binomial(10, difficulty)) / 10))
    assert sum(p < 0.05 for p in ps) <= 32
    assert sum(p < 0.5 for p in ps) >= 160
