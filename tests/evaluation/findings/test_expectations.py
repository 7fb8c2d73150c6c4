"""Expectations: what holds, what does not, and what makes no sense."""

from typing import Any

import pytest
from tables import table

from playground.errors import InvalidSetup
from playground.evaluation.findings.comparisons import compare
from playground.evaluation.findings.expectations import ExpectationCheck, check_expectations, validate
from playground.evaluation.plan import Expectation, Experiment


def checked(**expectation: Any) -> list[ExpectationCheck]:
    made = table(
        {
            "plain": [i < 3 for i in range(60)],
            "better": [i < 33 for i in range(60)],
            "a little": [i < 6 for i in range(60)],
            "graded": [0.3] * 60,
            "failed": [None] * 60,
        },
        experiment={"expectations": (Expectation(**expectation),)},
    )
    return list(check_expectations(made))


HELD = [
    ({"column": "better", "at_least": 0.55}, True, "better reached 55 % (95 % interval 42 % to 67 %); at least 55 %"),
    ({"column": "plain", "at_least": 0.06}, False, "plain reached 5 % (95 % interval 2 % to 14 %); at least 6 % was"),
    ({"column": "graded", "at_least": 0.3}, True, "graded reached 0.30 (95 % interval 0.20 to 0.43); at least 0.30"),
    ({"column": "failed", "at_least": 0.0}, False, "failed has no score: not held."),
    ({"column": "better", "better_than": "plain"}, True, "better was expected to be better than plain: held. better"),
    ({"column": "plain", "better_than": "better"}, False, "plain was expected to be better than better: not held."),
    ({"column": "a little", "better_than": "plain"}, False, "a little was expected to be better than plain: not held."),
    ({"column": "failed", "better_than": "plain"}, False, "failed was expected to be better than plain: not held."),
]


@pytest.mark.parametrize(("expectation", "held", "sentence"), HELD)
def test_held_or_not(expectation: dict[str, Any], held: bool, sentence: str) -> None:
    (found,) = checked(**expectation)
    assert found.is_met is held
    assert found.sentence.startswith(sentence)
    assert ("not held" in found.sentence) is not held


def test_one_that_states_both_is_checked_for_both() -> None:
    assert [c.is_met for c in checked(column="better", at_least=0.9, better_than="plain")] == [False, True]


def test_what_is_missing_is_told() -> None:
    made = table({"a": [True, True, None]}, experiment={"expectations": (Expectation(column="a", at_least=0.9),)})
    assert check_expectations(made)[0].sentence.endswith("held. 1 answer without a score left out.")


def test_more_comparisons_make_it_harder() -> None:
    columns = {"plain": [i < 3 for i in range(60)], "better": [i < 10 for i in range(60)]}
    stated = {"expectations": (Expectation(column="better", better_than="plain"),)}
    assert check_expectations(table(columns, experiment=stated))[0].is_met
    many = columns | {f"{k}": [i < 4 for i in range(60)] for k in range(8)}
    assert not check_expectations(table(many, experiment=stated))[0].is_met


def test_comparisons_that_are_made_already_are_taken() -> None:
    made = table(
        {"a": [False] * 8, "b": [True] * 8, "c": [True] * 8},
        experiment={"expectations": (Expectation(column="c", better_than="a"),)},
    )
    assert "for 2 comparisons" in check_expectations(made)[0].sentence
    assert "for 3 comparisons" in check_expectations(made, compare(made, "all"))[0].sentence


def test_nothing_expected() -> None:
    assert check_expectations(table({"a": [True]})) == ()


@pytest.mark.parametrize(
    ("expectation", "path", "message"),
    [
        ({"column": "c", "at_least": 0.5}, "column", r"no column 'c' in this experiment. Its columns: 'a', 'b'"),
        ({"column": "a", "better_than": "c"}, "better_than", "no column 'c'"),
        ({"column": "a", "better_than": "a"}, "better_than", "better than itself"),
        ({"column": "a"}, None, "give at_least"),
        ({"at_least": 0.5}, "column", "no column ''"),
    ],
)
def test_what_makes_no_sense(expectation: dict[str, Any], path: str | None, message: str) -> None:
    experiment = Experiment(expectations=(Expectation(column="b", at_least=0.1), Expectation(**expectation)))
    with pytest.raises(InvalidSetup, match=message) as raised:
        validate(experiment, ("a", "b"))
    assert raised.value.path == (("expectations", 1, path) if path else ("expectations", 1))
