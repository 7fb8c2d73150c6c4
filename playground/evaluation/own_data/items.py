"""Turns a row into an item, or says why it cannot."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from playground.evaluation.own_data.json_rows import JsonNumber
from playground.evaluation.own_data.sheet import Formula, SheetRow
from playground.evaluation.plan import Item
from playground.setups import UNREADABLE

MAX_CELL = 100_000  # characters
MAX_REFERENCES = 16
MAX_ID = 60
NOTHING = Item(input="")


def item_of(row: SheetRow, columns: Mapping[str, str], number: int, labels: Sequence[str]) -> tuple[Item, str]:
    """The item, and "" or what is wrong with the row. Without an id column its place is its id."""
    if row.fault:
        return NOTHING, row.fault
    texts: dict[str, list[str]] = {}
    for field, column in columns.items():
        cells = row.cells.get(column)
        several = cells if isinstance(cells, list) else [cells]
        if isinstance(cells, Formula):
            return NOTHING, (
                f"has a formula in the column {column!a} whose result is not in the file; open it in a spreadsheet "
                "program and save it again"
            )
        if foreign := next(filter(None, map(_no_json, several)), ""):
            return (
                NOTHING,
                f"has {foreign} in the column {column!a}, which is no JSON; write it as text, or leave it out",
            )
        texts[field] = list(map(_text, several))
        if why := _fault(column, texts[field]):
            return NOTHING, why
    values = {field: "\n".join(cells).strip() for field, cells in texts.items()}
    references = tuple(reference.strip() for reference in texts.get("reference", []) if reference.strip())
    if not values["input"]:
        return NOTHING, f"has nothing in the column {columns['input']!a}"
    if "reference" in columns and not references:
        return NOTHING, f"has nothing in the column {columns['reference']!a}"
    if len(references) > MAX_REFERENCES:
        return NOTHING, f"has {len(references)} references; {MAX_REFERENCES} is the most"
    if len(values.get("id", "")) > MAX_ID:
        return NOTHING, f"has an id of more than {MAX_ID} characters"
    label_by_key = {label.casefold(): label for label in labels}
    if label_by_key and (strange := next((r for r in references if r.casefold() not in label_by_key), None)):
        return NOTHING, f"has the label {strange[:40]!a}, which is none of {', '.join(labels)}"
    references = tuple(label_by_key.get(reference.casefold(), reference) for reference in references)
    question = "\n\n".join(filter(None, (values.get("context"), values["input"])))
    return Item(id=values.get("id") or str(number), input=question, references=references), ""


def _text(cell: Any) -> str:
    """What a cell says: a number is its plain digits, 4.0 is 4, an object stays JSON."""
    if cell is None:
        return ""
    return str(cell) if isinstance(cell, (str, JsonNumber)) else _as_json(cell)


def _as_json(value: Any) -> str:
    """As `json.dumps` writes it, but for numbers, which stay as they were written."""
    if isinstance(value, JsonNumber):
        return value.text
    if isinstance(value, dict):
        return f"{{{', '.join(f'{json.dumps(key, ensure_ascii=False)}: {_as_json(v)}' for key, v in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_as_json, value))}]"
    return json.dumps(value, ensure_ascii=False)


def _no_json(value: Any) -> str:
    """The first NaN or Infinity in it, which Python's reader takes though JSON has none; "" where there is none."""
    if isinstance(value, JsonNumber):
        return "" if value.finite else value.text
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return next(filter(None, map(_no_json, inner)), "")


def _fault(column: str, cells: Sequence[str]) -> str:
    length = sum(map(len, cells))
    if length > MAX_CELL:
        return f"has {length:,} characters in the column {column!a}; {MAX_CELL:,} is the most"
    for cell in cells:
        if match := UNREADABLE.search(cell):
            if match[0] < "\ud800":
                return f"has the control character U+{ord(match[0]):04X} in the column {column!a}"
            return (
                f"has something in the column {column!a} that cannot be read: half of a character, or another encoding "
                "than the other rows have; use UTF-8"
            )
    return ""
