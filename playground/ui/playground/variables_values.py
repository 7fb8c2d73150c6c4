"""Variables of a prompt: `{{name}}` in the input, and a small table with values for them."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import shorten
from typing import Any

from playground.errors import InvalidSetup
from playground.formats import format_count
from playground.strategies.parts.templates import NAME, VARIABLE
from playground.types import MAX_TEXT

MOST_ROWS, MOST_COLUMNS = 50, 12
WHERE = ("task", "input")
Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Variables:
    """The values of one row, by name; without a table there are none, and braces are words like any other."""

    row: Row
    names: tuple[str, ...] = ()

    def fill(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """A setup, as plain data, with values in its input. What is put in is never looked at again.

        The technique sees the result: its own templates, in which `{{name}}` stands for `{name}`, are not touched.
        Raises InvalidSetup for a variable that has no column.
        """
        task = data.get("task")
        text = task.get("input") if isinstance(task, Mapping) else None
        if not self.names or not isinstance(text, str) or not isinstance(task, Mapping):
            return dict(data)
        found = VARIABLE.findall(text)
        for name in found:
            if name not in self.names:
                rule = (
                    f"has {{{{{name}}}}}, for which the table of values has no column; it has {', '.join(self.names)}."
                )
                raise InvalidSetup(path=WHERE, rule=rule)
        if (length := len(text) + sum(len(self.row[name]) for name in found)) > MAX_TEXT:
            rule = f"would have {length:,} characters with its values; {MAX_TEXT:,} is the most."
            raise InvalidSetup(path=WHERE, rule=rule)
        return {**data, "task": {**task, "input": VARIABLE.sub(lambda match: self.row[match[1]], text)}}

    def title(self, data: Mapping[str, Any]) -> str:
        """What the variables of this setup's input are, in short; "" where it has none."""
        task = data.get("task")
        text = task.get("input") if isinstance(task, Mapping) else None
        used = dict.fromkeys(VARIABLE.findall(text)) if isinstance(text, str) else {}
        return describe({name: self.row[name] for name in used if name in self.names})


def read_table(raw: Any) -> tuple[Row, ...]:
    """The rows of a table that is typed as text: names first, then values; between them tabs, or else commas.

    Cells may be quoted as in CSV. Raises InvalidSetup with the line that is wrong.
    """
    if raw is not None and not isinstance(raw, str):
        raise InvalidSetup("The table of values must be text.")
    text = (raw or "").strip("\r\n")
    if not text.strip():
        return ()
    if len(text) > MAX_TEXT:
        raise InvalidSetup(f"The table of values has {len(text):,} characters; {MAX_TEXT:,} is the most.")
    delimiter = "\t" if "\t" in text.partition("\n")[0] else ","
    try:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True)
        found = [line for line in lines if any(cell.strip() for cell in line)]
    except csv.Error as error:
        raise InvalidSetup(f"The table of values cannot be read: {error}. Look at its quotation marks.") from None
    if not found:
        return ()
    names, cells = [name.strip().strip("{}").strip() for name in found[0]], found[1:]
    _check_names(names)
    if not cells:
        raise InvalidSetup("The table of values has names and no values yet; write a row of values below them.")
    if len(cells) > MOST_ROWS:
        raise InvalidSetup(f"The table of values has {len(cells):,} rows; {MOST_ROWS} is the most.")
    for number, line in enumerate(cells, 1):
        if len(line) != len(names):
            raise InvalidSetup(
                f"Row {number} of the table of values has {format_count(len(line), 'cell')} for "
                f"{format_count(len(names), 'variable')}; "
                'put a value with commas in "quotation marks".'
            )
    return tuple({name: cell.strip() for name, cell in zip(names, line, strict=True)} for line in cells)


def choose(rows: Sequence[Row], raw: Any) -> Variables:
    """The row of that number, which may be anything; the first where there is none such."""
    if not rows:
        return Variables({})
    at = row_number(rows, raw)
    return Variables(rows[at], tuple(rows[at]))


def row_number(rows: Sequence[Row], raw: Any) -> int:
    """The number of the row that is chosen by a value, which may be anything; the first where there is none such."""
    return raw if isinstance(raw, int) and not isinstance(raw, bool) and 0 <= raw < len(rows) else 0


def fill_all(rows: Sequence[Row], data: Mapping[str, Any]) -> tuple[str, ...]:
    """The input of this checked setup, as plain data, with the values of each row.

    Raises InvalidSetup where there is no row, or no variable that they could be put in.
    """
    if not rows:
        raise InvalidSetup("The table of values has no row yet; write names and values into it.")
    if not {*VARIABLE.findall(data["task"]["input"])}:
        rule = f"has no variable that the rows differ in; write {{{{{next(iter(rows[0]))}}}}} where its value belongs."
        raise InvalidSetup(path=WHERE, rule=rule)
    return tuple(choose(rows, at).fill(data)["task"]["input"] for at in range(len(rows)))


def list_rows(rows: Sequence[Row]) -> list[tuple[str, int]]:
    """What each row is called, and its number."""
    return [(f"{at + 1}: {describe(row)}", at) for at, row in enumerate(rows)]


def describe(row: Row) -> str:
    """ "city = Paris, year = 2020", shortened."""
    return shorten(", ".join(f"{name} = {value}" for name, value in row.items()), 90, placeholder=" ...")


def _check_names(names: Sequence[str]) -> None:
    if len(names) > MOST_COLUMNS:
        raise InvalidSetup(f"The table of values has {len(names):,} columns; {MOST_COLUMNS} is the most.")
    for name in names:
        if not re.fullmatch(NAME, name):
            raise InvalidSetup(
                f"The table of values begins with the variables' names; {name!a} is none. "
                "Use letters, digits, spaces, - and _, beginning with a letter."
            )
    if len(set(names)) < len(names):
        raise InvalidSetup("The table of values names a variable twice; give each column a name of its own.")
