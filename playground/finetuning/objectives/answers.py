"""Learning answers: the cross-entropy of each of their tokens, predicted from what stands before it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from playground.finetuning.objectives.base import ReadsAnswers
from playground.finetuning.objectives.log_probabilities import answer_log_probabilities
from playground.finetuning.preparation.encoding import EncodedRow, encode_row
from playground.finetuning.preparation.rows import Row, TrainingRow


@dataclass(frozen=True, slots=True)
class LearnAnswers:
    """See `Objective`."""

    tokenizer: Any
    device: Any

    @property
    def slower(self) -> float:
        return 1.0

    def encode(self, rows: Sequence[Row]) -> Iterator[EncodedRow]:
        for row in rows:
            assert isinstance(row, TrainingRow)  # whoever chose the objective has looked
            yield encode_row(self.tokenizer, row)

    def total(self, learner: ReadsAnswers, batch: Sequence[EncodedRow]) -> tuple[torch.Tensor, int]:
        return -answer_log_probabilities(learner, batch, self.device).sum(), sum(row.counted for row in batch)

    def tokens(self, row: EncodedRow) -> int:
        return len(row.ids)
