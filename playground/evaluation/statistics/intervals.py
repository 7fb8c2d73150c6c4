"""95 % intervals of a mean: of shares that are right, and of scores from 0 to 1."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

FEW = 8  # below this many items a bootstrap only shuffles what little was seen
MANY = 1000  # from here on BCa and percentiles agree, and BCa's jackknife grows with the square
RESAMPLES = 2000
LEVEL = 0.95


class Interval(NamedTuple):
    """Both ends, and how they were found."""

    low: float
    high: float
    method: str


def wilson(right: float, n: float, level: float = LEVEL) -> tuple[float, float]:
    """Wilson's score interval for a share of `right` in `n`; both may be effective sizes, `n` at least above 0.

    Wilson 1927, J. Am. Stat. Assoc. 22:209; recommended by Brown, Cai & DasGupta 2001, Statistical Science 16:101.
    """
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(right, n, alpha=1 - level, method="wilson")
    return min(max(float(low), 0.0), right / n), max(min(float(high), 1.0), right / n)


def exact(right: int, n: int) -> tuple[float, float]:
    """The exact interval of a share (Clopper & Pearson 1934, Biometrika 26:404): wider than Wilson's, but it leaves out
    a half just where the sign test says that there is more than chance."""
    from scipy import stats

    found = stats.binomtest(right, n).proportion_ci(LEVEL)
    return float(found.low), float(found.high)


def difference(first: tuple[float, float, float], second: tuple[float, float, float]) -> tuple[float, float]:
    """The interval of first minus second of two independent estimates, each (value, low, high).

    Zou & Donner 2008, Stat. Med. 27:1693; with Wilson's intervals of two shares it is method 10 of Newcombe 1998,
    Stat. Med. 17:873.
    """
    (one, one_low, one_high), (two, two_low, two_high) = first, second
    low, high = math.hypot(one - one_low, two_high - two), math.hypot(one_high - one, two - two_low)
    return one - two - low, one - two + high


def share(values: Numbers, cells: int) -> Interval:
    """Interval of a mean of right (1) and wrong (0), from one mean per item and the number of `cells` behind them.

    With a cell per item this is Wilson's. With more it is Wilson's with the effective sample size, p(1 - p) over the
    variance of the mean of independent items (Korn & Graubard 1998, Survey Methodology 24:193; Dean & Pagano 2015,
    J. Survey Stat. Methodol. 3:484): never fewer than the items, as if all repetitions agreed, nor more than the cells.
    """
    items, mean = len(values), float(values.mean())
    if cells == items:
        return Interval(*wilson(mean * items, items), "Wilson")
    within = mean * (1 - mean)
    between = float(values.var(ddof=1)) / items if items > 1 else math.inf
    # A share of 0 or 1 says nothing of how alike an item's answers are: then the items alone count.
    effective = items if within < 1e-12 else cells if between == 0 else min(max(within / between, items), cells)
    return Interval(*wilson(mean * effective, effective), "Wilson, clustered by item")


def scores(values: Numbers, seed: int = 0) -> Interval:
    """Interval of a mean of scores in 0..1, one mean per item: bootstrap over items (Efron 1987, BCa).

    Few or equal values leave nothing to resample. Then Wilson's for the same mean: no variable in 0..1 varies more
    than right and wrong do (Bhatia & Davis 2000), so it is wide enough.
    """
    mean, items = float(values.mean()), len(values)
    if items < FEW or np.ptp(values) < 1e-12:
        return Interval(*wilson(mean * items, items), "Wilson (as if right or wrong)")
    return Interval(*bootstrap(values, seed), "bootstrap over items")


def bootstrap(values: Numbers, seed: int = 0) -> tuple[float, float]:
    """Bootstrap interval of the mean of values that are not all equal; the same seed gives the same ends."""
    from scipy import stats

    result = stats.bootstrap(
        (values,),
        np.mean,
        confidence_level=LEVEL,
        n_resamples=RESAMPLES,
        batch=max(1, 1_000_000 // len(values)),
        method="BCa" if len(values) < MANY else "percentile",
        rng=np.random.default_rng(seed),
    ).confidence_interval
    mean = float(values.mean())
    return min(float(result.low), mean), max(float(result.high), mean)
