"""Batches in the order of a seed, and the loss over the tokens of the answers."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from playground.finetuning.methods import Learner
from playground.finetuning.preparation.encoding import EncodedRow
from playground.finetuning.recipe import Recipe

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


def batches(rows: Sequence[EncodedRow], recipe: Recipe) -> Iterator[list[EncodedRow]]:
    """One batch a step: the rows in a new order each time all have been seen, by the recipe's seed."""
    shuffled = random.Random(recipe.seed)
    waiting: list[EncodedRow] = []
    for _ in range(recipe.steps):
        while len(waiting) < recipe.batch:
            waiting += shuffled.sample(rows, len(rows))
        yield waiting[: recipe.batch]
        waiting = waiting[recipe.batch :]


def answer_loss(learner: Learner, batch: Sequence[EncodedRow], device: Any, reduction: str = "mean") -> torch.Tensor:
    """Cross-entropy of the answer tokens, each predicted from what stands before it; their mean, or their sum.

    The vocabulary's logits, a fifth of the work, are computed for the last positions only, where all answers end.
    """
    padded = pad([row.ids for row in batch], device)
    keep = max(row.counted for row in batch)
    labels = torch.tensor(
        [[IGNORED] * (keep - row.counted) + list(row.ids[row.start :]) for row in batch], device=device
    )
    logits = learner.logits(padded.ids, padded.mask, padded.positions, keep + 1)[:, :-1].float()
    return torch.nn.functional.cross_entropy(
        logits.flatten(0, 1), labels.flatten(), ignore_index=IGNORED, reduction=reduction
    )


@torch.inference_mode()
def mean_loss(learner: Learner, rows: Sequence[EncodedRow], device: Any, batch: int = 8) -> float:
    """The mean over all answer tokens of the rows, of which there is at least one."""
    total, count = 0.0, 0
    for start in range(0, len(rows), batch):
        some = rows[start : start + batch]
        total += answer_loss(learner, some, device, "sum").item()
        count += sum(row.counted for row in some)
    return total / count
