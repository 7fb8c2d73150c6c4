"""Finds rows that are empty, or that look as if something went wrong on their way here."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from playground.finetuning.preparation.checks.base import RowFinding, Weight, count_rows, name_rows, text_key, texts_of
from playground.finetuning.preparation.rows import PreferenceRow, Row, answers_of

FEW = 20  # rows
TIMES_LONGER, LONG = 10, 200  # than the answer in the middle, and so many characters
CONTROL = re.compile(r"<\|[\w ]{1,40}\|>|\[/?INST\]|</?s>|<\|?(?:start|end)_of_turn\|?>")
# UTF-8 that was read as something older: an accented letter after its first byte.
BROKEN = re.compile("\ufffd|Ã[\u0080-\u00bf]|â€|Â[\u00a0-\u00bf]")
MARKUP = re.compile(r"&(?:amp|lt|gt|quot|nbsp|#\d{2,5});|</?(?:p|br|div|span|a|b|i|li|ul|td|tr)\b[^<>]{0,200}>", re.I)


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something that may be wrong with a row by itself, and what it means."""

    check: str
    weight: Weight
    meaning: str
    holds: Callable[[Row], bool]


ODDITIES = (
    Oddity("empty", "stop", "nothing is asked, or nothing answered", lambda row: any(map(_is_blank, _said(row)))),
    Oddity("echo", "warning", "the answer only repeats the question", lambda row: _repeats_question(row)),
    Oddity("no preference", "stop", "the better and the worse answer are the same", lambda row: _prefers_nothing(row)),
    Oddity(
        "control tokens",
        "warning",
        "control tokens of a chat template are in the text; they are learned as the letters that they are written "
        "with, and end no turn",
        lambda row: any(map(CONTROL.search, texts_of(row))),
    ),
    Oddity(
        "broken letters",
        "warning",
        "letters look broken, as UTF-8 read in another encoding does",
        lambda row: any(map(BROKEN.search, texts_of(row))),
    ),
    Oddity(
        "markup",
        "warning",
        "there are HTML tags or entities, which the model would learn to write",
        lambda row: any(map(MARKUP.search, answers_of(row))),
    ),
)


def find_oddities(rows: Sequence[Row]) -> Iterator[RowFinding]:
    """Too few rows, rows with something odd about them, and answers that are far longer than the others."""
    if len(rows) < FEW:
        yield RowFinding(
            check="rows",
            weight="warning",
            sentence=f"Only {count_rows(len(rows))} to learn from: a form takes some {FEW} "
            "to 50 rows to learn, and what is measured on a few held-out ones is hardly more than chance.",
        )
    for oddity in ODDITIES:
        ids = tuple(row.id for row in rows if oddity.holds(row))
        if ids:
            sentence = f"{count_rows(ids)}: {oddity.meaning} ({name_rows(ids)})."
            yield RowFinding(check=oddity.check, weight=oddity.weight, sentence=sentence, rows=ids)
    middle = median(len(answer) for row in rows for answer in answers_of(row))
    ids = tuple(row.id for row in rows if max(map(len, answers_of(row))) > max(TIMES_LONGER * middle, LONG))
    if ids:
        sentence = f"{count_rows(ids)}: an answer over {TIMES_LONGER} times as long as most ({name_rows(ids)})."
        yield RowFinding(check="long answers", weight="warning", sentence=sentence, rows=ids)


def _said(row: Row) -> tuple[str, ...]:
    return (row.messages[-1].content if row.messages else "", *answers_of(row))


def _is_blank(text: str) -> bool:
    return not text.strip()


def _repeats_question(row: Row) -> bool:
    asked = text_key(row.messages[-1].content)
    return bool(asked) and text_key(answers_of(row)[0]) == asked


def _prefers_nothing(row: Row) -> bool:
    return isinstance(row, PreferenceRow) and row.chosen.strip() == row.rejected.strip()
