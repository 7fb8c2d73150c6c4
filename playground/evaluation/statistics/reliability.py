"""The expected calibration error, and the bins of equal width that it is measured in."""

import numpy as np
from numpy.typing import NDArray

from playground.evaluation.statistics.intervals import Numbers

BINS = 10


def bin_places(confidence: Numbers, bins: int = BINS) -> NDArray[np.int64]:
    """The bin of each confidence in 0..1: above its start and at most its end; 0 is in the first."""
    places: NDArray[np.int64] = np.clip(np.ceil(confidence * bins).astype(np.int64) - 1, 0, bins - 1)
    return places


def calibration_error(confidence: Numbers, right: Numbers, bins: int = BINS) -> float:
    """The distance between confidence and share right in each bin, averaged over all that was asked.

    Naeini et al. 2015, AAAI; Guo et al. 2017 (arXiv 1706.04599).
    """
    gaps = np.bincount(bin_places(confidence, bins), weights=confidence - right, minlength=bins)
    return float(np.abs(gaps).sum() / len(right))
