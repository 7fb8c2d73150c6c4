"""What a column reached: counted by hand, with nothing dropped in silence."""

from dataclasses import replace

import numpy as np
import pytest
from tables import table

from playground.evaluation.findings import scores
from playground.evaluation.findings.summary import by_item, summaries
from playground.evaluation.results import Table
from playground.evaluation.statistics.intervals import wilson


def test_right_and_wrong() -> None:
    found = summaries(
        table({"a": [True] * 22 + [False] * 38, "b": [False] * 60}, calls=2, prompt_tokens=30, seconds=1.5)
    )
    a, b = found
    assert (a.column, a.n, a.items, a.right, a.failed, a.method) == ("a", 60, 60, 22, 0, "Wilson")
    assert a.mean == pytest.approx(22 / 60)
    assert (a.low, a.high) == wilson(22, 60)
    assert (b.mean, b.low, b.right) == (0, 0, 0)
    assert (a.calls, a.tokens, a.seconds, a.cost) == (120, 1800, 90, None)
    assert (a.per_cell(a.tokens), a.per_cell(a.cost)) == (30, None)


def test_failed_and_unread_answers_are_counted_apart() -> None:
    made = table({"a": [True, False, None, True]})
    unread = replace(made.results[1], extracted=False)
    wavering = replace(made.results[3], disagree=True)
    (found,) = summaries(replace(made, results=(made.results[0], unread, made.results[2], wavering)))
    assert (found.n, found.right, found.not_extracted, found.failed, found.disagree) == (3, 2, 1, 1, 1)
    assert found.mean == pytest.approx(2 / 3)


def test_an_item_counts_once_however_often_it_is_asked() -> None:
    (found,) = summaries(table({"a": [[True, True, True], [False, None, None]]}))
    assert (found.n, found.items, found.mean, found.failed) == (4, 2, 0.5, 2)
    assert "clustered" in found.method


def test_scores_have_no_number_right() -> None:
    (found,) = summaries(table({"a": [0.1 * (i % 11) for i in range(44)]}))
    assert (found.right, found.method, found.mean) == (None, "bootstrap over items", pytest.approx(0.5))


def test_nothing_yet() -> None:
    made = table({"a": [True], "b": [None]})
    empty = Table(experiment=made.experiment, items=made.items, columns=("a", "b"))
    assert [(s.n, s.mean, s.low, s.high, s.right) for s in summaries(empty)] == [(0, None, None, None, None)] * 2
    assert summaries(made)[1].failed == 1
    assert summaries(made)[1].mean is None


def test_cost_is_known_only_if_it_is_for_all() -> None:
    made = table({"a": [True, True]}, cost=0.25)
    assert summaries(made)[0].cost == 0.5
    free = replace(made, results=(made.results[0], replace(made.results[1], cost=None)))
    assert summaries(free)[0].cost is None


def test_who_solves_what() -> None:
    made = table({"a": [True, True, None, 0.25], "b": [True, False, True, 0.75], "c": [True, True, None, 0.5]})
    rows = by_item(made)
    assert [row.scores for row in rows] == [(1, 1, 1), (1, 0, 1), (None, 1, None), (0.25, 0.75, 0.5)]
    assert rows[1].cells[1][0].key == "b/item 1/0"
    assert [(row.item.id, row.spread) for row in by_item(made, disagreements=True)] == [("item 1", 1), ("item 3", 0.5)]


def test_repetitions_of_a_cell_stay_together() -> None:
    (row,) = by_item(table({"a": [[True, False, None]]}))
    assert row.scores == (0.5,)
    assert len(row.cells[0]) == 3


def test_scores_are_one_array() -> None:
    found = scores.score_array(table({"a": [[True, None]], "b": [[0.5, False]]}))
    assert found.values.shape == (2, 1, 2)
    assert np.array_equal(found.values, [[[1, np.nan]], [[0.5, 0]]], equal_nan=True)
    assert found.was_asked.all()
    assert found.binary == (True, False)
