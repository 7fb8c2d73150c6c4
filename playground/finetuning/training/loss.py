"""Batches in the order of a seed, padded, and the mean loss over rows."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import torch

from playground.finetuning.objectives.base import Objective, ReadsAnswers
from playground.finetuning.recipe import Recipe

Row = TypeVar("Row")
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


def batches(rows: Sequence[Row], recipe: Recipe) -> Iterator[list[Row]]:
    """One batch a step: the rows in a new order each time all have been seen, by the recipe's seed."""
    shuffled = random.Random(recipe.seed)
    waiting: list[Row] = []
    for _ in range(recipe.steps):
        while len(waiting) < recipe.batch:
            waiting += shuffled.sample(rows, len(rows))
        yield waiting[: recipe.batch]
        waiting = waiting[recipe.batch :]


@torch.inference_mode()
def mean_loss(objective: Objective, learner: ReadsAnswers, rows: Sequence[Any], batch: int = 8) -> float:
    """The mean loss over the tokens or pairs of all rows, of which there is at least one."""
    totals = [objective.total(learner, rows[start : start + batch]) for start in range(0, len(rows), batch)]
    return sum(total.item() for total, _ in totals) / sum(count for _, count in totals)
