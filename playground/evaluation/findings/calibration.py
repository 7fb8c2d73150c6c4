"""Calibration of stated confidence: reliability bins, expected calibration error and Brier score."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from playground.evaluation.results import Result
from playground.evaluation.statistics.intervals import wilson
from playground.evaluation.statistics.reliability import BINS, bin_places, calibration_error


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Cells whose confidence is above `start` and at most `end` (0 is in the first), and how many were right."""

    start: float
    end: float
    n: int
    confidence: float  # mean
    right: float  # share
    low: float  # Wilson's interval of that share, as if all answers to an item agreed
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Bins that hold a cell, and two figures that are best at 0.

    `ece` is the expected calibration error over cells, `brier` the mean squared distance to 1 (right) or 0 (wrong;
    Brier 1950). `left_out` counts cells that are not right or wrong or have no confidence.
    """

    bins: tuple[Bin, ...]
    ece: float
    brier: float
    n: int
    left_out: int


def calibrate(results: Iterable[Result], bins: int = BINS) -> Calibration | None:
    """The reliability of the confidence of these cells, in bins of equal width; None where no cell has one."""
    cells = list(results)
    rows = [(r.confidence, r.right, r.item) for r in cells if r.confidence is not None and r.right is not None]
    if not rows:
        return None
    confidence, right = np.array([row[:2] for row in rows], dtype=float).T
    items = np.array([item for *_, item in rows])
    at = bin_places(confidence, bins)
    filled_bins = []
    for i in np.unique(at):
        here = at == i
        n, share = int(here.sum()), float(right[here].mean())
        distinct = len(np.unique(items[here]))
        low, high = wilson(share * distinct, distinct)
        mean = float(confidence[here].mean())
        filled_bins.append(
            Bin(start=i / bins, end=(i + 1) / bins, n=n, confidence=mean, right=share, low=low, high=high)
        )
    return Calibration(
        bins=tuple(filled_bins),
        ece=calibration_error(confidence, right, bins),
        brier=float(((confidence - right) ** 2).mean()),
        n=len(rows),
        left_out=len(cells) - len(rows),
    )
