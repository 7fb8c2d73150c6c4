"""Rows of one's own as a session remembers them, and what is said of them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from playground.errors import InvalidSetup
from playground.evaluation.own_data import OwnData
from playground.evaluation.plan import Item
from playground.formats import format_count

NUMBER = re.compile(r"[-+\u2212]?[$\u20ac\u00a3]?\d[\d.,' ]*%?")
LISTED = 8  # bad rows that are shown


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRows:
    """Rows of one's own as they were given, and what was read from it, or why nothing could be."""

    content: bytes | str = ""
    filename: str = ""
    items: tuple[Item, ...] = ()
    fault: str = ""


def items_of(rows: OwnRows | None) -> tuple[Item, ...]:
    """What can be asked. Raises InvalidSetup where nothing was given, or it could not be read."""
    if rows and rows.fault:
        name = f"\u201c{rows.filename}\u201d" if rows.filename else "What was pasted"
        raise InvalidSetup(f"{name} cannot be used yet. {rows.fault}")
    if rows is None or not rows.items:
        raise InvalidSetup("There is no data of your own yet; open a file, or paste rows.")
    return rows.items


def describe_rows(own: OwnData, size: Any, shots: Any, kind: Any = "") -> str:
    """How many rows there are, what becomes of them, which were left out, and which answer type suits them better."""
    return "\n".join([describe_shares(len(own.items), size, shots), *better_kind(own.items, kind), *bad_rows(own.bad)])


def better_kind(items: Iterable[Item], kind: Any) -> list[str]:
    """What to choose instead of text, where every right answer is of one kind."""
    answers = [reference.strip() for item in items for reference in item.references]
    if kind != "text" or not answers:
        return []
    if all(NUMBER.fullmatch(reference) for reference in answers):
        return ["All right answers are numbers: choose the answer type Number, which takes 5.0 and 5 for the same."]
    if all(reference.casefold() in ("yes", "no") for reference in answers):
        return ["All right answers are yes or no: choose the answer type Yes / no, which finds them in a sentence."]
    return []


def describe_shares(count: int, size: Any, shots: Any) -> str:
    """How many of the rows are kept as examples and how many are asked; the boxes may hold no number."""
    if not count:
        return ""
    kept = min(int(shots), count) if isinstance(shots, (int, float)) else 0
    rest = count - kept
    asked = min(int(size), rest) if isinstance(size, (int, float)) else rest
    share = f"{asked:,} of the other {rest:,}" if asked < rest and kept else f"{asked:,}"
    rows = format_count(count, "row")
    return f"{rows}: {kept:,} kept as examples, {share} asked." if kept else f"{rows}: {share} asked."


def bad_rows(bad: tuple[tuple[int, str], ...]) -> list[str]:
    """Line by line what is wrong, the first few."""
    more = [f"... and {format_count(len(bad) - LISTED, 'more row')}."] if len(bad) > LISTED else []
    return [*(f"Line {line:,}: {why}" for line, why in bad[:LISTED]), *more]
