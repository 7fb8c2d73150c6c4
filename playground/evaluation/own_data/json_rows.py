"""Reads rows from JSON, which is counted before any of it is built."""

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

from playground.errors import InvalidSetup, LimitReached
from playground.evaluation.own_data.sheet import MAX_COLUMNS, Sheet, SheetRow, checked_names, readable, too_many_rows
from playground.evaluation.plan import MAX_ITEMS

MAX_DEPTH = 20  # levels of a cell: an object stays JSON, and a scorer may want it
MAX_VALUES = 300_000  # of a whole file, cells and what is in them
MAX_EXPONENT = 400  # of a number that is written out; what is beyond stays as it was written
# What stands between two marks of structure; texts are skipped whole.
MARK = re.compile(r'(?:[^"\[\]{},]++|"(?:[^"\\]++|\\.)*+(?:"|\\?\Z))*+([\[\]{},])', re.DOTALL)


@dataclass(frozen=True, slots=True)
class JsonNumber:
    """A number as it was written, whose digits a binary fraction would lose; `NaN` and `Infinity` are no JSON."""

    text: str

    @property
    def finite(self) -> bool:
        return self.text[-1].isdigit()

    def __str__(self) -> str:
        """In plain digits: 1e16 is 10000000000000000, 4.0 is 4, and -0.0 is 0."""
        try:
            value = Decimal(self.text)
        except ArithmeticError:  # an exponent that even this does not hold
            return self.text
        if abs(value.adjusted()) > MAX_EXPONENT + len(self.text):
            return self.text if value else "0"
        plain = f"{value:f}"
        plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
        return "0" if plain == "-0" else plain


@dataclass(frozen=True, slots=True)
class JsonSize:
    """What a JSON text holds: rows of its outermost list, values of all kinds, and the levels of the deepest."""

    rows: int
    values: int
    depth: int


def size_of(text: str, most_rows: int = MAX_ITEMS, most_values: int = MAX_VALUES) -> JsonSize:
    """Count without building anything; it ends soon after the first count that is too high."""
    rows = values = 1
    depth = deepest = 0
    at = 0
    while mark := MARK.match(text, at):
        at, kind = mark.end(), mark[1]
        if kind in "[{":
            depth += 1
            deepest = max(deepest, depth)
            values += 1
        elif kind == ",":
            values += 1
            rows += depth == 1
        else:
            depth -= 1
        if rows > most_rows or values > most_values or deepest > MAX_DEPTH + 2:
            break
    return JsonSize(rows, values, deepest)


def parse_json(text: str) -> Any:
    """What the JSON says, with its numbers as written. Raises ValueError."""
    return json.loads(text, parse_float=JsonNumber, parse_int=JsonNumber, parse_constant=JsonNumber)


def list_of(text: str) -> list[Any] | None:
    """The list that the text is, or None where it is something else. Raises LimitReached for one too large."""
    if not text.rstrip().endswith("]"):
        return None
    size = size_of(text)
    try:
        _check(size)
        value = parse_json(text)
    except (ValueError, RecursionError, InvalidSetup):
        return None
    return value if isinstance(value, list) else None


def sheet_of_list(values: list[Any]) -> Sheet:
    return sheet(_row(n, value) for n, value in enumerate(values, 1))


def json_list(text: str) -> Sheet:
    """The rows of a JSON list. Raises InvalidSetup where it is none, LimitReached where it is too large."""
    try:
        _check(size_of(text))
        value = parse_json(text)
    except RecursionError:
        raise InvalidSetup("The JSON is nested too deeply to be a list of rows.") from None
    except json.JSONDecodeError as error:
        if error.msg == "Extra data":
            return json_lines(text)
        raise InvalidSetup(f"The file is no JSON: {error.msg} in line {error.lineno:,}.") from None
    if not isinstance(value, list):
        raise InvalidSetup('The JSON must be a list of rows: [{"input": "...", "reference": "..."}, ...].')
    return sheet_of_list(value)


def json_lines(text: str) -> Sheet:
    """The rows of JSON lines."""
    return sheet(_lines(text))


def sheet(rows: Iterator[SheetRow]) -> Sheet:
    """The columns are the keys of all rows, in the order in which they come."""
    first_rows = list(islice(rows, MAX_ITEMS + 1))
    if len(first_rows) > MAX_ITEMS:
        raise too_many_rows()
    names: dict[str, None] = {}
    for row in first_rows:
        names.update(dict.fromkeys(row.cells))
        if len(names) > MAX_COLUMNS:
            break
    if not names:
        if not first_rows:
            raise InvalidSetup("The list has no rows.")
        first = first_rows[0]
        raise InvalidSetup(f"There is no row that can be read; line {first.line} {first.fault or 'is empty'}.")
    return Sheet(checked_names(tuple(names)), iter(first_rows))


def _lines(text: str) -> Iterator[SheetRow]:
    values = 0
    for n, line in enumerate(io.StringIO(text, newline=None), 1):
        if not line.strip():
            continue
        size = size_of(line, most_rows=MAX_VALUES)
        values += size.values
        if values > MAX_VALUES:
            raise _too_many_values()
        try:
            _check_depth(size)
            yield _row(n, parse_json(line))
        except InvalidSetup:
            yield SheetRow(n, fault="is nested too deeply")
        except (ValueError, RecursionError) as error:
            yield SheetRow(n, fault=f"is no JSON ({getattr(error, 'msg', 'it cannot be read')})")


def _check(size: JsonSize) -> None:
    _check_depth(size)
    if size.rows > MAX_ITEMS:
        raise too_many_rows()
    if size.values > MAX_VALUES:
        raise _too_many_values()


def _check_depth(size: JsonSize) -> None:
    if size.depth > MAX_DEPTH + 2:  # the list and the row
        raise InvalidSetup("The JSON is nested too deeply to be a list of rows.")


def _too_many_values() -> LimitReached:
    return LimitReached(f"The data has more than {MAX_VALUES:,} values, which is the most; give a part of them.")


def _row(n: int, value: Any) -> SheetRow:
    if isinstance(value, str):
        return SheetRow(n, {"input": value})
    if not isinstance(value, dict):
        return SheetRow(n, fault="is no JSON object")
    return SheetRow(n, {readable(key): cell for key, cell in value.items()})
