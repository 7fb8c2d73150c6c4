"""Reads the records of a CSV, whose lines are counted before they are split."""

import csv
import io
import re
from collections.abc import Iterator
from functools import cache
from itertools import islice

from playground.evaluation.own_data.sheet import MAX_COLUMNS

NO_SEPARATOR = "\x1f"  # a control character that no item may have: every line is one cell
TOO_WIDE = f"has more than {MAX_COLUMNS} cells, which is the most"
CsvRecord = tuple[int, list[str] | str]


def records(text: str, separator: str) -> Iterator[CsvRecord]:
    """Each record with its line: the cells, or what is wrong with it. Empty lines are none."""
    lines = _Lines(text, separator)
    reader = csv.reader(lines, delimiter=separator, strict=True)
    while True:
        lines.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield lines.first, lines.fault or _explain_csv_error(str(error))
            continue
        if lines.fault:
            yield lines.first, lines.fault
        elif any(map(str.strip, cells)):
            yield lines.first, cells


class _Lines:
    """Lines for the reader. One that would be cut into too many cells is held back, and `fault` says so."""

    def __init__(self, text: str, separator: str) -> None:
        self._source = io.StringIO(text, newline="")
        self._separator = separator
        self._number = 0
        self._cells = 0
        self.first = 1  # line of the record
        self.fault = ""

    def begin(self) -> None:
        """The next line begins a record; those after it, as long as nobody says so again, are inside a quotation."""
        self._cells, self.first, self.fault = 0, 0, ""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        while True:
            line = next(self._source)
            self._number += 1
            if self.first or line.strip(f" \t\r\n{self._separator}"):
                break
        inside = bool(self.first)
        self.first = self.first or self._number
        self._cells += self._count_cells(line, inside)
        if self._cells >= MAX_COLUMNS:
            self.fault = TOO_WIDE
            return '"\n' if inside else "\n"  # ends the record
        return line

    def _count_cells(self, line: str, inside: bool) -> int:
        """How many cells end at a separator in it, as far as that matters."""
        if '"' not in line:
            return 0 if inside else line.count(self._separator)
        return sum(1 for _ in islice(_ends(line, self._separator, inside), MAX_COLUMNS))


def _ends(line: str, separator: str, inside: bool) -> Iterator[int]:
    """Where cells of a line end at a separator; `inside` a quotation that an earlier line opened."""
    quoted, plain = _cell(separator)
    at = 0
    while match := (quoted if inside else plain).match(line, at):
        at, inside = match.end(), False
        yield at


@cache
def _cell(separator: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """The rest of a cell in quotation marks, and a whole cell, each with the separator after it."""
    rest, end = r'(?:[^"]++|"")*+"', f"[^{re.escape(separator)}]*+{re.escape(separator)}"
    return re.compile(rest + end), re.compile(f'(?:"{rest}{end}|(?!"){end})')


def _explain_csv_error(error: str) -> str:
    if "field limit" in error:
        return f"has a cell of more than {csv.field_size_limit():,} characters"
    if "end of data" in error:
        return "opens a quotation mark that is never closed"
    return f"has quotation marks that do not match ({error})"
