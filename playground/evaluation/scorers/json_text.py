"""Finds the JSON in an answer, more strictly than Python does."""

import json
import math
import re
from typing import Any

STARTS = 32  # places where a value may begin, tried in turn


class NoJSON(ValueError):
    """The text holds no JSON; the message says why."""


def value_of(text: str) -> Any:
    """The JSON value that the whole text is. Raises NoJSON."""
    return _decode(text.strip())[0]


def value_in(text: str) -> Any:
    """The JSON value that the text is, or else one in a code fence, or else the first object or list in it."""
    try:
        return value_of(text)
    except NoJSON as error:
        first = error
    try:
        return value_of(_fenced_block(text))
    except NoJSON:
        pass  # then perhaps one elsewhere
    for _, start in zip(range(STARTS), re.finditer(r"[{\[]", text), strict=False):
        try:
            return _decode(text[start.start() :], whole=False)[0]
        except NoJSON:
            continue
    raise first


def _fenced_block(text: str) -> str:
    """What stands between the first two code fences, without the word that names the language."""
    _, _, after = text.partition("```")
    _, _, block = after.partition("\n")
    return block.partition("```")[0]


def _decode(text: str, whole: bool = True) -> tuple[Any, int]:
    try:
        value, end = DECODER.raw_decode(text)
    except RecursionError:
        raise NoJSON("it is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise NoJSON(f"{error.msg} at character {error.pos + 1}") from None
    except ValueError as error:
        raise NoJSON(str(error)) from None
    if whole and end < len(text):
        raise NoJSON(f"there is more after it, from character {end + 1}")
    return value, end


def _finite(digits: str) -> float:
    if math.isinf(value := float(digits)):
        raise ValueError("a number in it is too large")
    return value


def _no_constant(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


DECODER = json.JSONDecoder(parse_float=_finite, parse_constant=_no_constant)
