"""Finds held-out rows that the model would have seen in training."""

import re
from collections.abc import Iterator, Sequence

from playground.finetuning.preparation.checks.base import RowFinding, count_rows, group_rows, name_rows
from playground.finetuning.preparation.rows import Row, TrainingRow

WORDS = 8  # in a row, that two texts share: with fewer, phrases that everybody uses would count
SHARE = 0.5  # of a held-out question's word sequences that are in training


def find_overlap(training: Sequence[Row], held_out: Sequence[Row]) -> Iterator[RowFinding]:
    """Held-out rows whose question is trained on, and those that share long runs of words with what is.

    The second is the check of Brown et al. 2020 (arXiv 2005.14165, appendix C) with shorter runs, for shorter texts.
    What is equal in most rows, such as a system message or the words around each input, does not count.
    """
    asked, sealed = group_rows(training), group_rows(held_out)
    memory = {place for key, places in sealed.items() if key in asked for place in places}
    same = [held_out[place].id for place in sorted(memory)]
    if same:
        yield RowFinding(
            check="overlap",
            weight="stop",
            sentence=f"{count_rows(same)} of the held-out part are asked in training too ({name_rows(same)}): what "
            "is measured on them is memory. Take them out of one of the two.",
            rows=tuple(same),
        )
    shared = _shared_runs(training)
    seen = set().union(*(_runs(row) for row in training)) - shared if training else set()
    alike = []
    for place, row in enumerate(held_out):
        runs = _runs(row) - shared
        if runs and place not in memory and len(runs & seen) >= SHARE * len(runs):
            alike.append(row.id)
    if alike:
        yield RowFinding(
            check="near overlap",
            weight="warning",
            sentence=f"{count_rows(alike)} of the held-out part share at least half of their sequences of {WORDS} "
            f"words with training ({name_rows(alike)}): look whether they are the same text in another form.",
            rows=tuple(alike),
        )


def _shared_runs(rows: Sequence[Row]) -> set[tuple[str, ...]]:
    """Sequences that stand in more than half of the rows: they are a template's, and no row's own."""
    counts: dict[tuple[str, ...], int] = {}
    for row in rows:
        for run in _runs(row):
            counts[run] = counts.get(run, 0) + 1
    return {run for run, count in counts.items() if len(rows) > 2 and 2 * count > len(rows)}


def _runs(row: Row) -> set[tuple[str, ...]]:
    """All sequences of so many words in what is asked, and in the answer where that is no short label."""
    texts = [message.content for message in row.messages]
    texts.append(row.answer if isinstance(row, TrainingRow) else row.chosen)
    found = set()
    for text in texts:
        words = re.findall(r"\w+", text.casefold())
        found |= {tuple(words[at : at + WORDS]) for at in range(len(words) - WORDS + 1)}
    return found
