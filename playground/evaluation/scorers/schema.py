"""A JSON schema that strangers may write: it fetches nothing, its patterns take linear time, its references end."""

from collections.abc import Iterator
from functools import lru_cache
from threading import local
from typing import TYPE_CHECKING, Any

from playground.errors import InvalidSetup
from playground.evaluation.scorers.json_text import NoJSON, value_of
from playground.evaluation.scorers.matching import compiled

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

WHERE = ("scorer", "options", "schema")
STEPS = 100_000  # keywords looked at for one answer: what branches, or looks at a part twice, could go on for ever


class Schema:
    """`fault(value)` says why a value does not fit, "" where it does. Raises InvalidSetup where it is no schema."""

    def __init__(self, written: str) -> None:
        from jsonschema import Draft202012Validator
        from jsonschema.exceptions import SchemaError

        try:
            self._schema = value_of(written)
        except NoJSON as error:
            raise _wrong(f"is no JSON: {error}") from None
        if not isinstance(self._schema, (dict, bool)):
            raise _wrong('is no JSON schema: that is an object such as {"type": "object"}')
        try:
            Draft202012Validator.check_schema(self._schema)
        except SchemaError as error:
            place = ".".join(map(str, error.absolute_path))
            raise _wrong(f"is no JSON schema: {f'at {place}, ' if place else ''}{error.message[:200]}") from None
        except RecursionError:
            raise _wrong("is nested too deeply") from None
        for keyword, value in _keywords(self._schema):
            if keyword == "pattern" and isinstance(value, str):
                compiled(value)
            elif keyword == "patternProperties":
                raise _wrong("has patternProperties, which is not offered here; write propertyNames with a pattern")
            elif keyword in ("$ref", "$dynamicRef") and isinstance(value, str) and not self._reaches(value):
                raise _wrong(
                    f"refers to {value[:100]!a}, which is not in it; nothing is fetched, "
                    "so put it under $defs and write #/$defs/name"
                )
        self._taken = local()  # for each thread, as several may check answers at once
        self._validator = self._made()

    def fault(self, value: Any) -> str:
        """Why the value does not fit, and where in it."""
        from jsonschema.exceptions import best_match
        from referencing.exceptions import Unresolvable

        self._taken.steps = 0
        try:
            error = best_match(self._validator.iter_errors(value))
        except RecursionError:
            return "It could not be checked: the schema, or the answer, is too long or too deep."
        except Unresolvable:
            return "It could not be checked: inside an $id of its own, the schema refers to what is not there."
        except OverflowError:
            return "It could not be checked: a number in it is too large."
        if error is None:
            return ""
        place = ".".join(map(str, error.absolute_path))
        return f"At {place}: {error.message[:200]}." if place else f"{error.message[:200]}."

    def _reaches(self, reference: str) -> bool:
        from referencing import Registry
        from referencing.exceptions import Unresolvable
        from referencing.jsonschema import DRAFT202012

        resource = DRAFT202012.create_resource(self._schema)
        try:
            Registry().resolver_with_root(resource).lookup(reference)
        except Unresolvable:
            return False
        return True

    def _made(self) -> "Draft202012Validator":
        from jsonschema import Draft202012Validator, ValidationError
        from jsonschema.validators import extend
        from referencing import Registry

        def pattern(_: Any, pattern: str, value: Any, __: Any) -> Iterator[ValidationError]:
            if isinstance(value, str) and not compiled(pattern).search(value.encode("utf-8", "replace").decode()):
                yield ValidationError(f"{value!r} does not match {pattern!r}")

        def counted(original: Any) -> Any:
            def check(*arguments: Any) -> Any:
                self._taken.steps += 1
                if self._taken.steps > STEPS:
                    raise RecursionError
                return original(*arguments)

            return check

        keywords = {**Draft202012Validator.VALIDATORS, "pattern": pattern}
        limited = {name: counted(check) for name, check in keywords.items()}
        return extend(Draft202012Validator, limited)(self._schema, registry=Registry())


@lru_cache(maxsize=32)
def known(written: str) -> Schema:
    """The schema of that text, read once. Raises InvalidSetup where it is none."""
    return Schema(written)


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


def _wrong(why: str) -> InvalidSetup:
    return InvalidSetup(f"`scorer.options.schema` {why}.", WHERE)
