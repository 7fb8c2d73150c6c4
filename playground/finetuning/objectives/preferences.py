"""Learning from preferences without a reward model: DPO (Rafailov et al. 2023, arXiv 2305.18290).

Of two answers to one prompt the better one is to gain probability against the worse one, measured from a reference: the
model as it was before. The reference's log-probabilities are computed once, before the first step, which halves the
cost of a step.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn.functional import logsigmoid

from playground.finetuning.objectives.base import ReadsAnswers
from playground.finetuning.objectives.log_probabilities import answer_log_probabilities
from playground.finetuning.preparation.encoding import EncodedRow, encode_answer
from playground.finetuning.preparation.rows import Row, answers_of

SLOWER = 0.05  # as in TRL, whose rate for whole models is 2e-5 for answers and 1e-6 for preferences
BATCH = 8  # pairs that the reference reads at once


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedPair:
    """Both answers to one prompt, and how likely the reference finds them, in nats over the whole answer."""

    chosen: EncodedRow
    rejected: EncodedRow
    reference_chosen: float
    reference_rejected: float


def dpo_losses(
    chosen: torch.Tensor, rejected: torch.Tensor, reference_chosen: torch.Tensor, reference_rejected: torch.Tensor,
    beta: float,
) -> torch.Tensor:  # fmt: skip
    """The loss of each pair [pairs], from log-probabilities of whole answers. Where nothing was learned it is log 2."""
    return -logsigmoid(beta * ((chosen - reference_chosen) - (rejected - reference_rejected)))


@dataclass(frozen=True, slots=True)
class LearnPreferences:
    """See `Objective`. `beta`: the higher, the closer what learns stays to the reference."""

    tokenizer: Any
    device: Any
    reference: ReadsAnswers
    beta: float

    @property
    def slower(self) -> float:
        return SLOWER

    def encode(self, rows: Sequence[Row]) -> Iterator[EncodedPair]:
        for start in range(0, len(rows), BATCH):
            encoded = [
                encode_answer(self.tokenizer, row.messages, answer)
                for row in rows[start : start + BATCH]
                for answer in answers_of(row)
            ]
            with torch.inference_mode():
                known = answer_log_probabilities(self.reference, encoded, self.device).tolist()
            for at in range(0, len(encoded), 2):
                yield EncodedPair(
                    chosen=encoded[at],
                    rejected=encoded[at + 1],
                    reference_chosen=known[at],
                    reference_rejected=known[at + 1],
                )

    def total(self, learner: ReadsAnswers, batch: Sequence[EncodedPair]) -> tuple[torch.Tensor, int]:
        both = [row for pair in batch for row in (pair.chosen, pair.rejected)]
        found = answer_log_probabilities(learner, both, self.device)
        known = torch.tensor([[pair.reference_chosen, pair.reference_rejected] for pair in batch], device=self.device)
        return dpo_losses(found[0::2], found[1::2], known[:, 0], known[:, 1], self.beta).sum(), len(batch)

    def tokens(self, row: EncodedPair) -> int:
        return len(row.chosen.ids) + len(row.rejected.ids)
