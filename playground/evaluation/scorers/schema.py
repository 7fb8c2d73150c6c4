"""A person's JSON schema, validated within fixed limits and without fetching anything."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from playground.errors import InvalidSetup
from playground.evaluation.scorers.base import compose_accents
from playground.evaluation.scorers.json_text import NoJSON, value_of
from playground.evaluation.scorers.matching import PATTERNS, compile_pattern
from playground.evaluation.scorers.schema_keywords import StepBudget, limited_validator

WHERE = ("scorer", "options", "schema")


class Schema:
    """`fault(value)` says why a value does not fit, "" where it does. Raises InvalidSetup where it is no schema."""

    def __init__(self, text: str) -> None:
        try:
            self._schema = _compose_texts(value_of(text))
        except NoJSON as error:
            raise _wrong(f"is no JSON: {error}") from None
        if not isinstance(self._schema, (dict, bool)):
            raise _wrong('is no JSON schema: that is an object such as {"type": "object"}')
        self._budget = StepBudget()
        self._check_form()
        self._resolver = self._resolving()
        patterns: set[str] = set()
        for keyword, value in _keywords(self._schema):
            if keyword == "pattern" and isinstance(value, str):
                patterns.add(value)
                if len(patterns) > PATTERNS:
                    raise _wrong(f"has more than {PATTERNS} patterns, which is the most")
                compile_pattern(value)
            elif keyword == "patternProperties":
                raise _wrong("has patternProperties, which is not offered here; write propertyNames with a pattern")
            elif keyword in ("$ref", "$dynamicRef") and isinstance(value, str) and not self._reaches(value):
                raise _wrong(
                    f"refers to {value[:100]!a}, which is not in it; nothing is fetched, "
                    "so put it under $defs and write #/$defs/name"
                )
        self._validator = limited_validator(self._budget)(self._schema, _resolver=self._resolver)

    def fault(self, value: Any) -> str:
        """Why the value does not fit, and where in it."""
        from jsonschema.exceptions import best_match
        from referencing.exceptions import Unresolvable

        self._budget.begin()
        try:
            error = best_match(self._validator.iter_errors(_compose_texts(value)))
        except RecursionError:
            return "It could not be checked: the schema, or the answer, is too long or too deep."
        except Unresolvable:
            return "It could not be checked: inside an $id of its own, the schema refers to what is not there."
        except OverflowError:
            return "It could not be checked: a number in it is too large."
        if error is None:
            return ""
        path = ".".join(map(str, error.absolute_path))
        return f"At {path}: {error.message[:200]}." if path else f"{error.message[:200]}."

    def _check_form(self) -> None:
        """Raises InvalidSetup for what is no schema by the schema of schemas."""
        from jsonschema import Draft202012Validator

        self._budget.begin()
        try:
            error = next(
                limited_validator(self._budget)(Draft202012Validator.META_SCHEMA).iter_errors(self._schema), None
            )
        except RecursionError:
            raise _wrong("is too long, or nested too deeply") from None
        if error:
            path = ".".join(map(str, error.absolute_path))
            raise _wrong(f"is no valid JSON schema: {f'at {path}, ' if path else ''}{error.message[:200]}")

    def _resolving(self) -> Any:
        """What finds its anchors and definitions; all are looked for once, and nothing is fetched."""
        from referencing import Registry
        from referencing.jsonschema import DRAFT202012

        resource = DRAFT202012.create_resource(self._schema)
        where = resource.id() or ""
        return Registry().with_resource(where, resource).crawl().resolver(base_uri=where)

    def _reaches(self, reference: str) -> bool:
        from referencing.exceptions import Unresolvable

        try:
            self._resolver.lookup(reference)
        except Unresolvable:
            return False
        return True


@lru_cache(maxsize=32)
def parse_schema(text: str) -> Schema:
    """The schema of that text, read once. Raises InvalidSetup where it is none."""
    return Schema(text)


def _keywords(schema: Any) -> Iterator[tuple[str, Any]]:
    """All keys at any depth; those under `properties` are names and not keywords, though few are called $ref."""
    left = [schema]
    while left:
        value = left.pop()
        if isinstance(value, dict):
            yield from value.items()
            left += value.values()
        elif isinstance(value, list):
            left += value


def _compose_texts(value: Any) -> Any:
    """The same, all its texts with composed letters."""
    if isinstance(value, str):
        return compose_accents(value)
    if isinstance(value, dict):
        return {compose_accents(key): _compose_texts(part) for key, part in value.items()}
    return list(map(_compose_texts, value)) if isinstance(value, list) else value


def _wrong(why: str) -> InvalidSetup:
    return InvalidSetup(path=WHERE, rule=f"{why}.")
