"""Every kind of sentence that an experiment's findings are said in is there in every language, as a whole."""

import itertools
import re
from collections.abc import Iterator
from typing import Any

import pytest

from playground.evaluation.findings.comparisons import ColumnComparison
from playground.evaluation.findings.sentences import comparison_sentence, items_needed_sentence
from playground.ui.language.choosing import HERE, offered
from playground.ui.language.texts import texts_of

LANGUAGES = [code for code in offered() if (HERE / code).is_dir()]
ENGLISH = re.compile(r"\b(was|were|right|items?|against|difference|would|the|than|points?|after|comparisons|each)\b")


def compared(**changes: Any) -> ColumnComparison:
    usual = {"n": 60, "items": 60, "left_out": 0, "binary": True, "means": (0.5, 0.6), "difference": 0.1}
    found = {"low": 0.01, "high": 0.19, "p": 0.03, "adjusted": 0.03, "comparisons": 1}
    needed = {"only_first": 3, "only_second": 9, "items_needed": 400, "items_for_seen": 300}
    return ColumnComparison(first="A, b", second="C", **{**usual, **found, **needed, **changes})


def kinds() -> Iterator[ColumnComparison]:
    """Comparisons of every kind: right or wrong or in between, once or repeatedly, more, less or alike."""
    alike = {"difference": 0.0, "low": -0.1, "high": 0.1, "adjusted": 1.0, "p": 1.0}
    yield compared(means=None, difference=None)
    yield compared(difference=-0.1, means=(0.6, 0.5), only_first=9, only_second=3)
    for means in ((0.0, 0.0), (0.5, 0.5), (1.0, 1.0)):
        for only in (0, 3):
            yield compared(**alike, means=means, only_first=only, only_second=only)
    for means, first, second in (((0, 1), 0, 1), ((1, 0), 1, 0), ((1, 1), 0, 0), ((0, 0), 0, 0)):
        yield compared(n=1, items=1, means=means, difference=means[1] - means[0], only_first=first, only_second=second)
    for n, binary, difference in itertools.product((60, 180), (True, False), (0.1, 0.0, -0.1)):
        if n > 60 or not binary:
            yield compared(n=n, binary=binary, difference=difference, means=(0.5, 0.5 + difference))
    for comparisons, low, needed, seen in itertools.product((1, 5), (0.01, -0.1), (30, 400), (40, 300, None)):
        yield compared(adjusted=0.2, p=0.03, comparisons=comparisons, low=low, items_needed=needed, items_for_seen=seen)
    yield compared(left_out=1)
    yield compared(left_out=2, difference=0.01)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_finding_is_translated_as_a_whole(language: str) -> None:
    texts = texts_of(language)
    said = [comparison_sentence(one, marked=marked) for one in kinds() for marked in (True, False)]
    said.append(items_needed_sentence([compared()]))
    half = {text: translated for text in said if ENGLISH.search(translated := texts.translate(text))}
    assert half == {}
