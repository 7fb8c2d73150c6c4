"""Reads rows of one's own for a head: JSON lines, or a table with the same names as columns."""

import csv
import io
import json
import random
from collections.abc import Iterator, Mapping
from typing import Any

from playground.errors import InvalidSetup, LimitReached
from playground.finetuning.heads.kinds import HEADS, HeadName
from playground.finetuning.heads.rows import (
    HeadRow,
    LabelledText,
    PreferredAnswer,
    TaggedText,
    row_of,
    texts_of,
)
from playground.types import MAX_TEXT

LEAST_ROWS, MOST_ROWS = 10, 5000
MOST_CHARACTERS = 2_000_000
MOST_LABELS = 50
HELD_OUT = 0.2  # share of the rows that is not learned
SHOWN = 3  # bad rows in a message

Parts = tuple[tuple[HeadRow, ...], tuple[HeadRow, ...]]


def read_own(kind: HeadName, text: str, seed: int) -> Parts:
    """Rows to learn from, and a fifth of them held out by the seed; what reads the same stays on one side.

    Raises InvalidSetup naming the rows that cannot be read, and LimitReached for too much.
    """
    if len(text) > MOST_CHARACTERS:
        raise LimitReached(f"The rows have {len(text):,} characters; {MOST_CHARACTERS:,} is the most.")
    rows, bad = list[HeadRow](), list[str]()
    for number, record in enumerate(_records(text), 1):
        if number > MOST_ROWS:
            raise LimitReached(f"There are more than {MOST_ROWS:,} rows, which is the most; give a part of them.")
        try:
            rows.append(_checked(row_of(kind, record)))
        except ValueError as error:
            bad.append(f"row {number:,} {error}")
    if bad:
        more = f"; and {len(bad) - SHOWN:,} more" if len(bad) > SHOWN else ""
        raise InvalidSetup(
            f"Some rows cannot be learned from: {'; '.join(bad[:SHOWN])}{more}. Each is {HEADS[kind].rows}.",
            path=("data",),
        )
    if len(rows) < LEAST_ROWS:
        raise InvalidSetup(
            f"There are {len(rows)} rows; {LEAST_ROWS} are the least, of which some are held out.", path=("data",)
        )
    training, held_out = _part(rows, seed)
    _refuse_useless(training, held_out)
    return training, held_out


def _records(text: str) -> Iterator[Mapping[str, Any]]:
    """Of JSON lines the objects, of a table its rows. What is no object comes as an empty one."""
    if not text.lstrip().startswith("{"):
        try:
            yield from csv.DictReader(io.StringIO(text.strip()))
        except csv.Error as error:
            raise InvalidSetup(f"The table cannot be read: {error}.", path=("data",)) from None
        return
    for line in text.splitlines():
        if line.strip():
            try:
                record = json.loads(line)
            except (ValueError, RecursionError):
                record = {}
            yield record if isinstance(record, dict) else {}


def _checked(row: HeadRow) -> HeadRow:
    if (longest := max(map(len, texts_of(row)))) > MAX_TEXT:
        raise ValueError(f"has {longest:,} characters, more than {MAX_TEXT:,}")
    return row


def _part(rows: list[HeadRow], seed: int) -> Parts:
    keys = list(dict.fromkeys(texts_of(row)[0].casefold() for row in rows))
    count = max(1, round(HELD_OUT * len(keys)))
    apart = set(random.Random(seed).sample(keys, min(count, len(keys) - 1)))
    sides = [texts_of(row)[0].casefold() in apart for row in rows]
    return (
        tuple(row for row, away in zip(rows, sides, strict=True) if not away),
        tuple(row for row, away in zip(rows, sides, strict=True) if away),
    )


def _refuse_useless(training: tuple[HeadRow, ...], held_out: tuple[HeadRow, ...]) -> None:
    """Raises InvalidSetup for rows that nothing can be learned from, or measured on."""
    if not held_out:
        raise InvalidSetup("All rows say the same; nothing would be left to measure on.", path=("data",))
    labels = labels_of(training)
    plain = isinstance(training[0], LabelledText)
    if not isinstance(training[0], PreferredAnswer) and (plain or isinstance(training[0], TaggedText)):
        if len(labels) < (2 if plain else 1):
            raise InvalidSetup(
                f"The rows to learn from have {len(labels)} label{'' if len(labels) == 1 else 's'}: there is nothing "
                "to tell apart.",
                path=("data",),
            )
        if len(labels) > MOST_LABELS:
            raise InvalidSetup(
                f"There are {len(labels)} labels; {MOST_LABELS} is the most. Is the column of labels another one?",
                path=("data",),
            )
        if unknown := sorted(set(labels_of(held_out)) - set(labels)):
            raise InvalidSetup(
                f"Of the label {unknown[0]!a} there are too few rows: none is left to learn from. Give more of them.",
                path=("data",),
            )


def labels_of(rows: tuple[HeadRow, ...]) -> tuple[str, ...]:
    """All labels, in the order of the alphabet; rows without labels have none."""
    found: set[str] = set()
    for row in rows:
        match row:
            case LabelledText(label=label):
                found.add(label)
            case TaggedText(spans=spans):
                found |= {span.label for span in spans}
    return tuple(sorted(found))
