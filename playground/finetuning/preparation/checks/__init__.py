"""Checks of the rows before anything is trained on them.

balance.py         Tells whether the answers are labels, and how often each label comes
base.py            Type of what a check finds in the rows, and the texts that checks compare
duplicates.py      Finds rows that are there twice, and rows that give one question different answers
lengths.py         Counts the tokens of rows and holds them against the model's window
oddities.py        Finds rows that are empty, or that look as if something went wrong on their way here
overlap.py         Finds held-out rows that the model would have seen in training
personal_data.py   Finds what looks like personal data: addresses, numbers of phones, cards and accounts
"""

from collections.abc import Sequence
from typing import Any

from playground.errors import InvalidSetup
from playground.finetuning.preparation.checks.balance import find_balance
from playground.finetuning.preparation.checks.base import RowFinding
from playground.finetuning.preparation.checks.duplicates import find_duplicates
from playground.finetuning.preparation.checks.lengths import find_lengths, measure_lengths
from playground.finetuning.preparation.checks.oddities import find_oddities
from playground.finetuning.preparation.checks.overlap import find_overlap
from playground.finetuning.preparation.checks.personal_data import find_personal_data
from playground.finetuning.preparation.rows import Row

__all__ = ["RowFinding", "check_rows", "refuse_useless"]

ORDER = ("stop", "warning", "note")


def check_rows(
    rows: Sequence[Row], held_out: Sequence[Row] = (), *, tokenizer: Any = None, window: int = 0
) -> tuple[RowFinding, ...]:
    """All that the checks find, the gravest first; lengths only with a tokenizer and the window of its model.

    Raises InvalidSetup where there are no rows at all.
    """
    if not rows:
        raise InvalidSetup("There are no rows to learn from.", path=("data",))
    findings = [
        *find_oddities(rows),
        *find_overlap(rows, held_out),
        *find_duplicates(rows),
        *find_balance(rows),
        *find_personal_data(rows),
    ]
    if tokenizer is not None:
        lengths, sizes = measure_lengths(rows, tokenizer)
        findings += find_lengths(rows, sizes, lengths, window)
    return tuple(sorted(findings, key=lambda finding: ORDER.index(finding.weight)))


def refuse_useless(rows: Sequence[Row], held_out: Sequence[Row]) -> None:
    """Raises InvalidSetup for rows that training makes no sense on, with what the checks say of them."""
    if not rows:
        raise InvalidSetup("No row is left to learn from; use more of them, or keep fewer apart.")
    if stops := [finding.sentence for finding in check_rows(rows, held_out) if finding.weight == "stop"]:
        raise InvalidSetup(" ".join(stops))
