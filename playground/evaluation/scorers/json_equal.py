"""Compares two JSON values: numbers by value, keys in any order, texts exactly or but for case and spacing."""

from collections.abc import Callable
from typing import Any

from playground.evaluation.scorers.base import compose_accents
from playground.strategies.answers import comparison_key

STRICT = "Texts must be equal in case, spacing and end punctuation too."


def is_equal(first: Any, second: Any, *, strict: bool) -> bool:
    """Whether JSON takes them for the same: 2 and 2.0 are, 1 and true are not, nor 2 and "2". What is too deep to be
    compared is not."""
    try:
        return _is_equal(first, second, compose_accents if strict else comparison_key)
    except RecursionError:
        return False


def _is_equal(first: Any, second: Any, key: Callable[[str], str]) -> bool:
    if isinstance(first, bool) or isinstance(second, bool):  # to Python, true is 1
        return first is second
    if isinstance(first, str) and isinstance(second, str):
        return compose_accents(key(first)) == compose_accents(key(second))
    if isinstance(first, list) and isinstance(second, list):
        return len(first) == len(second) and all(_is_equal(*pair, key) for pair in zip(first, second, strict=True))
    if isinstance(first, dict) and isinstance(second, dict):
        first, second = composed_keys(first), composed_keys(second)
        return first.keys() == second.keys() and all(_is_equal(first[name], second[name], key) for name in first)
    return bool(first == second)


def composed_keys(fields: dict[str, Any]) -> dict[str, Any]:
    """The same fields, with the letters of their names composed."""
    return {compose_accents(key): value for key, value in fields.items()}
