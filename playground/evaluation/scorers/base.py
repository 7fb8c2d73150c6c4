"""Base class of scorers: options as fields, and `grade`, which scores an answer."""

import unicodedata
from dataclasses import dataclass, replace
from typing import ClassVar

from pydantic import ConfigDict

from playground.errors import InvalidSetup
from playground.evaluation.datasets.base import Dataset
from playground.evaluation.plan import Item
from playground.strategies.answers import without_reasoning

LONGEST_ANSWER = 20_000  # characters that are scored by what looks at a part of an answer more than once


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A score from 0 to 1; `right` where it is yes or no. Without an answer of the kind, `extracted` is False."""

    score: float
    right: bool | None = None
    predicted: str = ""  # the answer as it was read
    extracted: bool = True
    note: str = ""  # why, in words
    disagree: bool = False  # a judge decided otherwise when the two answers were swapped


@dataclass(frozen=True, kw_only=True)
class Scorer:
    """Base of all scorers. Fields are the options; class variables describe it. `binary`: right or wrong."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    name: ClassVar[str]
    title: ClassVar[str]
    about: ClassVar[str]
    binary: ClassVar[bool] = True
    longest: ClassVar[int] = LONGEST_ANSWER  # MAX_TEXT for those that take as long as the answer, and need all of it

    def needs_references(self) -> bool:
        """Whether every item must say what would be right."""
        return True

    def check(self, dataset: Dataset) -> None:
        """Raises InvalidSetup where an option makes no sense, or an item has no reference that can be used."""
        if self.needs_references():
            for item in dataset.items:
                if not any(reference.strip() for reference in item.references):
                    raise self.wrong_item(item, "has no reference")

    def prepare(self, dataset: Dataset) -> None:
        """What takes time and is done once, when a run begins. Raises PlaygroundError where it cannot be."""

    def score(self, answer: str, item: Item, dataset: Dataset) -> Verdict:
        """The verdict on an answer, of which what its model only thought is no part, nor what comes after very much."""
        text = without_reasoning(answer)
        if len(text) <= self.longest:
            return self.grade(text, item, dataset)
        result = self.grade(text[: self.longest], item, dataset)
        return replace(result, note=f"{result.note} Only the first {self.longest:,} characters were scored.".strip())

    def grade(self, answer: str, item: Item, dataset: Dataset) -> Verdict:
        """The verdict on what was said. Never raises on what a model may say."""
        raise NotImplementedError  # abstract

    def wrong_item(self, item: Item, why: str) -> InvalidSetup:
        """What to raise where an item cannot be scored in this way."""
        message = f"Item {item.id!a} {why}, which the scorer {self.title.lower()} needs; correct it or choose another."
        return InvalidSetup(message, path=("data", "items"))


def verdict(right: bool, predicted: str, item: Item) -> Verdict:
    """Right or wrong, with what was expected in the note where it is wrong."""
    note = "" if right else f"Expected {item.references[0]}."
    return Verdict(score=float(right), right=right, predicted=predicted, note=note)


def missing_answer(what: str, answer: str = "") -> Verdict:
    """No answer of the kind that was asked for: wrong, and counted apart."""
    note = f"No {what} in the answer." if answer.strip() else "There is no answer."
    return Verdict(score=0.0, right=False, extracted=False, note=note)


def compose_accents(text: str) -> str:
    """Letters with their accents as one character each: there are two ways to write them, which look the same."""
    return unicodedata.normalize("NFC", text)
