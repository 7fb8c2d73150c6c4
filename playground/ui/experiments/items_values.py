"""Items by columns -> a page of rows, filtered and sorted on the server. Pure functions to plain values."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from playground.evaluation.findings.summary import ItemRow
from playground.evaluation.plan import Item
from playground.evaluation.results import Result, Table
from playground.formats import format_count
from playground.ui.language.texts import AsWritten
from playground.ui.run_view.measures import dollars

PAGE = 50  # rows that the browser gets at once, whatever there are
CLIPPED = 160  # characters of a text in a row; its details have all of it
EMPTY_CELL: dict[str, Any] = {"title": "", "repetitions": []}
EMPTY: dict[str, Any] = {"columns": [], "rows": [], "count": "", "empty": "", "page": 0, "pages": 0}

FILTERS: Mapping[str, tuple[str, Callable[[ItemRow], bool]]] = {
    "all": ("All items", lambda row: True),
    "differ": ("The columns disagree", lambda row: row.spread > 0),
    "none": ("No column is right", lambda row: _scores(row) != [] and max(_scores(row)) < 1),
    "every": ("Every column is right", lambda row: _scores(row) != [] and min(_scores(row)) == 1),
    "unread": ("No answer found", lambda row: any(not r.extracted for r in _results(row))),
    "failed": ("Something failed", lambda row: any(r.outcome == "failed" for r in _results(row))),
}
ORDERS: Mapping[str, tuple[str, Callable[[ItemRow], Any]]] = {
    "drawn": ("In order", lambda row: 0),
    "hard": ("Hardest first", lambda row: _mean(row)),
    "easy": ("Easiest first", lambda row: -_mean(row)),
    "spread": ("Largest disagreement first", lambda row: -row.spread),
    "input": ("Alphabetical", lambda row: row.item.input.casefold()),
}
GONE = "Its prompts and steps are no longer stored."
MARKS = {"right": "\u2713", "wrong": "\u2717", "partly": "\u25d0", "unread": "?", "failed": "!"}
SAID = {
    "right": "right", "wrong": "wrong", "partly": "partly right", "unread": "no answer found", "failed": "failed",
}  # fmt: skip


def items_value(
    table: Table, rows: Sequence[ItemRow], *, keep: str = "all", order: str = "drawn", words: str = "", page: int = 0
) -> dict[str, Any]:
    """One page of the rows that the filter and the words leave, and how many there are."""
    wanted = words.casefold().split()
    left = [row for row in rows if FILTERS[keep][1](row) and (not wanted or _has(row, wanted))]
    left.sort(key=ORDERS[order][1])
    pages = -(-len(left) // PAGE)
    page = max(0, min(page, pages - 1))
    shown = left[page * PAGE : (page + 1) * PAGE]
    count = f"{len(left):,} of {format_count(len(rows), 'item')}"
    if pages > 1:
        count = f"{count}, {page * PAGE + 1:,} to {page * PAGE + len(shown):,} shown"
    return {
        "columns": [*map(AsWritten, table.columns)],
        "rows": [_row(row) for row in shown],
        "count": count,
        "empty": "" if left else "No items match.",
        "page": page,
        "pages": pages,
    }


def _row(row: ItemRow) -> dict[str, Any]:
    return {
        "item": row.item.id,
        "input": _clip(row.item.input),
        "reference": _clip(row.item.references[0]) if row.item.references else "",
        "cells": [_cell(cells) for cells in row.cells],
    }


def _cell(cells: Sequence[Result]) -> dict[str, str] | None:
    if not cells:
        return None
    states = [state(cell) for cell in cells]
    alike = states[0] if len(set(states)) == 1 else "partly"
    if len(cells) > 1:
        right = states.count("right")
        return {
            "state": alike, "mark": MARKS[alike], "text": f"{right} of {len(cells)}",
            "title": f"right {right} of {len(cells)} times",
        }  # fmt: skip
    (cell,) = cells
    text = _clip(cell.predicted or cell.answer, 60)
    said = SAID[alike] if alike != "partly" or cell.score is None else f"score {cell.score:.2f}"
    if cell.right is None and cell.score is not None and alike != "unread":
        text = f"{cell.score:.2f}"
    return {"state": alike, "mark": MARKS[alike], "text": text, "title": f"{said}{': ' if text else ''}{text}"}


def state(cell: Result) -> str:
    """What became of a cell, in one word."""
    if cell.outcome == "failed" or cell.score is None:
        return "failed"
    if not cell.extracted:
        return "unread"
    return "right" if cell.score == 1 else "wrong" if cell.score == 0 else "partly"


def asked_of(table: Table, item: str, column: str) -> list[int]:
    """Places in the table's results of one item in one column, by repetition."""
    found = [at for at, result in enumerate(table.results) if result.item == item and result.column == column]
    return sorted(found, key=lambda at: table.results[at].repetition)


def _note(cell: Result, item: Item, *, gone: bool) -> str:
    """What is to be known of it, but for what the reference says already."""
    note = cell.note if cell.note not in [f"Expected {one}." for one in item.references] else ""
    return f"{note} {GONE}".strip() if gone else note


def place(table: Table, at: int) -> str:
    """Names a result: where it is and, as the table may be another by then, which it is."""
    return f"{at}/{table.results[at].key}"


def cell_value(table: Table, at: int, *, openable: bool) -> dict[str, Any]:
    """One result whole, and the other repetitions of its cell."""
    cell = table.results[at]
    (item,) = (item for item in table.items if item.id == cell.item)
    beside = asked_of(table, cell.item, cell.column)
    failed = cell.outcome == "failed"
    return {
        "at": place(table, at),
        "title": AsWritten(f"{cell.column}: {cell.item}"),
        "state": state(cell),
        "said": SAID[state(cell)] if state(cell) != "partly" else f"score {cell.score:.2f}",
        "asked": item.input,
        "reference": " | ".join(item.references),
        "answer": cell.answer,
        "predicted": cell.predicted if cell.predicted != cell.answer else "",
        "note": AsWritten(_note(cell, item, gone=not (openable or failed))),
        "facts": "" if failed else " \u00b7 ".join(_facts(cell)),
        "openable": openable,
        "repetitions": [
            {"at": place(table, one), "title": f"Repetition {number}"}
            for number, one in enumerate(beside, 1)
            if len(beside) > 1
        ],
    }


def _facts(cell: Result) -> list[str]:
    tokens = cell.prompt_tokens + cell.completion_tokens
    facts = [format_count(cell.calls, "call"), format_count(tokens, "token"), f"{cell.seconds:.1f} s"]
    sure = [] if cell.confidence is None else [f"confidence {100 * cell.confidence:.0f} %"]
    return [*facts, *sure, *([dollars(cell.cost)] if cell.cost is not None else [])]


def _has(row: ItemRow, words: Sequence[str]) -> bool:
    said = (text for r in _results(row) for text in (r.predicted, r.note))
    texts = "\n".join([row.item.id, row.item.input, *row.item.references, *said]).casefold()
    return all(word in texts for word in words)


def _results(row: ItemRow) -> list[Result]:
    return [result for cells in row.cells for result in cells]


def _scores(row: ItemRow) -> list[float]:
    return [score for score in row.scores if score is not None]


def _mean(row: ItemRow) -> float:
    known = _scores(row)
    return sum(known) / len(known) if known else 0.0


def _clip(text: str, most: int = CLIPPED) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= most else f"{flat[: most - 1]}\u2026"
