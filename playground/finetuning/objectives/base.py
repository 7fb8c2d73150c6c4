"""What a training makes smaller: how its rows are encoded, and the loss of a batch of them."""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import torch

from playground.finetuning.preparation.rows import Row


class ReadsAnswers(Protocol):
    """Whatever gives logits: what learns, or the model as it was."""

    def logits(self, ids: Any, mask: Any, positions: Any, keep: int) -> Any:
        """Logits `[rows, keep, vocabulary]` after the last `keep` tokens of ids `[rows, tokens]`."""


class Objective(Protocol):
    """Rows as they are learned, and what is made smaller over them."""

    @property
    def slower(self) -> float:
        """What the learning rate that suits a method is multiplied by, where the recipe names none."""

    def encode(self, rows: Sequence[Row]) -> Iterator[Any]:
        """The rows as `total` takes them. What the model as it was makes of them is found out here, once."""

    def total(self, learner: ReadsAnswers, batch: Sequence[Any]) -> tuple[torch.Tensor, int]:
        """The sum of the losses of a batch, and over how many tokens or pairs it goes."""

    def tokens(self, row: Any) -> int:
        """How many tokens a row has that are read."""
