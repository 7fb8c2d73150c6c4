"""How many items it takes: against a published example, and by trying it."""

import numpy as np
import pytest

from playground.evaluation.statistics.paired import mcnemar
from playground.evaluation.statistics.power import fewest_items, items_needed


def test_as_published() -> None:
    # Connor 1987, Biometrics 43:209: shares of 0.45 and 0.05 that changed, 5 % two-sided, power 80 %
    assert items_needed(points=40, discordance=0.5) == 23


def test_more_for_smaller_differences_more_noise_and_more_comparisons() -> None:
    assert [items_needed(points, 0.2) for points in (20, 10, 5, 1)] == sorted(
        items_needed(points, 0.2) for points in (20, 10, 5, 1)
    )
    assert items_needed(5, 0.1) < items_needed(5, 0.2) < items_needed(5, 0.2, comparisons=5)
    assert items_needed(5, 0.0) == items_needed(5, 0.05)  # two that differ by 5 points differ on 5 % of the items


@pytest.mark.parametrize("discordance", [0.1, 0.3])
def test_that_many_find_it_in_four_of_five_experiments(discordance: float) -> None:
    n = items_needed(5, discordance)
    first, second = (discordance - 0.05) / 2, (discordance + 0.05) / 2
    draws = np.random.default_rng(2).multinomial(n, [first, second, 1 - first - second], 400)
    found = np.mean([mcnemar(int(a), int(b)) < 0.05 for a, b, _ in draws])
    assert found == pytest.approx(0.78, abs=0.06)  # the exact test is a little stricter than the formula


@pytest.mark.parametrize("comparisons", [1, 3, 66])
def test_fewer_items_cannot_show_any_difference_and_so_many_can(comparisons: int) -> None:
    least = fewest_items(comparisons)
    assert mcnemar(0, least) * comparisons < 0.05 <= mcnemar(0, least - 1) * comparisons
