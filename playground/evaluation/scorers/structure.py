"""Scorers of JSON answers: valid, matching a schema, or with the right fields."""

from dataclasses import dataclass
from typing import Any

from playground.errors import InvalidSetup
from playground.evaluation.datasets.base import Dataset
from playground.evaluation.plan import Item
from playground.evaluation.scorers.base import Scorer, Verdict, composed, missing
from playground.evaluation.scorers.json_text import NoJSON, value_in, value_of
from playground.evaluation.scorers.schema import known
from playground.parameters import flag, text
from playground.strategies.answers import same
from playground.types import MAX_TEXT

ALONE = "The answer must be JSON and nothing else; otherwise JSON in a code fence or among words is found too."


@dataclass(frozen=True, kw_only=True)
class JsonValid(Scorer):
    name = "json_valid"
    title = "JSON valid"
    about = "The answer is JSON that a strict reader takes."
    longest = MAX_TEXT

    alone: bool = flag(True, help=ALONE)

    def needs_references(self) -> bool:
        return False

    def grade(self, answer: str, item: Item, dataset: Dataset) -> Verdict:
        if not answer.strip():
            return missing("JSON", answer)
        try:
            (value_of if self.alone else value_in)(answer)
        except NoJSON as error:
            return Verdict(score=0.0, right=False, predicted=answer.strip(), note=f"No JSON: {error}.")
        return Verdict(score=1.0, right=True, predicted=answer.strip())


@dataclass(frozen=True, kw_only=True)
class JsonSchema(Scorer):
    name = "json_schema"
    title = "JSON schema"
    about = "The answer is JSON that fits a schema (2020-12)."
    longest = MAX_TEXT

    schema: str = text(max_length=20_000, lines=6, help="The schema, as JSON. Nothing is fetched for a $ref.")
    alone: bool = flag(True, help=ALONE)

    def needs_references(self) -> bool:
        return False

    def check(self, dataset: Dataset) -> None:
        super().check(dataset)
        if not self.schema.strip():
            rule = "write the JSON schema that answers must fit."
            raise InvalidSetup(path=("scorer", "options", "schema"), value="", rule=rule)
        known(self.schema)  # says what is wrong with it

    def grade(self, answer: str, item: Item, dataset: Dataset) -> Verdict:
        try:
            value = (value_of if self.alone else value_in)(answer)
        except NoJSON as error:
            note = f"No JSON: {error}." if answer.strip() else "There is no answer."
            return Verdict(score=0.0, right=False, extracted=False, note=note)
        why = known(self.schema).fault(value)
        return Verdict(score=float(not why), right=not why, predicted=answer.strip(), note=why)


@dataclass(frozen=True, kw_only=True)
class JsonFields(Scorer):
    name = "json_fields"
    title = "JSON fields"
    about = "The share of fields that are right: of those in the reference, and of those that should not be there."
    longest = MAX_TEXT
    binary = False

    alone: bool = flag(False, help=ALONE)
    strict: bool = flag(True, help="Texts must be equal in case, spacing and end punctuation too.")

    def check(self, dataset: Dataset) -> None:
        super().check(dataset)
        for item in dataset.items:
            for reference in item.references:
                try:
                    record = value_of(reference)
                except NoJSON as error:
                    raise self.wrong_item(item, f"has a reference that is no JSON ({error})") from None
                if not isinstance(record, dict) or not record:
                    raise self.wrong_item(item, "has a reference that is no JSON object with fields")

    def grade(self, answer: str, item: Item, dataset: Dataset) -> Verdict:
        try:
            found = (value_of if self.alone else value_in)(answer)
        except NoJSON as error:
            note = f"No JSON: {error}." if answer.strip() else "There is no answer."
            return Verdict(score=0.0, extracted=False, note=note)
        if not isinstance(found, dict):
            return Verdict(score=0.0, predicted=answer.strip(), extracted=False, note="It is no JSON object.")
        score, wrong = max(
            (self._compared(found, value_of(reference)) for reference in item.references), key=lambda pair: pair[0]
        )
        note = f"Not right: {', '.join(wrong)}." if wrong else ""
        return Verdict(score=score, predicted=answer.strip(), note=note)

    def _compared(self, found: dict[str, Any], wanted: dict[str, Any]) -> tuple[float, list[str]]:
        found, wanted = ({composed(key): value for key, value in one.items()} for one in (found, wanted))
        keys = [*wanted, *(key for key in found if key not in wanted)]
        wrong = [k for k in keys if k not in found or k not in wanted or not self._equal(found[k], wanted[k])]
        return 1 - len(wrong) / len(keys), wrong

    def _equal(self, one: Any, other: Any) -> bool:
        if isinstance(one, bool) or isinstance(other, bool):  # to Python, true is 1
            return one is other
        if isinstance(one, str) and isinstance(other, str):
            key = composed if self.strict else same
            return composed(key(one)) == composed(key(other))
        if isinstance(one, list) and isinstance(other, list):
            return len(one) == len(other) and all(map(self._equal, one, other))
        if isinstance(one, dict) and isinstance(other, dict):
            one, other = ({composed(key): value for key, value in each.items()} for each in (one, other))
            return one.keys() == other.keys() and all(self._equal(one[key], other[key]) for key in one)
        return bool(one == other)
