"""How likely what learns finds whole answers, with one pass over several."""

from collections.abc import Sequence
from typing import Any

import torch

from playground.finetuning.objectives.base import ReadsAnswers
from playground.finetuning.preparation.encoding import EncodedRow
from playground.finetuning.training.loss import IGNORED, pad


def answer_log_probabilities(learner: ReadsAnswers, rows: Sequence[EncodedRow], device: Any) -> torch.Tensor:
    """The sum of the log-probabilities of each row's answer and end of turn, in nats [rows]."""
    logits, labels = answer_logits(learner, rows, device)
    every = -torch.nn.functional.cross_entropy(
        logits.flatten(0, 1), labels.flatten(), ignore_index=IGNORED, reduction="none"
    )
    return every.view(labels.shape).sum(1)


def answer_logits(learner: ReadsAnswers, rows: Sequence[EncodedRow], device: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """Logits [rows, tokens, vocabulary] that predict the answers, which end together, and their ids [rows, tokens],
    IGNORED before a shorter one begins."""
    padded = pad([row.ids for row in rows], device)
    keep = max(row.counted for row in rows)
    labels = torch.tensor(
        [[IGNORED] * (keep - row.counted) + list(row.ids[row.start :]) for row in rows], device=device
    )
    return learner.logits(padded.ids, padded.mask, padded.positions, keep + 1)[:, :-1].float(), labels
