"""Reads the server's token counts, where they can be right, and splits them over samples."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

MAX_COUNT = 10**9  # tokens; a larger count is none


def read_usage(chunk: dict[str, Any]) -> dict[str, Any]:
    """What a chunk says of usage: at its top, with a choice (Moonshot), or in a corner of its own (Groq)."""
    choices, corner = chunk.get("choices"), chunk.get("x_groq")
    places = [chunk, *(choices if isinstance(choices, list) else ()), corner]
    usages = (place.get("usage") for place in places if isinstance(place, dict))
    return next((usage for usage in usages if isinstance(usage, dict) and usage), {})


def read_count(usage: dict[str, Any], *names: str) -> int | None:
    """A number of tokens under the first of these names that has one."""
    return next((v for n in names if type(v := usage.get(n)) is int and 0 <= v <= MAX_COUNT), None)


def split_total(total: int, sizes: Sequence[int]) -> list[int]:
    """`total` in whole parts that are to each other as `sizes`, and add up to it."""
    whole = sum(sizes) or len(sizes)
    marks = [0]
    for size in sizes if sum(sizes) else [1] * len(sizes):
        marks.append(marks[-1] + size)
    cuts = [round(total * mark / whole) for mark in marks]
    return [end - start for start, end in pairwise(cuts)]
