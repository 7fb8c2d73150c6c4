"""Constraints of length and form, one by one."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.errors import InvalidSetup
from playground.evaluation import datasets, scorers
from playground.evaluation.plan import DataChoice, Item, ScorerChoice
from playground.evaluation.scorers import Verdict
from playground.evaluation.scorers.constraints import sentences


def verdict(answer: str, **options: Any) -> Verdict:
    items = (Item(id="i", input="q"),)
    dataset = datasets.load(DataChoice(name="own", items=items, shots=0))
    return scorers.build(ScorerChoice(name="constraints", options=options), dataset).score(answer, items[0], dataset)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("One.", 1), ("One. Two! Three?", 3), ("no end", 1), ("One. and more", 2), ('He said "No." Then left.', 2),
        ("Wait... what?!", 2), ("It costs 3.50 dollars.", 1), ("", 0), ("...", 1),
    ],
)  # fmt: skip
def test_sentences(text: str, count: int) -> None:
    assert sentences(text) == count


@pytest.mark.parametrize(
    ("options", "keeps", "breaks"),
    [
        ({"min_words": 3}, "one two three", "one two"),
        ({"max_words": 2}, "one two", "one two three"),
        ({"min_sentences": 2}, "One. Two.", "One."),
        ({"max_sentences": 1}, "One.", "One. Two."),
        ({"max_characters": 3}, " abc ", "abcd"),
        ({"includes": ["Art"]}, "the art.", "a party"),
        ({"excludes": ["very"]}, "every day", "Very good"),
        ({"starts_with": "Dear "}, "Dear Ann", "dear Ann"),
        ({"ends_with": "Bye."}, "So long. Bye.\n", "Bye. So long."),
        ({"one_line": True}, "one\n", "one\ntwo"),
        ({"is_list": True}, "- one\n\n* two\n3. three", "- one\ntwo"),
        ({"is_json": True}, "[1]", "[1"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_each_constraint(options: dict[str, Any], keeps: str, breaks: str) -> None:
    assert (verdict(keeps, **options).score, verdict(keeps, **options).note) == (1, "")
    assert verdict(breaks, **options).score == 0
    assert verdict(breaks, **options).note.startswith("Broken: ")


@pytest.mark.parametrize("answer", ["." * 100_000 + "x", "." + '"' * 100_000 + "x", "x. " * 30_000])
def test_long_nonsense_is_counted_in_time(answer: str) -> None:
    before = time.process_time()
    assert verdict(answer, max_sentences=1, is_list=True).score < 1
    assert time.process_time() - before < 30


def test_the_score_is_the_share_that_is_kept() -> None:
    found = verdict("one two three", max_words=2, includes=["one", "four"], one_line=True)
    assert found.score == pytest.approx(0.5)
    assert found.note == "Broken: at most 2 words, it has 3; includes 'four'."


@given(st.text(min_size=1, max_size=60).filter(str.strip), st.integers(1, 20))
def test_a_limit_is_kept_or_its_opposite_is(answer: str, limit: int) -> None:
    most, least = verdict(answer, max_words=limit), verdict(answer, min_words=limit + 1)
    assert most.score + least.score == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "states no constraint"),
        ({"min_words": 5, "max_words": 3}, "min_words` is 5; max_words is 3, and no answer can keep both"),
        ({"max_words": 0}, "a whole number from 1 to 10,000, or empty"),
    ],
)
def test_options_that_make_no_sense(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidSetup, match=message):
        verdict("x", **options)
