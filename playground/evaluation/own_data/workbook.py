"""Reads the first sheet of an Excel workbook, with cells as they are shown there."""

import io
import logging
import re
import traceback
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

from playground.errors import InvalidSetup, LimitReached
from playground.evaluation.own_data.number_format import format_number, format_text
from playground.evaluation.own_data.sheet import MAX_COLUMNS, Formula, Sheet, SheetRow, checked_names, readable
from playground.evaluation.plan import MAX_ITEMS

log = logging.getLogger(__name__)
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
MAX_UNPACKED = 200 * 2**20  # bytes of all parts together: a small file can hold very much of the same
MAX_TEXT = 64 * 2**20  # bytes of its XML together, which is read; pictures are not
MAX_PIECE = 2**20  # bytes without a tag: a cell holds 32,767 characters, and spaces between cells are kept in memory
MAX_TAGS = 2_000_000  # of all parts: each costs time and memory, and a small file can hold very many
STYLES = "xl/styles.xml"  # where one takes ten times as much of both
XML, CHUNK = (".xml", ".rels", ".vml"), 2**18
# Formats that a computer's language decides, as its American one does; those of East Asia in the order all read.
OF_THE_SYSTEM = {14: "m/d/yyyy", 22: "m/d/yyyy h:mm", 47: "mm:ss.0"}
OF_THE_SYSTEM |= dict.fromkeys((27, 28, 29, 30, 31, 36, *range(50, 55), 57, 58), "yyyy-mm-dd")
OF_THE_SYSTEM |= dict.fromkeys((32, 33, 34, 35, 55, 56), "h:mm:ss")
LAST_ROW = 2**20  # of any workbook; rows that a file numbers beyond it would be filled up with empty ones, for hours


def is_workbook(content: bytes, filename: str) -> bool:
    """Whether it is one, by its first bytes. Raises InvalidSetup for one in a format that is not read."""
    if content.startswith(OLE) or filename.lower().endswith(".xls"):
        message = "This is an Excel workbook of the old kind, or one with a password; save it as .xlsx without one."
        raise InvalidSetup(message)
    if filename.lower().endswith((".xlsx", ".xlsm")) and not content.startswith(ZIP):
        raise InvalidSetup("The file is empty." if not content else "The file is named .xlsx but is no Excel workbook.")
    return content.startswith(ZIP)


def sheet_of(content: bytes) -> Sheet:
    """Its columns are in the first row that holds anything. Raises InvalidSetup, and LimitReached when too large."""
    from openpyxl import load_workbook

    broken = InvalidSetup("The file cannot be read as an Excel workbook; save it again as .xlsx, or as CSV.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            _check_size(parts)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):  # or a password is asked for
        raise broken from None
    try:
        values, formulas = (
            _cells(load_workbook(io.BytesIO(content), read_only=True, data_only=d)) for d in (True, False)
        )
        # A formula counts as what it gave when the file was saved; if that is not in the file, its row is refused.
        filled_rows = (
            (n, tuple(map(_first, *pair)))
            for n, pair in enumerate(zip(values, formulas, strict=True), 1)
            if any(pair[1])  # most of a million empty rows would otherwise take ten seconds
        )
        first_rows = list(islice(filled_rows, MAX_ITEMS + 2))  # the header, and one too many
    except Exception as error:
        # openpyxl has no error of its own: whatever is wrong inside the parts comes as it comes.
        at = traceback.extract_tb(error.__traceback__)[-1]  # it may be our own fault
        log.warning("A workbook cannot be read: %s in %s, line %s", type(error).__name__, at.filename, at.lineno)
        raise broken from error
    if not first_rows:
        raise InvalidSetup("The first sheet of the workbook is empty.")
    (_, header), *rest = first_rows
    names = [readable(name).strip() for name in header]
    while not names[-1] and len(names) > 1:
        names.pop()
    columns = tuple(name or f"column {n}" for n, name in enumerate(names, 1))
    # Cells beyond the header's belong to no column, and a row may end early.
    return Sheet(checked_names(columns), (SheetRow(n, dict(zip(columns, row, strict=False))) for n, row in rest))


def _check_size(parts: zipfile.ZipFile) -> None:
    unpacked = sum(part.file_size for part in parts.infolist())
    if unpacked > MAX_UNPACKED:
        message = f"The workbook unpacks to {unpacked / 2**20:,.0f} MB; {MAX_UNPACKED // 2**20} MB is the most."
        raise LimitReached(message)
    tags = read = 0
    for part in parts.infolist():
        if part.filename.lower().endswith(XML):
            read += part.file_size
            if read > MAX_TEXT:
                raise LimitReached(f"The workbook holds more than {MAX_TEXT // 2**20} MB of text; save it as CSV.")
            tags += _tags(parts, part) * (10 if part.filename == STYLES else 1)
        if tags > MAX_TAGS:
            message = f"The workbook is made of more than {MAX_TAGS:,} pieces, which is the most; save it as CSV."
            raise LimitReached(message)


def _tags(parts: zipfile.ZipFile, name: zipfile.ZipInfo) -> int:
    tags = length = 0
    with parts.open(name) as part:
        for chunk in iter(lambda: part.read(CHUNK), b""):
            tags += (more := chunk.count(b"<"))
            length = len(chunk) - 1 - chunk.rfind(b"<") if more else length + len(chunk)
            if length > MAX_PIECE:
                raise LimitReached("The workbook has a cell, or a gap between two, of more than 1 MB; save it as CSV.")
    return tags


def _cells(book: Any) -> Iterator[tuple[str | None, ...]]:
    """The texts of each row's cells."""
    from openpyxl.cell.read_only import EMPTY_CELL

    sheet = book.worksheets[0]
    sheet.reset_dimensions()  # what a file says of its own size need not be so
    # Dates stay numbers: the format says what is seen of them, and one that is none is no error.
    book._date_formats, book._timedelta_formats = frozenset(), frozenset()
    gap: Any = None  # the row that stands for all between two that are far from each other
    for row in sheet.iter_rows(max_col=MAX_COLUMNS + 1, max_row=LAST_ROW):
        if row is gap or all(cell is EMPTY_CELL for cell in row):
            gap = row
            yield ()
        else:
            yield tuple(_cell_text(cell, book) for cell in row)


def _cell_text(cell: Any, book: Any) -> str | None:
    """What a cell shows; None where nothing is in it, "" for a formula that gave no letter."""
    value = cell.value
    if value is None:
        return "" if cell.data_type == "str" else None
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, str):
        if cell.data_type == "f":
            return Formula(value)
        return value if cell.data_type == "e" else format_text(value, _format(cell))
    if isinstance(value, (date, time, timedelta)):  # written as text of a date, as a few programs do
        return _date_text(value)
    if isinstance(value, (int, float)):
        return format_number(value, _format(cell), book.epoch.year == 1904)
    return Formula(getattr(value, "text", None) or value)  # over many cells


def _format(cell: Any) -> str:
    number = cell.style_array.numFmtId
    return OF_THE_SYSTEM.get(number) or str(cell.number_format)


def _date_text(value: date | time | timedelta) -> str:
    if isinstance(value, datetime) and not value.time():
        value = value.date()
    return re.sub(r"\.0+$", "", str(value))


def _first(value: str | None, text: str | None) -> str:
    return (text or "") if value is None else value
