"""Writes tables as CSV, in which no text can become a formula where people open them."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

# What makes a spreadsheet take a cell for a formula, also in the wide and small forms of East Asian keyboards.
SURE = "=@\uff1d\uff20\ufe66\ufe6b"
SIGNS = "+\\-\uff0b\uff0d\ufe62\ufe63"
# What some programs drop before it: spaces and characters that are not seen, and quotation marks.
UNSEEN = r"\x00-\x08\x0b\x0c\x0e-\x20\x7f-\xa0\u00ad\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff'\""
# A program that separates by semicolons or tabs cuts a cell there, and a line end in it may end the row.
FORMULA = re.compile(rf"(^|[;\t\r\n])([{UNSEEN}]*+)(?=([{SURE}])|[{SIGNS}])")
NOTHING_YET = re.compile(rf"[{UNSEEN}\t\r\n]*+")
NUMBER = re.compile(rf"[{SIGNS}]?\d+(?:[.,]\d+)*(?:[eE][+-]?\d+)? *")
POINT = re.compile(r"[-+] [^;\t\r\n(|!]*+(?=[\r\n]|\Z)")  # of a list: it calls nothing
MAX_CELL = 400  # characters of a number that is one to a spreadsheet
STARTS = ("\t", "\r", "\n")
MARK = "\ufeff"  # without it Excel takes UTF-8 for the machine's own encoding, and shows other letters


def csv_text(headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """The table as a file of CSV. Texts that would be read as formulas get an apostrophe; numbers stay numbers."""
    return MARK + exact_csv([_safe(header) for header in headers], ([_safe(cell) for cell in row] for row in rows))


def exact_csv(headers: Sequence[Any], rows: Iterable[Sequence[Any]]) -> str:
    """The table as CSV, to the letter: for what this playground reads again itself, never for a download."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([headers, *rows])
    return out.getvalue()


def _safe(cell: Any) -> Any:
    """The cell with an apostrophe before whatever would be a formula, also where it would be cut in two."""
    if not isinstance(cell, str):
        return cell
    guarded = FORMULA.sub(_with_apostrophe, cell)
    return f"'{guarded}" if guarded.startswith(STARTS) else guarded


def _with_apostrophe(match: re.Match[str]) -> str:
    text, end = match.string, match.end()
    rest = text[end : end + MAX_CELL + 1]
    # A program that drops all before it takes all after it. What begins with a tab or a line end is guarded there.
    first = not match[1] or (text[0] not in STARTS and NOTHING_YET.fullmatch(text, 0, match.start(2)))
    if not first:
        rest = re.split("[\r\n]", rest, maxsplit=1)[0]
    if not match[3] and ((len(rest) <= MAX_CELL and NUMBER.fullmatch(rest)) or (not first and POINT.match(text, end))):
        return match[0]
    return f"{match[1]}'{match[2]}"
