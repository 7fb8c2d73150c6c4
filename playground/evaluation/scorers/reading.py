"""Scorers that extract a number or a label from the answer and compare it."""

from dataclasses import dataclass
from fractions import Fraction

from playground.evaluation.datasets.base import Dataset
from playground.evaluation.plan import Item
from playground.evaluation.scorers.base import Scorer, Verdict, missing_answer, verdict
from playground.parameters import number
from playground.strategies.answers import NoNumber, extract_answer, fraction, reference_number
from playground.types import AnswerType


@dataclass(frozen=True, kw_only=True)
class Numeric(Scorer):
    name = "numeric"
    title = "Numeric"
    about = (
        'The number that the answer marks (a box, ####, "the answer is"), else its first, is the reference, or near '
        "enough to it; 1,234.50 and $1234.5 are one, and so are 3/4 and 0.75, 1e3 and 1000."
    )

    tolerance: float = number(0.0, 0, 1e12, step=0.01, help="How far off it may be, in the number's own unit.")
    relative: float = number(0.0, 0, 1, step=0.01, help="How far off it may be, as a share of the reference.")

    def check(self, dataset: Dataset) -> None:
        super().check(dataset)
        for item in dataset.items:
            for reference in item.references:
                try:
                    reference_number(reference)
                except NoNumber as error:
                    raise self.wrong_item(item, f"has the reference {reference[:40]!a}, and that {error}") from None

    def grade(self, answer: str, item: Item, dataset: Dataset) -> Verdict:
        number = extract_answer(answer, "number")
        if number is None:
            return missing_answer("number", answer)
        return verdict(any(self._near(number, reference) for reference in item.references), number, item)

    def _near(self, number: str, reference: str) -> bool:
        target = reference_number(reference)
        value, right = fraction(number), fraction(target)
        if number == target or value is None or right is None:  # too long to calculate with, or of no value like "3/0"
            return number == target
        # The decimal that was written is meant, not the binary fraction next to it.
        allowed = max(Fraction(str(self.tolerance)), Fraction(str(self.relative)) * abs(right))
        return abs(value - right) <= allowed


@dataclass(frozen=True, kw_only=True)
class Label(Scorer):
    name = "label"
    title = "Label"
    about = (
        'The label that the answer marks (a box, "the answer is"), else the first of the allowed ones in it (or Yes or '
        "No, or a letter), is the reference; what is denied does not count."
    )

    def check(self, dataset: Dataset) -> None:
        super().check(dataset)
        kind, labels = _kind(dataset)
        for item in dataset.items:
            for reference in item.references:
                if extract_answer(reference, kind, labels) is None:
                    allowed = ", ".join(labels) or "Yes, No"
                    raise self.wrong_item(item, f"has the reference {reference[:40]!a}, which is none of {allowed}")

    def grade(self, answer: str, item: Item, dataset: Dataset) -> Verdict:
        kind, labels = _kind(dataset)
        label = extract_answer(answer, kind, labels)
        if label is None:
            return missing_answer("label", answer)
        return verdict(label in [extract_answer(reference, kind, labels) for reference in item.references], label, item)


def _kind(dataset: Dataset) -> tuple[AnswerType, tuple[str, ...]]:
    return (dataset.answer if dataset.answer in ("choice", "yes_no") else "label"), dataset.labels
