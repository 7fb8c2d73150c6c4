"""Votes among fewer paths, against counting them one by one with the vote that the technique itself holds."""

import itertools
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from tables import table

from playground.evaluation.findings.resampling import by_paths, vote_curves
from playground.evaluation.plan import Item
from playground.evaluation.results import Table, VotePath
from playground.strategies.parts.voting import count_votes

PATHS = st.lists(
    st.builds(
        VotePath, answer=st.sampled_from(["0", "1", " 1.", "2", None]), weight=st.sampled_from([0.1, 0.2, 0.3, 0.9])
    ),
    min_size=1,
    max_size=6,
)


def grade(answer: str, item: Item) -> float:
    return float(answer.strip(" .") in item.references)


def voted(*cells: Sequence[VotePath]) -> Table:
    """A column in which item i, whose answer is i, was voted on by these paths."""
    made = table({"sc": [True] * len(cells)})
    return replace(
        made, results=tuple(replace(r, paths=tuple(paths)) for r, paths in zip(made.results, cells, strict=True))
    )


def paths(answers: str) -> tuple[VotePath, ...]:
    """A path a letter, `-` abstains."""
    return tuple(VotePath(answer=None if letter == "-" else letter) for letter in answers)


def one_by_one(cell: Sequence[VotePath], item: Item, k: int, weighted: bool) -> float:
    scores = []
    for taken in itertools.combinations(cell, k):
        ranked = count_votes([p.answer for p in taken], [p.weight or 0.0 for p in taken] if weighted else None)
        scores.append(grade(ranked[0].answer, item) if ranked else 0.0)
    return sum(scores) / len(scores)


@given(PATHS, st.booleans())
def test_every_subset_is_voted_on_as_the_technique_does(cell: list[VotePath], weighted: bool) -> None:
    made = voted(cell, cell)
    found = by_paths(made, "sc", grade, counts=range(1, 8), weighted=weighted)
    assert [point.paths for point in found] == list(range(1, len(cell) + 1))
    for point in found:
        expected = [one_by_one(cell, item, point.paths, weighted) for item in made.items]
        assert point.mean == pytest.approx(sum(expected) / 2)
        assert 0 <= point.low <= point.mean <= point.high <= 1
        assert point.items == 2


@pytest.mark.parametrize(
    ("answers", "k", "mean"),
    [
        ("0", 1, 1.0),
        ("01", 2, 1.0),  # a tie goes to the first that was seen
        ("10", 2, 0.0),
        ("-0", 2, 1.0),  # a path without an answer abstains
        ("--", 2, 0.0),  # nothing to vote for is no right answer
        ("001", 1, 2 / 3),
        ("0011", 3, 1 / 2),
        ("110", 3, 0.0),
    ],
)
def test_by_hand(answers: str, k: int, mean: float) -> None:
    (point,) = by_paths(voted(paths(answers)), "sc", grade, counts=[k])
    assert point.mean == pytest.approx(mean)


def test_weights_can_outvote_a_majority() -> None:
    made = voted((VotePath(answer="1", weight=0.1), VotePath(answer="1", weight=0.1), VotePath(answer="0", weight=0.9)))
    assert [by_paths(made, "sc", grade, counts=[3], weighted=w)[0].mean for w in (False, True)] == [0, 1]


def test_too_many_subsets_are_drawn_and_the_draw_repeats() -> None:
    made = voted(paths("0" * 8 + "1" * 12))
    (point,) = by_paths(made, "sc", grade, counts=[5])
    assert by_paths(made, "sc", grade, counts=[5]) == (point,)
    assert point.mean == pytest.approx(stats.hypergeom.sf(2, 20, 8, 5), abs=0.08)  # three or more of the right ones


def test_counts_beyond_the_paths_and_cells_without_are_left_out() -> None:
    made = voted(paths("0000"), paths("1"), ())
    assert [(p.paths, p.items) for p in by_paths(made, "sc", grade)] == [(1, 2), (3, 1)]
    failed = replace(made, results=(replace(made.results[0], outcome="failed", score=None), *made.results[1:]))
    assert [(p.paths, p.items) for p in by_paths(failed, "sc", grade)] == [(1, 1)]
    assert by_paths(made, "sc", grade, weighted=True) == ()


def test_more_items_make_it_surer_and_more_paths_of_one_item_hardly() -> None:
    def width(*cells: Sequence[VotePath]) -> float:
        (point,) = by_paths(voted(*cells), "sc", lambda answer, _: float(answer == "0"), counts=[1])
        return point.high - point.low

    few = [paths("0" * 10), paths("1" * 10)] * 5
    assert width(*few) == pytest.approx(width(*([paths("0"), paths("1")] * 5)), rel=0.01)
    assert width(*few * 4) < 0.6 * width(*few)


def test_curves_of_all_columns_that_voted() -> None:
    plain = voted(paths("0011"), paths("1111"))
    weighted = replace(
        plain,
        columns=("plain", "sc"),
        results=tuple(replace(r, paths=tuple(replace(p, weight=0.5) for p in r.paths)) for r in plain.results),
    )
    assert [c.label for c in vote_curves(weighted, grade)] == ["sc, majority", "sc, weighted"]
    assert [c.label for c in vote_curves(plain, grade)] == ["sc, majority"]
    assert [p.paths for p in vote_curves(plain, grade)[0].points] == [1, 3, 4]
