"""Panes that were asked several times: equal answers together, agreement, and whether the evidence suffices."""

from dataclasses import replace
from typing import Any

import pytest

from playground import setups
from playground.errors import InvalidSetup
from playground.evaluation.repetitions import ReferenceScoring, Repetitions, repeated
from playground.types import Run

SETUP = setups.parse({"task": {"input": "How many?"}})
CERTAIN = setups.parse({"task": {"input": "How many?"}, "sampling": {"temperature": 0}})


def runs(answers: str, setup: Any = SETUP) -> list[Run]:
    """A run for each word; "-" failed."""
    return [
        Run(setup=setup, status="failed", error="no") if word == "-" else Run(setup=setup, status="done", answer=word)
        for word in answers.split()
    ]


def said(*panes: str, reference: str = "", setup: Any = SETUP) -> Repetitions:
    titles = [f"{letter}" for letter in "ABCDEFGHIJKL"[: len(panes)]]
    scoring = ReferenceScoring(reference, setup) if reference else None
    return repeated([runs(pane, setup) for pane in panes], titles, 0, scoring)


def test_equal_answers_collapse_and_agreement_is_over_pairs() -> None:
    found = said("Paris paris. Rome -", "Rome Rome Rome Rome")
    first, second = found.panes
    assert [(one.text, one.count, one.right) for one in first.answers] == [("Paris", 2, None), ("Rome", 1, None)]
    assert (first.count, second.count) == (3, 4)
    assert (first.agreement, second.agreement) == (pytest.approx(1 / 3), 1.0)
    assert found.between == ((pytest.approx(1 / 3), pytest.approx(1 / 3)), (pytest.approx(1 / 3), 1.0))
    assert not found.sentences
    assert said("-", "x").between == ((None, None), (None, None))


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (
            "0 " * 10,
            "84 " * 10,
            r"B was right in 10 of 10 repetitions, A in 0 \(.*the evidence suffices to prefer B\.$",
        ),
        ("84 " * 10, "0 " * 10, r"the evidence suffices to prefer A\.$"),
        ("84 0 " * 5, "84 " * 5 + "84 " * 5, r"B was right in 10 of 10.*p = 0\.06.*does not suffice to prefer one"),
        ("84 0 " * 5, "84 0 " * 5, r"right in 5 of 10 repetitions, A in 5 .*does not suffice to prefer one\.$"),
        ("0 0 0", "84 84 84", r"so few repetitions cannot show any difference, however large: take 6 or more\.$"),
        ("- - -", "84 84 84", r"cannot be compared: no repetition has an answer of both"),
    ],
)
def test_the_sentence_says_whether_the_evidence_suffices(first: str, second: str, words: str) -> None:
    import re

    (sentence,) = said(first, second, reference="84").sentences
    assert re.search(words, sentence), sentence


def test_several_comparisons_take_more_evidence() -> None:
    alone = said("0 " * 6, "84 " * 6, reference="84").sentences
    assert alone[0].endswith("suffices to prefer B.")
    (b, *_) = said("0 " * 6, "84 " * 6, *["0 " * 6] * 3, reference="84").sentences
    assert "after Holm for 4 comparisons" in b
    assert b.endswith("take 8 or more.")


def test_at_temperature_0_repeating_proves_nothing() -> None:
    found = said("0 0 0 0 0 0 0 0", "84 84 84 84 84 84 84 84", reference="84", setup=CERTAIN)
    (sentence,) = found.sentences
    assert sentence.startswith("B is right, A is wrong, each time: at temperature 0")
    assert all(pane.certain for pane in found.panes)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ("0 " * 9 + "1", "B is wrong, A is right, each time: at temperature 0 repetitions differ by rounding alone"),
        ("0 " * 9 + "84", "B is right in 1 of 10 repetitions, A is right: at temperature 0 repetitions differ by rou"),
        ("84 " * 10, "B is right, A is right, each time: at temperature 0 every repetition is the same"),
    ],
)
def test_what_rounding_made_different_at_temperature_0_is_no_evidence(other: str, words: str) -> None:
    found = said("84 " * 10, other, reference="84", setup=CERTAIN)
    (sentence,) = found.sentences
    assert sentence.startswith(words)
    assert "repeating says nothing of chance" in sentence
    assert found.summary == "Of 1 pane against A repeating says nothing of chance: the temperature is 0."
    assert all(pane.certain for pane in found.panes)


def test_only_panes_that_chance_is_in_count_as_comparisons() -> None:
    setups_of = [CERTAIN, CERTAIN, SETUP]
    panes = [runs(words * 8, setup) for words, setup in zip(["0 ", "84 ", "84 "], setups_of, strict=True)]
    found = repeated(panes, ["A", "B", "C"], 0, ReferenceScoring("84", SETUP))
    assert found.sentences[0].startswith("C was right in 8 of 8 repetitions")
    assert "after Holm" not in found.sentences[0]
    assert found.sentences[1].startswith("B is right, A is wrong, each time")
    assert found.summary.endswith("for 0 the evidence does not suffice; of 1 at temperature 0 repeating says nothing.")


def test_right_and_wrong_are_counted_with_an_interval() -> None:
    first, second = said("84 84 42 -", "eighty-four 84.0 84 84", reference="84").panes
    assert (first.right, second.right) == (2, 4)
    assert first.verdicts == (True, True, False, None)
    assert first.low is not None
    assert first.high is not None
    assert 0 < first.low < 2 / 3 < first.high < 1
    assert [one.right for one in first.answers] == [True, False]


@pytest.mark.parametrize(
    ("task", "reference", "answer", "right"),
    [
        ({}, "84", "It is 84.", True),
        ({}, "84", "It is 840.", False),
        ({}, "Paris", "The capital is paris, of course.", True),
        ({}, "art", "a party", False),
        ({"answer": "number"}, "1,000", "1000", True),
        ({"answer": "label", "labels": ["positive", "negative"]}, "Positive", "positive", True),
        ({"answer": "yes_no"}, "no", "Yes, it is.", False),
    ],
)
def test_what_is_right_follows_the_answer_type(task: Any, reference: str, answer: str, right: bool) -> None:
    setup = setups.parse({"task": {"input": "?", **task}})
    scoring = ReferenceScoring(reference, setup)
    assert scoring.verdict(Run(setup=setup, status="done", answer=answer)).right is right
    assert reference in scoring.how


@pytest.mark.parametrize(
    ("task", "reference"),
    [({"answer": "number"}, "many"), ({"answer": "label", "labels": ["x"]}, "y"), ({}, "  ")],
)
def test_a_reference_that_no_answer_can_be_is_refused(task: Any, reference: str) -> None:
    with pytest.raises(InvalidSetup):
        ReferenceScoring(reference, setups.parse({"task": {"input": "?", **task}}))


def test_the_pane_that_others_are_held_against_can_be_any() -> None:
    panes = [runs("0 " * 8), runs("84 " * 8)]
    found = repeated(panes, ["A", "B"], 1, ReferenceScoring("84", SETUP))
    assert [pane.right for pane in found.panes] == [0, 8]
    assert found.sentences[0].startswith("A was right in 0 of 8 repetitions, B in 8")
    assert replace(found, sentences=()).how == "Right: the number that the answer marks, else its first, is 84."
