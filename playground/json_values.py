"""Turns any value into plain JSON, without numbers or text that JSON cannot hold."""

import math
import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from numbers import Integral, Real
from typing import Any

HALVES = re.compile("[\ud800-\udfff]")  # of a surrogate pair: a server may send one, and UTF-8 has no bytes for it
LOST = "\ufffd"
LARGEST, SMALLEST = 2**64 - 1, -(2**63)  # whole numbers that the writer takes


def as_json(value: Any) -> Any:
    """Keys that are text, lists for sequences and (in order) for sets, dicts for dataclasses, null for what is no
    number or is infinite, numbers of other libraries as Python's own, a whole number of more than 64 bits as a float,
    U+FFFD for half a surrogate pair. Raises TypeError for what JSON has no words for, such as dates and bytes.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Integral):
        whole = int(value)
        return whole if SMALLEST <= whole <= LARGEST else _number(whole)
    if isinstance(value, Real):
        return _number(value)
    if isinstance(value, Mapping):
        return {_key(key): as_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_json(item) for item in value]
    if isinstance(value, AbstractSet):
        return sorted(map(as_json, value))
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: as_json(getattr(value, field.name)) for field in fields(value)}
    raise TypeError(f"JSON has no words for {type(value).__name__}.")


def _text(value: str) -> str:
    # Not `str(value)`: a member of an enumeration would say its name.
    return HALVES.sub(LOST, value) if not value.isascii() else str.__str__(value)


def _key(key: Any) -> str:
    if isinstance(key, str):
        return _text(key)
    if isinstance(key, Integral):
        return str(int(key))
    raise TypeError(f"JSON has no key that is {type(key).__name__}.")


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
