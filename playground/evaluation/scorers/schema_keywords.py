"""Keywords of JSON schema that stop when a check takes too many steps."""

from collections.abc import Callable, Iterator
from threading import local
from typing import Any

from playground.evaluation.scorers.matching import compile_pattern

STEPS = 100_000  # keywords looked at for one answer: what branches, or looks at a part twice, could go on for ever
COMPARISONS = 500_000  # inside of single keywords: a value with each of a list, or each name with each
FAULTS = 5_000  # of one answer: each is written out
UNIQUE = 10  # comparisons that finding the like of one element takes
KeywordCheck = Callable[[Any, Any, Any, Any], Any]


class StepBudget(local):
    """What one check has taken so far; each thread has its own, as several may check answers at once."""

    steps = comparisons = faults = 0

    def begin(self) -> None:
        self.steps = self.comparisons = self.faults = 0

    def fault(self) -> None:
        """One more; raises as `take` does."""
        self.faults += 1
        if self.faults > FAULTS:
            raise RecursionError

    def take(self, keyword: str, value: Any, instance: Any) -> None:
        """Raises RecursionError, as what is too deep does, when there is nothing left."""
        self.steps += 1
        self.comparisons += _size(value)
        if keyword == "unevaluatedItems":
            self.comparisons += _size(instance) ** 2 // 10  # each place with a list of places
        elif keyword == "uniqueItems":
            self.comparisons += _size(instance) * UNIQUE
        elif keyword in ("additionalProperties", "unevaluatedProperties"):
            self.comparisons += _size(instance)
        if self.steps > STEPS or self.comparisons > COMPARISONS:
            raise RecursionError


def limited_validator(budget: StepBudget) -> Any:
    """A validator class of the draft 2020-12 that stops when too much is spent, with patterns in linear time."""
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend

    keywords = {**Draft202012Validator.VALIDATORS, "pattern": _pattern, "uniqueItems": _unique}
    validator_class: Any = extend(
        Draft202012Validator, {name: _within_budget(name, check, budget) for name, check in keywords.items()}
    )
    # Its own way to go on to a part would, where that has a $schema, take the ordinary class, which has no limits.
    validator_class.evolve = lambda validator, **changes: validator_class(
        **{"schema": validator.schema, "_resolver": validator._resolver} | changes
    )
    return validator_class


def _within_budget(name: str, original: KeywordCheck, budget: StepBudget) -> KeywordCheck:
    def check(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[Any]:
        budget.take(name, value, instance)
        for fault in original(validator, value, instance, schema) or ():
            budget.fault()
            yield fault

    return check


def _pattern(_: Any, pattern: str, value: Any, __: Any) -> Iterator[Any]:
    from jsonschema import ValidationError

    if isinstance(value, str) and not compile_pattern(pattern).search(value.encode("utf-8", "replace").decode()):
        yield ValidationError(f"{value!r} does not match {pattern!r}")


def _unique(_: Any, must_be_unique: bool, value: Any, __: Any) -> Iterator[Any]:
    from jsonschema import ValidationError

    if must_be_unique and isinstance(value, list) and len(set(map(_key, value))) < len(value):
        yield ValidationError(f"{value!r} has non-unique elements")


def _key(value: Any) -> Any:
    """Equal for what JSON takes for equal: 1 and 1.0 are, 1 and true are not. Numbers as text, which no one can make
    fall on each other's places as they please."""
    if isinstance(value, list):
        return ("list", *map(_key, value))
    if isinstance(value, dict):
        return ("object", frozenset((name, _key(part)) for name, part in value.items()))
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return (type(value).__name__, value if isinstance(value, str) else repr(value))


def _size(value: Any) -> int:
    return len(value) if isinstance(value, (list, dict)) else 1
