"""Reads rows from text: CSV with any usual separator, JSON lines, or a JSON list."""

import io
import re
from collections.abc import Sequence
from itertools import islice

from playground.errors import InvalidSetup, LimitReached
from playground.evaluation.own_data.columns import is_known
from playground.evaluation.own_data.json_rows import json_lines, json_list, list_of, sheet_of_list
from playground.evaluation.own_data.records import NO_SEPARATOR, TOO_WIDE, CsvRecord, records
from playground.evaluation.own_data.sheet import Sheet, SheetRow, checked_names, readable, too_many_columns
from playground.evaluation.plan import MAX_ITEMS
from playground.formats import format_count

SEPARATORS = ",;\t|"
SAMPLE = 20  # rows by which the separator is chosen
MAX_LINES = 500_000  # of a text: those of a cell, and empty ones, which cost time too
NAME = re.compile(r"\w[\w -]{0,30}")  # of a column, as against a question or an answer
SEPARATOR_SAID = re.compile(r'"?sep=([^\r\n"])"?(?=\r?\n|\r)', re.IGNORECASE)  # as Excel writes and reads it


def rows_of(text: str, filename: str = "", column_names: Sequence[str] = ()) -> Sheet:
    """What the text holds, by its name's ending or else by how it begins; `column_names` are columns known to be there.

    Raises InvalidSetup for text that is empty or broken as a whole, LimitReached for more than is read.
    """
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise InvalidSetup("The file is empty." if filename else "There is nothing in it yet; paste or open some rows.")
    if text.count("\n") + text.count("\r") - text.count("\r\n") >= MAX_LINES:
        raise LimitReached(f"The data has more than {MAX_LINES:,} lines, which is the most; give a part of them.")
    ending = filename.lower().rpartition(".")[2]
    begins = text.lstrip()[0]
    if ending == "json":
        return json_list(text)
    if begins == "[" and ending not in ("csv", "tsv", "jsonl", "ndjson") and (values := list_of(text)) is not None:
        return sheet_of_list(values)
    if ending in ("jsonl", "ndjson") or (ending not in ("csv", "tsv") and begins == "{"):
        return json_lines(text)
    return _table(text, pasted=not filename, column_names=column_names)


def _table(text: str, *, pasted: bool, column_names: Sequence[str]) -> Sheet:
    if separator_line := SEPARATOR_SAID.match(text):
        text = text[separator_line.end() :]  # its line end stays, so that lines are counted as in an editor
        if not text.strip():
            raise InvalidSetup("There are columns but no rows under them.")
    separator = separator_line[1] if separator_line else _separator(text, column_names)
    rows = records(text, separator)
    line, first = next(rows, (1, "has no cell with anything in it"))
    if first == TOO_WIDE:
        raise too_many_columns()
    header = (
        [first] if isinstance(first, str) else [readable(n).strip() or f"column {i}" for i, n in enumerate(first, 1)]
    )
    if pasted and not column_names and len(header) <= 2 and not any(map(is_known, header)) and not _names(header):
        return _without_header(text, separator)
    if isinstance(first, str):
        raise InvalidSetup(f"Line {line} {first}; it must hold the names of the columns.")
    return Sheet(checked_names(tuple(header)), (_row_of(header, record) for record in rows))


def _without_header(text: str, separator: str) -> Sheet:
    """Inputs, or inputs and references, as one pastes them."""
    columns = ("input",) if separator == NO_SEPARATOR else ("input", "reference")
    first_records = list(islice(records(text, separator), MAX_ITEMS + 1))  # one too many, which whoever reads them says
    if len(columns) == 1 and any(
        isinstance(cells, str) for _, cells in first_records
    ):  # the quotation marks are speech
        lines = enumerate(io.StringIO(text, newline=None), 1)
        return Sheet(columns, (SheetRow(n, {"input": line.strip()}) for n, line in lines if line.strip()))
    return Sheet(columns, (_row_of(columns, record) for record in first_records))


def _names(header: Sequence[str]) -> bool:
    """Whether these could be names of columns: words that differ, without digits or the marks of a sentence."""
    return len(set(header)) == len(header) > 1 and all(NAME.fullmatch(n) and not n.isdigit() for n in header)


def _separator(text: str, column_names: Sequence[str]) -> str:
    """The one under which the first line holds most columns that are known, then the one that makes an even table.

    Raises LimitReached where the only one there is makes more columns than are read.
    """
    wide = []

    def fit(separator: str) -> tuple[int, int]:
        sample = [cells for _, cells in islice(records(text, separator), SAMPLE)]
        if sample and sample[0] == TOO_WIDE and not _is_prose(text, separator):
            wide.append(separator)
        cut = [cells for cells in sample if not isinstance(cells, str)]
        if not cut or len(cut[0]) == 1:
            return 0, 0
        known_count = sum(cell.strip() in column_names or is_known(cell) for cell in cut[0])
        even = 2 * sum(len(cells) == len(cut[0]) for cells in cut) > len(cut)
        prose = all(cell.startswith(" ") for cells in cut for cell in cells[1:])
        return known_count, len(cut[0]) if even and not prose else 0

    best, (known_count, columns) = max(
        ((separator, fit(separator)) for separator in SEPARATORS), key=lambda pair: pair[1]
    )
    if wide and not known_count:
        raise too_many_columns()
    return best if known_count or columns else NO_SEPARATOR


def _is_prose(text: str, separator: str) -> bool:
    """Whether most separators of the first line are followed by a space, as in a sentence."""
    line = text.lstrip().partition("\n")[0]
    return 2 * line.count(f"{separator} ") > line.count(separator)


def _row_of(names: Sequence[str], record: CsvRecord) -> SheetRow:
    line, cells = record
    if isinstance(cells, str):
        return SheetRow(line, fault=cells)
    if len(cells) != len(names):
        count = format_count(len(cells), "cell")
        return SheetRow(
            line, fault=f"has {count} where there are {len(names)} columns; quote text with separators in it"
        )
    return SheetRow(line, dict(zip(names, cells, strict=True)))
