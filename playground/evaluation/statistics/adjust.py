"""Holm-Bonferroni adjustment of p-values."""

from collections.abc import Sequence

import numpy as np


def holm(ps: Sequence[float]) -> tuple[float, ...]:
    """Each p adjusted for all that were made, in the same order (Holm 1979, Scand. J. Statist. 6:65).

    Not statsmodels' `multipletests`: that collects garbage at every call, and with a model loaded all threads wait.
    """
    order = np.argsort(ps, kind="stable")
    adjusted = np.empty(len(ps))
    adjusted[order] = np.maximum.accumulate(np.minimum(np.asarray(ps)[order] * np.arange(len(ps), 0, -1), 1.0))
    return tuple(map(float, adjusted))
