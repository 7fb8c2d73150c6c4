"""Tables as CSV that a spreadsheet can open without running anything."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

# What makes a spreadsheet take a cell for a formula, also in the wide forms of East Asian keyboards.
STARTS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "\n")
UNSEEN = " \u00a0\u200b\ufeff"  # before it; some programs drop them
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def csv_text(headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """The table as CSV. Texts that would be read as formulas get an apostrophe; numbers stay numbers."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(headers)
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    return out.getvalue()


def _safe(cell: Any) -> Any:
    formula = isinstance(cell, str) and cell.lstrip(UNSEEN).startswith(STARTS) and not NUMBER.fullmatch(cell)
    return f"'{cell}" if formula else cell
