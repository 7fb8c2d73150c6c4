"""A row to an item, or why it cannot be one."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from playground.evaluation.own_data.decoding import LOST
from playground.evaluation.own_data.rows import Row
from playground.evaluation.plan import Item
from playground.setups import UNREADABLE

MAX_CELL = 100_000  # characters
MAX_REFERENCES = 16
MAX_ID = 60
NOTHING = Item(input="")


def item_of(row: Row, columns: Mapping[str, str], place: int, labels: Sequence[str]) -> tuple[Item, str]:
    """The item, and "" or what is wrong with the row. Without an id column its place is its id."""
    if row.fault:
        return NOTHING, row.fault
    texts: dict[str, list[str]] = {}
    for field, column in columns.items():
        cells = row.cells.get(column)
        texts[field] = [_text(cell) for cell in (cells if isinstance(cells, list) else [cells])]
        if why := _fault(column, texts[field]):
            return NOTHING, why
    one = {field: "\n".join(cells).strip() for field, cells in texts.items()}
    references = tuple(reference.strip() for reference in texts.get("reference", []) if reference.strip())
    if not one["input"]:
        return NOTHING, f"has nothing in the column {columns['input']!a}"
    if "reference" in columns and not references:
        return NOTHING, f"has nothing in the column {columns['reference']!a}"
    if len(references) > MAX_REFERENCES:
        return NOTHING, f"has {len(references)} references; {MAX_REFERENCES} is the most"
    if len(one.get("id", "")) > MAX_ID:
        return NOTHING, f"has an id of more than {MAX_ID} characters"
    known = {label.casefold(): label for label in labels}
    if known and (strange := next((r for r in references if r.casefold() not in known), None)):
        return NOTHING, f"has the label {strange[:40]!a}, which is none of {', '.join(labels)}"
    references = tuple(known.get(reference.casefold(), reference) for reference in references)
    asked = "\n\n".join(filter(None, (one.get("context"), one["input"])))
    return Item(id=one.get("id") or str(place), input=asked, references=references), ""


def _text(cell: Any) -> str:
    """What a cell says: a formula is its text, 3.0 of a spreadsheet is 3, an object stays JSON."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 10**15:
        return str(int(cell))
    if isinstance(cell, (bool, int, float, dict, list)):
        return json.dumps(cell, ensure_ascii=False)
    return str(cell)


def _fault(column: str, cells: Sequence[str]) -> str:
    length = sum(map(len, cells))
    if length > MAX_CELL:
        return f"has {length:,} characters in the column {column!a}; {MAX_CELL:,} is the most"
    for cell in cells:
        if LOST in cell:
            return f"has characters in the column {column!a} that are not in the encoding of the others; use UTF-8"
        if found := UNREADABLE.search(cell):
            if found[0] >= "\ud800":
                return f"has half of a character (U+{ord(found[0]):04X}) in the column {column!a}"
            return f"has the control character U+{ord(found[0]):04X} in the column {column!a}"
    return ""
