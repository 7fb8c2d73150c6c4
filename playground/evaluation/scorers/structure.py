"""Scorers of JSON answers: valid, matching a schema, or with the right fields."""

from dataclasses import dataclass
from typing import Any

from playground.errors import InvalidSetup
from playground.evaluation.datasets.base import Dataset
from playground.evaluation.plan import Item
from playground.evaluation.scorers.base import Scorer, Verdict, missing_answer
from playground.evaluation.scorers.json_equal import STRICT, composed_keys, is_equal
from playground.evaluation.scorers.json_text import NoJSON, value_in, value_of
from playground.evaluation.scorers.schema import parse_schema
from playground.parameters import flag, text
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
            return missing_answer("JSON", answer)
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
        parse_schema(self.schema)  # says what is wrong with it

    def grade(self, answer: str, item: Item, dataset: Dataset) -> Verdict:
        try:
            value = (value_of if self.alone else value_in)(answer)
        except NoJSON as error:
            note = f"No JSON: {error}." if answer.strip() else "There is no answer."
            return Verdict(score=0.0, right=False, extracted=False, note=note)
        why = parse_schema(self.schema).fault(value)
        return Verdict(score=float(not why), right=not why, predicted=answer.strip(), note=why)


@dataclass(frozen=True, kw_only=True)
class JsonFields(Scorer):
    name = "json_fields"
    title = "JSON fields"
    about = "The share of fields that are right: of those in the reference, and of those that should not be there."
    longest = MAX_TEXT
    binary = False

    alone: bool = flag(False, help=ALONE)
    strict: bool = flag(True, help=STRICT)

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
            value = (value_of if self.alone else value_in)(answer)
        except NoJSON as error:
            note = f"No JSON: {error}." if answer.strip() else "There is no answer."
            return Verdict(score=0.0, extracted=False, note=note)
        if not isinstance(value, dict):
            return Verdict(score=0.0, predicted=answer.strip(), extracted=False, note="It is no JSON object.")
        score, wrong = max(
            (self._compare(value, value_of(reference)) for reference in item.references), key=lambda pair: pair[0]
        )
        note = f"Not right: {', '.join(wrong)}." if wrong else ""
        return Verdict(score=score, predicted=answer.strip(), note=note)

    def _compare(self, answer_fields: dict[str, Any], reference_fields: dict[str, Any]) -> tuple[float, list[str]]:
        answer_fields, reference_fields = composed_keys(answer_fields), composed_keys(reference_fields)
        keys = [*reference_fields, *(key for key in answer_fields if key not in reference_fields)]
        wrong = [
            k
            for k in keys
            if k not in answer_fields
            or k not in reference_fields
            or not is_equal(answer_fields[k], reference_fields[k], strict=self.strict)
        ]
        return 1 - len(wrong) / len(keys), wrong
