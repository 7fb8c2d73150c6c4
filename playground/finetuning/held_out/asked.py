"""What is asked of an adapter and of its base: of a built-in task, or of rows of one's own."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from playground.errors import InvalidSetup
from playground.evaluation.plan import Item
from playground.finetuning.held_out.own_part import own_part
from playground.finetuning.held_out.sealed_part import SealedPart, without_learned
from playground.finetuning.held_out.tasks import Task
from playground.finetuning.preparation.rows import Row
from playground.types import Weights

SHOTS, VALIDATION = 6, 24
Parts = tuple[Sequence[Row], Sequence[Row], Sequence[Row]]  # rows that were trained on, looked at, and sealed


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The sealed part, instructions to try and items to choose one by, and the two weights.

    `left_out` items of the part are not asked, for they were learned or cannot be, nor are those `beyond` the most.
    """

    part: SealedPart
    instructions: tuple[str, ...]
    validation: tuple[Item, ...]
    base: Weights
    learned: Weights
    left_out: int = 0
    beyond: int = 0


def asked_of_task(task: Task, most: int, trained: Sequence[Row], base: Weights, learned: Weights) -> Asked:
    """At most so many sealed items of a task, without those that were learned. Raises InvalidSetup if none is left."""
    part = task.sealed(most, SHOTS)
    items = without_learned(part.items, trained)
    if not items:
        raise InvalidSetup("Every item of the sealed part was trained on; nothing can be asked.")
    _, validation = task.learnable(VALIDATION, part.shots)
    return Asked(
        part=replace(part, items=items), instructions=task.instructions, validation=validation, base=base,
        learned=learned, left_out=len(part.items) - len(items),
    )  # fmt: skip


def asked_of_own_rows(title: str, rows: Parts, most: int, base: Weights, learned: Weights) -> Asked:
    """At most so many of the sealed rows. Raises InvalidSetup where too few can be asked."""
    own = own_part(title, *rows, most)
    return Asked(
        part=own.part, instructions=own.instructions, validation=own.validation[:VALIDATION], base=base,
        learned=learned, left_out=own.left_out, beyond=own.beyond,
    )  # fmt: skip
