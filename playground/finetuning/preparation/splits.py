"""Parts the rows by a seed into training, validation and held-out rows; what asks the same stays together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from playground.errors import InvalidSetup
from playground.finetuning.preparation.checks.base import group_rows, prompt_key
from playground.finetuning.preparation.rows import Row
from playground.formats import format_count


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Rows to train on, rows that decide when to stop and which recipe wins, and rows for the one judgement at the end.

    Each part keeps the order of the data.
    """

    training: tuple[Row, ...]
    validation: tuple[Row, ...]
    held_out: tuple[Row, ...]


def split_rows(
    rows: Sequence[Row], *, seed: int = 0, validation: float = 0.1, held_out: float = 0.2,
    key: Callable[[Row], str] = prompt_key, most_validation: int | None = None,
) -> Split:  # fmt: skip
    """Parts of about these shares. Rows of one key, which ask the same, are never in two parts.

    At most so many questions are kept for validation, since all of them are read at every look. A part with a share
    above 0 gets at least one question. Raises InvalidSetup where there are too few different questions for that, or
    nothing would be left to train on.
    """
    shares = {"validation": validation, "held_out": held_out}
    for name, share in shares.items():
        if not 0 <= share < 1:
            raise InvalidSetup(path=(name,), value=share, rule="it must be a share from 0 to below 1.")
    if validation + held_out >= 1:
        rule = "with the held-out share it leaves nothing to train on; the two must be below 1 together."
        raise InvalidSetup(path=("validation",), value=validation, rule=rule)
    groups = group_rows(rows, key)
    kept = 1 + (validation > 0)  # groups that the parts after the held-out one need
    if len(groups) < (parts := kept + (held_out > 0)):
        more = "Give more rows, or set a share to 0." if parts > 1 else "Give more rows."
        words = f"Too few different questions: {len(groups)} for {format_count(parts, 'part')}. {more}"
        raise InvalidSetup(words, path=("data",))
    waiting = list(groups.values())
    Random(f"split {seed}").shuffle(waiting)
    held_out_places = _take(waiting, held_out * len(rows), kept)
    validation_places = _take(waiting, validation * len(rows), 1, most_validation)
    return Split(
        training=_rows_at(rows, [place for group in waiting for place in group]),
        validation=_rows_at(rows, validation_places),
        held_out=_rows_at(rows, held_out_places),
    )


def _take(waiting: list[Sequence[int]], wanted: float, kept: int, most: int | None = None) -> list[int]:
    """Places of whole groups from the end, about so many, of at least one group and at most so many; some stay."""
    taken: list[int] = []
    stay = max(kept, len(waiting) - most) if most is not None else kept
    while wanted > 0 and len(waiting) > stay:
        after = len(taken) + len(waiting[-1])
        if taken and abs(after - wanted) >= abs(len(taken) - wanted):
            break
        taken += waiting.pop()
    return taken


def _rows_at(rows: Sequence[Row], places: Sequence[int]) -> tuple[Row, ...]:
    return tuple(rows[place] for place in sorted(places))
