"""Batches in the order of a seed, padded, and the mean loss over rows."""

import random
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

import torch

from playground.finetuning.objectives.base import Objective, ReadsAnswers
from playground.finetuning.recipe import Recipe
from playground.finetuning.training.events import Looking
from playground.returning import Returning

Row = TypeVar("Row")
NEAR = 8  # batches among which rows find those of their size
READ_AT_ONCE = 16  # rows, where nothing has to be remembered for a gradient
IGNORED = -100  # the label that cross-entropy leaves out


@dataclass(frozen=True, slots=True, kw_only=True)
class Padded:
    """Rows of one width `[rows, tokens]`, padded on the left, with the positions of their tokens."""

    ids: torch.Tensor
    mask: torch.Tensor
    positions: torch.Tensor


def pad(rows: Sequence[Sequence[int]], device: Any) -> Padded:
    """Rows padded on the left: they end together, and whatever comes next comes at one place."""
    width = max(map(len, rows))
    ids = torch.tensor([[0] * (width - len(row)) + list(row) for row in rows], device=device)
    mask = torch.tensor([[0] * (width - len(row)) + [1] * len(row) for row in rows], device=device)
    return Padded(ids=ids, mask=mask, positions=(mask.cumsum(1) - 1).clamp(min=0))


def batches(rows: Sequence[Row], recipe: Recipe, size: Callable[[Row], int] = lambda row: 0) -> Iterator[Sequence[Row]]:
    """One batch a step: the rows in a new order each time all have been seen, by the recipe's seed.

    Rows of about one `size` come together, as far as that takes them from their place by few batches: what is padded
    is computed too. Every row comes before any comes again.
    """
    return islice(_endless_batches(rows, recipe, size), recipe.steps)


def _endless_batches(rows: Sequence[Row], recipe: Recipe, size: Callable[[Row], int]) -> Iterator[Sequence[Row]]:
    shuffled, waiting = random.Random(recipe.seed), list[Row]()
    while True:
        near = min(NEAR, len(waiting) // recipe.batch)
        while len(waiting) < recipe.batch:  # the last rows of one round and the first of the next are a batch
            near, waiting = 1, [*waiting, *shuffled.sample(rows, len(rows))]
        taken = sorted(waiting[: near * recipe.batch], key=size)
        waiting = waiting[len(taken) :]
        made = [taken[start : start + recipe.batch] for start in range(0, len(taken), recipe.batch)]
        shuffled.shuffle(made)
        yield from made


def mean_loss(objective: Objective, learner: ReadsAnswers, rows: Sequence[Any], batch: int = READ_AT_ONCE) -> float:
    """The mean loss over the tokens or pairs of all rows, of which there is at least one."""
    with Returning(reading_losses(objective, learner, rows, batch)) as work:
        for _ in work:
            pass
    return work.value


@torch.inference_mode()
def reading_losses(
    objective: Objective, learner: ReadsAnswers, rows: Sequence[Any], batch: int = READ_AT_ONCE
) -> Generator[Looking, None, float]:
    """The same, one batch after the other, of rows of about one length: what is padded is read too."""
    ordered = sorted(rows, key=objective.tokens)
    loss, counted = 0.0, 0
    for start in range(0, len(ordered), batch):
        total, count = objective.total(learner, ordered[start : start + batch])
        loss, counted = loss + total.item(), counted + count
        yield Looking()
    return loss / counted
