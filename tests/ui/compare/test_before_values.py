"""What is said of panes before anything is asked."""

from typing import Any

import pytest

from playground import setups
from playground.ui.compare.before_values import MOST, findings
from playground.ui.compare.panes import PaneSelection


def picked(*panes: dict[str, Any]) -> PaneSelection:
    made = tuple(setups.parse({"task": {"input": "2 + 3?"}, **pane}) for pane in panes)
    return PaneSelection(panes=made, baseline=0, titles=tuple("ABCDEFGH"[: len(made)]))


COLD = {"sampling": {"temperature": 0}}


@pytest.mark.parametrize(
    ("panes", "repetitions", "said"),
    [
        ([COLD, COLD], 1, []),
        ([{}, {"strategy": "chain_of_thought"}], 10, []),
        ([COLD, {}, COLD], 10, ["Panes A, C: At temperature 0 all 10 repetitions will be the same"]),
        ([COLD, COLD], 2, ["All panes: At temperature 0 all 2 repetitions will be the same"]),
        ([{}, {"strategy": "few_shot"}], 1, ["Pane B: This cannot run. "]),
        ([{}, {"model": "gone"}], 1, ["Pane B: This cannot run. "]),
        ([{"sampling": {"temperature": 2}}, {}], 1, ["Pane A: At temperature 2 without top-k"]),
    ],
)
def test_what_cannot_help_is_said_with_its_panes(
    panes: list[dict[str, Any]], repetitions: int, said: list[str], catalog_of: Any
) -> None:
    found = findings(picked(*panes), repetitions, catalog_of())
    assert len(found) == len(said)
    assert all(one.startswith(words) for one, words in zip(found, said, strict=True)), found


def test_of_much_that_is_known_the_first_is_said(catalog_of: Any) -> None:
    found = findings(picked(*({"model": f"gone {at}"} for at in range(MOST + 2))), 1, catalog_of())
    assert len(found) == MOST
    assert found[-1] == "And 3 more."
