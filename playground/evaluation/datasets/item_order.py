"""Draws items at random so that groups are balanced."""

from collections.abc import Hashable, Sequence
from hashlib import sha256
from itertools import zip_longest
from random import Random
from typing import TypeVar

T = TypeVar("T")


def by_turns(rows: Sequence[T], groups: Sequence[Hashable], random: Random) -> list[T]:
    """All rows in random order, where those of each group (one name a row) take turns: any beginning is balanced."""
    rows_by_group: dict[Hashable, list[T]] = {}
    for row, group in random.sample([*zip(rows, groups, strict=True)], len(rows)):
        rows_by_group.setdefault(group, []).append(row)
    return [row for turn in zip_longest(*rows_by_group.values(), fillvalue=None) for row in turn if row is not None]


def stable_id(prefix: str, text: str) -> str:
    """An id that stays the same for as long as the text does, wherever it stands in a file."""
    return f"{prefix}-{sha256(text.encode()).hexdigest()[:8]}"
