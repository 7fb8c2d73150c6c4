"""Rows under named columns, as every kind of file gives them, and their limits."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from playground.errors import LimitReached
from playground.evaluation.plan import MAX_ITEMS
from playground.setups import UNREADABLE

MAX_COLUMNS = 200
MAX_NAME = 200  # characters of a column's name
Cells = Mapping[str, Any]


class Formula(str):
    """A cell of a workbook that was saved without what its formula gives."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row with the line where it begins: its cells by column, or why it could not be read."""

    line: int
    cells: Cells = field(default_factory=dict)
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Columns, and rows that are read as they are asked for."""

    names: tuple[str, ...]
    rows: Iterator[SheetRow]


def readable(name: str) -> str:
    """A column's name as a page can show it: half a character, as JSON may have, breaks whatever sends it."""
    return UNREADABLE.sub("\ufffd", name)


def checked_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """The same names. Raises LimitReached for more, or longer ones, than a person could choose from."""
    if len(names) > MAX_COLUMNS:
        raise too_many_columns()
    if longest := next((n for n, name in enumerate(names, 1) if len(name) > MAX_NAME), 0):
        size = len(names[longest - 1])
        raise LimitReached(f"The name of column {longest} has {size:,} characters; {MAX_NAME} is the most.")
    return names


def too_many_columns() -> LimitReached:
    return LimitReached(f"The data has more than {MAX_COLUMNS} columns, which is the most; leave out what is not used.")


def too_many_rows() -> LimitReached:
    return LimitReached(f"The data has more than {MAX_ITEMS:,} rows, which is the most; give a part of them.")
