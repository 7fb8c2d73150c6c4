"""Tests whether two columns differ on the same items by more than chance."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from playground.evaluation.statistics import intervals
from playground.evaluation.statistics.intervals import FEW, LEVEL, Numbers

FLIPS = 9_999


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """A mean difference in -1..1 with its 95 % interval and the two-sided p of "there is no difference"."""

    difference: float
    low: float
    high: float
    p: float
    method: str


def mcnemar(only_first: int, only_second: int) -> float:
    """Exact two-sided p for right and wrong on the same items; only the items on which the two differ count.

    McNemar 1947, Psychometrika 12:153, with the binomial distribution instead of its approximation. 1 for no such item.
    """
    from scipy import stats

    n = only_first + only_second
    return float(stats.binomtest(only_second, n, 0.5).pvalue) if n else 1.0


def right_or_wrong(only_first: int, only_second: int, n: int) -> Paired:
    """Second minus first, each right or wrong once on each of `n` items."""
    square = only_first + only_second
    low, high = adjusted_wald(only_second - only_first, square, n)
    return Paired(
        difference=(only_second - only_first) / n,
        low=low,
        high=high,
        p=mcnemar(only_first, only_second),
        method="exact McNemar test",
    )


def scores(differences: Numbers, seed: int = 0) -> Paired:
    """Second minus first in scores, one mean difference per item: so items that were asked repeatedly are clusters.

    The interval is a paired bootstrap over items, the p from flipping the signs of whole items at random, exact where
    all flips can be tried (Fisher 1935; recommended for language tasks by Dror et al. 2018, ACL, with averages per
    cluster by Miller 2024, arXiv 2411.00640). Unlike a bootstrap's p it is not too small for few items.
    """
    n = len(differences)
    if n < FEW or np.ptp(differences) < 1e-12:
        low, high = adjusted_wald(float(differences.sum()), float((differences**2).sum()), n)
    else:
        low, high = intervals.bootstrap(differences, seed)
    return Paired(
        difference=float(differences.mean()),
        low=low,
        high=high,
        p=sign_flips(differences, seed),
        method="sign-flip test over items",
    )


def sign_flips(differences: Numbers, seed: int = 0) -> float:
    """Two-sided p: how often random signs make a sum at least as far from 0. All 2^n of them up to 13 items."""
    changed = differences[np.abs(differences) > 1e-12]
    n, total = len(changed), float(changed.sum())
    exact = 2**n <= FLIPS
    if exact:
        picks = np.arange(2**n)[:, None] >> np.arange(n) & 1
        sums = picks @ changed
    else:
        sums = np.concatenate([picks @ changed for picks in _halves(n, np.random.default_rng(seed))])
    # Flipping those not chosen: twice the chosen sum less the total.
    reached = int((np.abs(2 * sums - total) >= abs(total) - 1e-9).sum())
    # What was seen is one of the flips (Phipson & Smyth 2010): a p of 0 would claim more than was tried.
    return reached / len(sums) if exact else (reached + 1) / (FLIPS + 1)


def _halves(n: int, rng: np.random.Generator) -> Iterator[Numbers]:
    """FLIPS random choices out of n, as rows of 0 and 1, some at a time to spare memory."""
    rows = max(1, 4_000_000 // n)
    for start in range(0, FLIPS, rows):
        bits = rng.integers(0, 256, (min(rows, FLIPS - start), -(-n // 8)), np.uint8)
        yield np.unpackbits(bits, axis=1, count=n).astype(np.float64)


def adjusted_wald(total: float, square: float, n: int) -> tuple[float, float]:
    """Interval of a mean of `n` differences in -1..1 with this `total` and sum of squares, never of no width.

    Bonett & Price 2012, J. Educ. Behav. Stat. 37:479 (recommended by Fagerland, Lydersen & Laake 2014, Stat. Med.
    33:2850): one item more is counted for each side. For right and wrong `square` is the number of items that differ.
    """
    mean, items = total / (n + 2), n + 2
    z = NormalDist().inv_cdf(0.5 + LEVEL / 2)
    half = z * math.sqrt(((square + 2) / items - mean**2) / items)
    return max(mean - half, -1.0), min(mean + half, 1.0)
