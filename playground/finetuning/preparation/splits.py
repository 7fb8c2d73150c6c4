"""Parts the rows by a seed into training, validation and held-out rows; what asks the same stays together."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from playground.errors import InvalidSetup
from playground.finetuning.preparation.checks.base import prompt_key
from playground.finetuning.preparation.rows import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Rows to train on, rows that decide when to stop and which recipe wins, and rows for the one judgement at the end.

    Each part keeps the order of the data.
    """

    training: tuple[Row, ...]
    validation: tuple[Row, ...]
    held_out: tuple[Row, ...]


def split_rows(rows: Sequence[Row], *, seed: int = 0, validation: float = 0.1, held_out: float = 0.2) -> Split:
    """Parts of about these shares. Rows that ask the same, but for case and spacing, are never in two parts.

    A part with a share above 0 gets at least one question. Raises InvalidSetup where there are too few different
    questions for that, or nothing would be left to train on.
    """
    shares = {"validation": validation, "held_out": held_out}
    for name, share in shares.items():
        if not 0 <= share < 1:
            raise InvalidSetup(path=(name,), value=share, rule="it must be a share from 0 to below 1.")
    if validation + held_out >= 1:
        rule = "with the held-out share it leaves nothing to train on; the two must be below 1 together."
        raise InvalidSetup(path=("validation",), value=validation, rule=rule)
    groups: dict[str, list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        groups[prompt_key(row)].append(place)
    kept = 1 + (validation > 0)  # groups that the parts after the held-out one need
    if len(groups) < kept + (held_out > 0):
        raise InvalidSetup(
            f"There are {len(groups)} different questions for {kept + (held_out > 0)} parts, and each needs one; give "
            "more rows, or set a share to 0.",
            path=("data",),
        )
    waiting = list(groups.values())
    Random(f"split {seed}").shuffle(waiting)
    held_out_places = _take(waiting, held_out * len(rows), kept)
    validation_places = _take(waiting, validation * len(rows), 1)
    return Split(
        training=_rows_at(rows, [place for group in waiting for place in group]),
        validation=_rows_at(rows, validation_places),
        held_out=_rows_at(rows, held_out_places),
    )


def _take(waiting: list[list[int]], wanted: float, kept: int) -> list[int]:
    """Places of whole groups from the end, about so many and at least one group; so many groups stay."""
    taken: list[int] = []
    while wanted > 0 and len(waiting) > kept:
        after = len(taken) + len(waiting[-1])
        if taken and abs(after - wanted) >= abs(len(taken) - wanted):
            break
        taken += waiting.pop()
    return taken


def _rows_at(rows: Sequence[Row], places: Sequence[int]) -> tuple[Row, ...]:
    return tuple(rows[place] for place in sorted(places))
