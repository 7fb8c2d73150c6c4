"""The number of items needed to detect a difference of a given size."""

import math
from statistics import NormalDist

ALPHA = 0.05
POWER = 0.8


def fewest_items(comparisons: int = 1) -> int:
    """Below so many items that differ, no exact test can find a difference: not even where all differ alike.

    Its p is 2 / 2^n then, times the comparisons for the smallest of them after Holm.
    """
    return math.floor(math.log2(2 * max(comparisons, 1) / ALPHA)) + 1


def items_needed(points: float = 5, discordance: float = 0.0, comparisons: int = 1) -> int:
    """Items at which a true difference of `points` (of 100) is found in 4 of 5 experiments, two-sided at 5 %.

    `discordance` is the share of items on which the two differ, in general the mean squared difference per item;
    never less than the difference itself. With several comparisons, each at the strictest level of Holm's procedure.
    Connor 1987, Biometrics 43:207; Lachin 1992, Stat. Med. 11:1239.
    """
    difference = points / 100
    discordance = max(discordance, difference)
    chance = NormalDist().inv_cdf(1 - ALPHA / max(comparisons, 1) / 2)
    power_quantile = NormalDist().inv_cdf(POWER)
    root = chance * math.sqrt(discordance) + power_quantile * math.sqrt(discordance - difference**2)
    return math.ceil((root / difference) ** 2)
