"""Counts the tokens of rows and holds them against the model's window."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from playground.finetuning.preparation.checks.base import RowFinding, count_rows, name_rows
from playground.finetuning.preparation.encoding import encode_answer
from playground.finetuning.preparation.rows import Row, answers_of

FEW_COUNTED = 2  # tokens: a label and the end of the turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Lengths:
    """Tokens of rows with their answers, and of the part that the loss counts; `longest` is the longest row's id."""

    total: int
    counted: int
    median: float
    most: int
    longest: str


def measure_lengths(rows: Sequence[Row], tokenizer: Any) -> tuple[Lengths, tuple[int, ...]]:
    """The lengths of the rows together, and each row's own. A row with two answers is as long as with the longer."""
    encoded = [
        max((encode_answer(tokenizer, row.messages, answer) for answer in answers_of(row)), key=lambda e: len(e.ids))
        for row in rows
    ]
    sizes = tuple(len(row.ids) for row in encoded)
    longest = max(range(len(rows)), key=sizes.__getitem__)
    lengths = Lengths(
        total=sum(sizes),
        counted=sum(row.counted for row in encoded),
        median=median(sizes),
        most=sizes[longest],
        longest=rows[longest].id,
    )
    return lengths, sizes


def find_lengths(rows: Sequence[Row], sizes: Sequence[int], lengths: Lengths, window: int) -> Iterator[RowFinding]:
    """Rows that do not fit the window of so many tokens, and what the others take."""
    long = tuple(row.id for row, size in zip(rows, sizes, strict=True) if size > window)
    if long:
        yield RowFinding(
            check="lengths",
            weight="stop",
            sentence=f"{count_rows(long)} are longer than the window of {window:,} tokens ({name_rows(long)}): "
            "shorten them or leave them out. Cutting them would cut off their answers.",
            rows=long,
        )
    share = lengths.counted / lengths.total
    said = [
        f"{lengths.total:,} tokens, {lengths.median:g} in the middle row, {lengths.most:,} in the longest "
        f"(row {lengths.longest}). The loss counts {lengths.counted:,} of them ({share:.0%}), the answers."
    ]
    if lengths.counted <= 2 * FEW_COUNTED * len(rows):
        said.append(f"In most rows only a word or two is learned: {lengths.counted / len(rows):.1f} tokens each.")
    yield RowFinding(check="lengths", weight="note", sentence=" ".join(said))
