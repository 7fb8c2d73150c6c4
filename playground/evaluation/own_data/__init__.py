"""Items from data of one's own: CSV, JSON lines, a JSON list, an Excel workbook, or pasted rows.

columns.py           Guesses which columns are input, reference, context and id
date_format.py       Shows a date, time or duration of a workbook as its cell does, in English
decoding.py          Decodes the bytes of a file to text, in whichever encoding they are
format_sections.py   Splits a number format of a workbook into its sections and tokens
items.py             Turns a row into an item, or says why it cannot
json_rows.py         Reads rows from JSON, which is counted before any of it is built
number_format.py     Shows a number of a workbook as its cell does, by its number format
records.py           Reads the records of a CSV, whose lines are counted before they are split
rows.py              Reads rows from text: CSV with any usual separator, JSON lines, or a JSON list
sheet.py             Rows under named columns, as every kind of file gives them, and their limits
workbook.py          Reads the first sheet of an Excel workbook, with cells as they are shown there
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from playground.errors import InvalidSetup, LimitReached
from playground.evaluation.own_data.columns import FIELDS, guess_columns, map_columns
from playground.evaluation.own_data.decoding import text_of
from playground.evaluation.own_data.items import item_of
from playground.evaluation.own_data.rows import rows_of
from playground.evaluation.own_data.sheet import Sheet, too_many_rows
from playground.evaluation.own_data.workbook import is_workbook, sheet_of
from playground.evaluation.plan import MAX_ITEMS, Item
from playground.formats import format_count

__all__ = ["FIELDS", "MAX_BYTES", "Columns", "OwnData", "columns_of", "read_items"]

MAX_BYTES = 20 * 2**20  # of a file
SHOWN = 5  # bad rows in a message

BadRow = tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The names of the columns, and which of them seem to be id, input, context and reference."""

    names: tuple[str, ...]
    guess: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnData:
    """What was read: the items, the column each field was taken from, the rows left out (line, why), the encoding."""

    items: tuple[Item, ...]
    columns: Mapping[str, str]
    bad: BadRow = ()
    encoding: str = ""


def columns_of(content: bytes | str, filename: str = "") -> Columns:
    """The columns, for a form that asks which is which. Raises InvalidSetup where there is no data to read."""
    sheet, _ = _open_sheet(content, filename, ())
    return Columns(names=sheet.names, guess=guess_columns(sheet.names))


def read_items(
    content: bytes | str,
    filename: str = "",
    *,
    columns: Mapping[str, str] | None = None,
    labels: Sequence[str] = (),
    skip_bad: bool = False,
) -> OwnData:
    """The items in a file's bytes, or in pasted text.

    `columns` names the column of each field, {"input": "question"}; without it they are guessed. With `labels`, every
    reference must be one of them. Raises InvalidSetup where there is nothing to read, a column is not there, or rows
    are bad and `skip_bad` does not leave them out; LimitReached for a file that is too large or has too many rows.
    """
    sheet, encoding = _open_sheet(content, filename, tuple((columns or {}).values()))
    column_by_field = map_columns(sheet.names, columns or {})
    items: list[Item] = []
    bad: list[tuple[int, str]] = []
    seen: dict[str, int] = {}
    for n, row in enumerate(islice(sheet.rows, MAX_ITEMS + 1), 1):
        if n > MAX_ITEMS:
            raise too_many_rows()
        item, why = item_of(row, column_by_field, n, labels)
        if not why and item.id in seen:
            why = f"has the id {item.id!a}, as line {seen[item.id]:,} does"
        if why:
            bad.append((row.line, why))
        else:
            seen[item.id] = row.line
            items.append(item)
    if bad and not skip_bad:
        raise InvalidSetup(_describe_bad_rows(bad), path=("data", "items"))
    if not items:
        raise InvalidSetup(
            _describe_bad_rows(bad) if bad else "There are columns but no rows under them.", path=("data", "items")
        )
    return OwnData(items=tuple(items), columns=column_by_field, bad=tuple(bad), encoding=encoding)


def _open_sheet(content: bytes | str, filename: str, column_names: tuple[str, ...]) -> tuple[Sheet, str]:
    size = len(content)
    if isinstance(content, str) and size <= MAX_BYTES and not content.isascii():
        size = len(content.encode("utf-8", "replace"))
    if size > MAX_BYTES:
        message = f"The file has {size / 2**20:,.0f} MB; {MAX_BYTES // 2**20} MB is the most. Give a part of it."
        raise LimitReached(message)
    if isinstance(content, bytes) and is_workbook(content, filename):
        return sheet_of(content), ""
    text, encoding = text_of(content, filename) if isinstance(content, bytes) else (content, "")
    return rows_of(text, filename, column_names), encoding


def _describe_bad_rows(bad: Sequence[tuple[int, str]]) -> str:
    """Which rows are bad and why, the first few, and what else there is of them."""
    first = [f"line {line:,} {why}" for line, why in bad[:SHOWN]]
    more = [f"and {len(bad) - SHOWN:,} more"] if len(bad) > SHOWN else []
    rows = format_count(len(bad), "row")
    return f"{rows} cannot be used: {'; '.join([*first, *more])}. Correct them, or choose to skip bad rows."
