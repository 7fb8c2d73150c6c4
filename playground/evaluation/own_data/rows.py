"""Text to rows: CSV with any usual separator, JSON lines, or a JSON list."""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from playground.errors import InvalidSetup
from playground.evaluation.own_data.columns import is_known
from playground.evaluation.own_data.decoding import LOST
from playground.setups import UNREADABLE

SEPARATORS = ",;\t|"
NO_SEPARATOR = "\x1f"  # a control character that no item may have: every line is one cell
SAMPLE = 20  # rows by which the separator is chosen
NAME = re.compile(r"\w[\w -]{0,30}")  # of a column, as against a question or an answer
Cells = Mapping[str, Any]


def readable(name: str) -> str:
    """A column's name as a page can show it: half a character, as JSON may have, breaks whatever sends it."""
    return UNREADABLE.sub("\ufffd", name).replace(LOST, "\ufffd")


@dataclass(frozen=True, slots=True)
class Row:
    """A row with the line where it begins: its cells by column, or why it could not be read."""

    line: int
    cells: Cells = field(default_factory=dict)
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Columns, and rows that are read as they are asked for."""

    names: tuple[str, ...]
    rows: Iterator[Row]


def rows_of(text: str, filename: str = "", wanted: Sequence[str] = ()) -> Sheet:
    """What the text holds, by its name's ending or else by how it begins; `wanted` are columns known to be there.

    Raises InvalidSetup for text that is empty or broken as a whole.
    """
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise InvalidSetup("The file is empty." if filename else "There is nothing in it yet; paste or open some rows.")
    ending = filename.lower().rpartition(".")[2]
    begins = text.lstrip()[0]
    if ending == "json" or (ending not in ("csv", "tsv", "jsonl", "ndjson") and begins == "[" and _is_list(text)):
        return _json_list(text)
    if ending in ("jsonl", "ndjson") or (ending not in ("csv", "tsv") and begins == "{"):
        return _sheet(_json_rows(text))
    return _table(text, pasted=not filename, wanted=wanted)


def _is_list(text: str) -> bool:
    try:
        return isinstance(json.loads(text), list)
    except (ValueError, RecursionError):
        return False


def _json_list(text: str) -> Sheet:
    try:
        found = json.loads(text)
    except RecursionError:
        raise InvalidSetup("The JSON is nested too deeply to be a list of rows.") from None
    except json.JSONDecodeError as error:
        if error.msg == "Extra data":
            return _sheet(_json_rows(text))
        raise InvalidSetup(f"The file is no JSON: {error.msg} in line {error.lineno:,}.") from None
    except ValueError as error:
        raise InvalidSetup(f"The file cannot be read as JSON: {error}.") from None
    if not isinstance(found, list):
        raise InvalidSetup('The JSON must be a list of rows: [{"input": "...", "reference": "..."}, ...].')
    return _sheet(_json_row(n, value) for n, value in enumerate(found, 1))


def _json_rows(text: str) -> Iterator[Row]:
    for n, line in enumerate(io.StringIO(text, newline=None), 1):
        if line.strip():
            try:
                yield _json_row(n, json.loads(line))
            except (ValueError, RecursionError) as error:
                yield Row(n, fault=f"is no JSON ({getattr(error, 'msg', 'it cannot be read')})")


def _json_row(n: int, value: Any) -> Row:
    if isinstance(value, str):
        return Row(n, {"input": value})
    if not isinstance(value, dict):
        return Row(n, fault="is no JSON object")
    return Row(n, {readable(key): cell for key, cell in value.items()})


def _sheet(rows: Iterator[Row]) -> Sheet:
    """The columns are the keys of all rows, in the order in which they come."""
    found = list(rows)
    names = tuple(dict.fromkeys(key for row in found for key in row.cells))
    if not names:
        raise InvalidSetup(f"There is no row that can be read; line {found[0].line} {found[0].fault or 'is empty'}."
                           if found else "The list has no rows.")  # fmt: skip
    return Sheet(names, iter(found))


def _table(text: str, *, pasted: bool, wanted: Sequence[str]) -> Sheet:
    separator = _separator(text, wanted)
    rows = _records(text, separator)
    line, first = next(rows)
    header = (
        [first] if isinstance(first, str) else [readable(n).strip() or f"column {i}" for i, n in enumerate(first, 1)]
    )
    if pasted and not wanted and len(header) <= 2 and not any(map(is_known, header)) and not _names(header):
        return _without_header(text, separator)
    if isinstance(first, str):
        raise InvalidSetup(f"Line {line} {first}; it must hold the names of the columns.")
    return Sheet(tuple(header), (_named(header, record) for record in rows))


def _without_header(text: str, separator: str) -> Sheet:
    """Inputs, or inputs and references, as one pastes them."""
    columns = ("input",) if separator == NO_SEPARATOR else ("input", "reference")
    records = list(_records(text, separator))
    if len(columns) == 1 and any(isinstance(cells, str) for _, cells in records):  # the quotation marks are speech
        lines = enumerate(io.StringIO(text, newline=None), 1)
        return Sheet(columns, (Row(n, {"input": line.strip()}) for n, line in lines if line.strip()))
    return Sheet(columns, (_named(columns, record) for record in records))


def _names(header: Sequence[str]) -> bool:
    """Whether these could be names of columns: words that differ, without digits or the marks of a sentence."""
    return len(set(header)) == len(header) > 1 and all(NAME.fullmatch(n) and not n.isdigit() for n in header)


def _separator(text: str, wanted: Sequence[str]) -> str:
    """The one under which the first line holds most columns that are known, then the one that makes an even table."""

    def fit(separator: str) -> tuple[int, int]:
        sample = [cells for _, cells in islice(_records(text, separator), SAMPLE) if not isinstance(cells, str)]
        if not sample or len(sample[0]) == 1:
            return 0, 0
        known = sum(cell.strip() in wanted or is_known(cell) for cell in sample[0])
        even = 2 * sum(len(cells) == len(sample[0]) for cells in sample) > len(sample)
        prose = all(cell.startswith(" ") for cells in sample for cell in cells[1:])
        return known, len(sample[0]) if even and not prose else 0

    best = max(SEPARATORS, key=fit)
    return best if any(fit(best)) else NO_SEPARATOR


def _records(text: str, separator: str) -> Iterator[tuple[int, list[str] | str]]:
    """Each record with its line: the cells, or what is wrong with it. Empty lines are none."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, _explained(str(error))
            continue
        if any(cell.strip() for cell in cells):
            yield line, cells


def _explained(error: str) -> str:
    if "field limit" in error:
        return f"has a cell of more than {csv.field_size_limit():,} characters"
    if "end of data" in error:
        return "opens a quotation mark that is never closed"
    return f"has quotation marks that do not match ({error})"


def _named(names: Sequence[str], record: tuple[int, list[str] | str]) -> Row:
    line, cells = record
    if isinstance(cells, str):
        return Row(line, fault=cells)
    if len(cells) != len(names):
        counted = f"{len(cells)} cells" if len(cells) != 1 else "1 cell"
        return Row(line, fault=f"has {counted} where there are {len(names)} columns; quote text with separators in it")
    return Row(line, dict(zip(names, cells, strict=True)))
