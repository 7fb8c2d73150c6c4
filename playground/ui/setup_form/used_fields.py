"""Which fields make a difference under what a form holds: the others are neither shown nor sent."""

from collections.abc import Mapping
from typing import Any

from playground import setups
from playground.errors import InvalidSetup
from playground.parameters import parameters
from playground.strategies import STRATEGIES

WITH_LABELS = ("label", "choice")  # answer types that are read with a list of allowed answers


def used_fields(strategy: str, options: Mapping[str, Any], answer: Any) -> frozenset[str]:
    """Names of the task's fields and of the technique's own options. What an option holds need not be allowed."""
    cls = STRATEGIES[strategy]
    try:
        technique = setups.build(cls, options, ("options",))
    except InvalidSetup:  # which is said of the option itself: until it is mended everything stays in sight
        return frozenset({*cls.fields_of_task(), *(p.name for p in parameters(cls))})
    names = {*technique.used_fields, *(p.name for p in parameters(cls) if p.name not in technique.unused)}
    return frozenset(names if answer in WITH_LABELS else names - {"labels"})
