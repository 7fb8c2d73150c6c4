"""Exact, contains and regular expressions."""

import time
from typing import Any

import pytest

from playground.errors import InvalidSetup
from playground.evaluation import datasets, scorers
from playground.evaluation.plan import DataChoice, Item, ScorerChoice
from playground.evaluation.scorers import Verdict


def verdict(name: str, answer: str, references: tuple[str, ...], options: dict[str, Any]) -> Verdict:
    items = (Item(id="i", input="q", references=references),)
    dataset = datasets.load(DataChoice(name="own", items=items, shots=0))
    return scorers.build(ScorerChoice(name=name, options=options), dataset).score(answer, items[0], dataset)


@pytest.mark.parametrize(
    ("name", "answer", "references", "options", "score"),
    [
        ("exact", " The cat.\n", ("the  cat",), {}, 1),
        ("exact", "The cat.", ("the cat",), {"strict": True}, 0),
        ("exact", " The cat. ", ("x", "The cat."), {"strict": True}, 1),
        ("exact", "A cat", ("the cat",), {}, 0),
        ("contains", "We had a PARTY", ("art",), {}, 1),
        ("contains", "We had a party", ("art",), {"whole_words": True}, 0),
        ("contains", "the art.", ("art",), {"whole_words": True}, 1),
        ("contains", "Art", ("art",), {"case": True}, 0),
        ("contains", "red and blue", ("green", "blue"), {}, 1),
        ("contains", "red and blue", ("green", "blue"), {"every": True}, 0),
        ("contains", "red (and) blue", (), {"words": ["(and)", "red"], "every": True}, 1),
        ("regex", "number 12", (), {"pattern": r"\d{2}"}, 1),
        ("regex", "number 12", (), {"pattern": r"\d{2}", "full": True}, 0),
        ("regex", "ABC", (), {"pattern": "abc"}, 0),
        ("regex", "ABC", (), {"pattern": "abc", "case": False}, 1),
        ("regex", "colour", ("^color$", "^colou?r$"), {}, 1),
        ("regex", "so #### 18", ("18",), {"pattern": r"####\s*(\d+)", "compare": True}, 1),
        ("regex", "so #### 19", ("18",), {"pattern": r"####\s*(\d+)", "compare": True}, 0),
    ],
)
def test_matching(name: str, answer: str, references: tuple[str, ...], options: dict[str, Any], score: int) -> None:
    assert verdict(name, answer, references, options).score == score


def test_a_pattern_that_only_reads_may_find_nothing() -> None:
    options = {"pattern": r"####\s*(\d+)", "compare": True}
    assert verdict("regex", "it is 18", ("18",), options).extracted is False
    assert verdict("regex", "#### 18.", ("18",), options).predicted == "18"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"pattern": "("}, "is no regular expression that RE2 can read: missing "),
        ({"pattern": "(?=a)"}, "RE2 can read: invalid perl operator"),
        ({"pattern": r"(a)\1"}, "RE2 can read: invalid escape sequence"),
        ({"pattern": "(((a{100}){100}){100})"}, "RE2 can read"),
        ({"pattern": "a" * 1001}, "text of at most 1,000 characters"),
        ({"compare": True}, "`scorer.options.pattern` is empty"),
    ],
)
def test_patterns_that_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidSetup, match=message):
        verdict("regex", "x", ("x",), options)


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*b", "(.*)*b$", "(a|aa)+$", "^(([a-z])+.)+[A-Z]([a-z])+$"])
def test_no_pattern_runs_for_ever(pattern: str) -> None:
    # Python's own `re` would need longer than the universe has been there.
    before = time.process_time()
    assert verdict("regex", "a" * 20_000 + "!", (), {"pattern": pattern}).score == 0
    assert time.process_time() - before < 30
