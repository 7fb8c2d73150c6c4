"""What a probe measured: figures before and after with their intervals, and sentences that say what they mean."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from playground.evaluation.statistics import intervals, paired
from playground.evaluation.statistics.adjust import holm
from playground.evaluation.statistics.intervals import FEW, Numbers
from playground.evaluation.statistics.power import ALPHA


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeFigure:
    """One quantity over `n` items, before and after, and the change on the same items with its two-sided p.

    In the figures of a result the p is adjusted for all of them."""

    name: str
    unit: str
    n: int
    before: Estimate
    after: Estimate
    change: Estimate
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeStep:
    """How far a probe is."""

    done: int
    total: int
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeResult:
    """What a probe found, with examples of it by name; `limits` is what it cannot show."""

    name: str
    title: str
    figures: tuple[ProbeFigure, ...]
    sentence: str
    limits: str
    examples: tuple[Mapping[str, str], ...] = ()


def mean_of(values: Numbers, seed: int = 0) -> Estimate:
    """The mean of any numbers with a bootstrap interval over items. Equal ones have an interval of no width."""
    mean = float(values.mean())
    if np.ptp(values) < 1e-12:
        return Estimate(value=mean, low=mean, high=mean)
    if len(values) < FEW:
        return Estimate(value=mean, low=-math.inf, high=math.inf)  # it would only shuffle what little was seen
    low, high = intervals.bootstrap(values, seed)
    return Estimate(value=mean, low=low, high=high)


def compare_means(name: str, unit: str, before: Sequence[float], after: Sequence[float]) -> ProbeFigure:
    """Numbers of any size on the same items; the p is that of the sign-flip test over items."""
    first, second = np.array(before, dtype=float), np.array(after, dtype=float)
    return ProbeFigure(
        name=name,
        unit=unit,
        n=len(first),
        before=mean_of(first),
        after=mean_of(second),
        change=mean_of(second - first),
        p=paired.sign_flips(second - first),
    )


def compare_shares(name: str, before: Sequence[bool], after: Sequence[bool]) -> ProbeFigure:
    """Shares of yes on the same items, with Wilson's intervals and McNemar's exact p."""
    n = len(before)
    lost = sum(b and not a for b, a in zip(before, after, strict=True))
    gained = sum(a and not b for b, a in zip(before, after, strict=True))
    change = paired.right_or_wrong(lost, gained, n)
    return ProbeFigure(
        name=name,
        unit="share",
        n=n,
        before=_share(before),
        after=_share(after),
        change=Estimate(value=change.difference, low=change.low, high=change.high),
        p=change.p,
    )


def adjust_together(*figures: ProbeFigure) -> tuple[ProbeFigure, ...]:
    """The figures of a probe, each p adjusted for all of them after Holm: with every figure more, one is likelier to
    look like a change by chance alone."""
    adjusted = holm([figure.p for figure in figures])
    return tuple(replace(figure, p=p) for figure, p in zip(figures, adjusted, strict=True))


def _share(marks: Sequence[bool]) -> Estimate:
    low, high = intervals.wilson(sum(marks), len(marks))
    return Estimate(value=sum(marks) / len(marks), low=low, high=high)


def describe(estimate: Estimate, unit: str, *, signed: bool = False) -> str:
    """The estimate with its 95 % interval; with its sign where it is a change."""
    value, low, high = (_write(number, unit, signed) for number in (estimate.value, estimate.low, estimate.high))
    if math.isinf(estimate.low):
        return f"{value} (too few items for an interval)"
    return f"{value} (95 % interval {low} to {high})"


def _write(number: float, unit: str, signed: bool) -> str:
    if unit == "share":
        return f"{100 * number:+.0f} points" if signed else f"{number:.0%}"
    return f"{number:+.2f}" if signed else f"{number:.2f}"


def is_change(figure: ProbeFigure) -> bool:
    """Whether chance alone hardly explains the change, at the level of one test in twenty."""
    return figure.p < ALPHA
