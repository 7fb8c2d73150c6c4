"""The first sheet of an Excel workbook, as the values that are seen in it; nothing in it is ever run."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from itertools import islice
from typing import Any

from playground.errors import InvalidSetup, LimitReached
from playground.evaluation.own_data.rows import Row, Sheet, readable
from playground.evaluation.plan import MAX_ITEMS

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
MAX_UNPACKED = 200 * 2**20  # bytes of all parts together: a small file can hold very much of the same
MAX_TAGS = 2_000_000  # of all parts: each costs time and memory, and a small file can hold very many
STYLES = "xl/styles.xml"  # where one takes ten times as much of both
MAX_COLUMNS = 200
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
        seen, written = (_cells(load_workbook(io.BytesIO(content), read_only=True, data_only=d)) for d in (True, False))
        # A formula counts as what it gave when the file was saved; if that is not in the file, as its own text.
        shown = (
            (n, tuple(map(_first, *pair)))
            for n, pair in enumerate(zip(seen, written, strict=True), 1)
            if pair[1].count(None) < len(pair[1])  # most of a million empty rows would otherwise take ten seconds
        )
        filled = ((n, row) for n, row in shown if any(cell not in (None, "") for cell in row))
        found = list(islice(filled, MAX_ITEMS + 2))  # the header, and one too many
    except Exception as error:
        # openpyxl has no error of its own: whatever is wrong inside the parts comes as it comes.
        raise broken from error
    if not found:
        raise InvalidSetup("The first sheet of the workbook is empty.")
    (_, header), *rest = found
    names = [readable(str(name)).strip() if name is not None else "" for name in header]
    while not names[-1]:
        names.pop()
    columns = tuple(name or f"column {n}" for n, name in enumerate(names, 1))
    # Cells beyond the header's belong to no column, and a row may end early.
    return Sheet(columns, (Row(n, dict(zip(columns, row, strict=False))) for n, row in rest))


def _check_size(parts: zipfile.ZipFile) -> None:
    unpacked = sum(part.file_size for part in parts.infolist())
    if unpacked > MAX_UNPACKED:
        message = f"The workbook unpacks to {unpacked / 2**20:,.0f} MB; {MAX_UNPACKED // 2**20} MB is the most."
        raise LimitReached(message)
    tags = sum(_tags(parts, name) * (10 if name == STYLES else 1) for name in parts.namelist())
    if tags > MAX_TAGS:
        message = f"The workbook is made of more than {MAX_TAGS:,} pieces, which is the most; save it as CSV."
        raise LimitReached(message)


def _tags(parts: zipfile.ZipFile, name: str) -> int:
    with parts.open(name) as part:
        return sum(chunk.count(b"<") for chunk in iter(lambda: part.read(2**20), b""))


def _cells(book: Any) -> Iterator[tuple[Any, ...]]:
    sheet = book.worksheets[0]
    sheet.reset_dimensions()  # what a file says of its own size need not be so
    rows: Iterator[tuple[Any, ...]] = sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS, max_row=LAST_ROW)
    return rows


def _first(value: Any, text: Any) -> Any:
    return text if value is None else value
