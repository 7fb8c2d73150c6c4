"""Learning from a teacher's probabilities (Hinton et al. 2015, arXiv 1503.02531), be it a model or a longer prompt.

Prompt distillation (Askell et al. 2021, arXiv 2112.00861, as context distillation): the teacher is the same model with
a system message, and what learns does without. Another model teaches where it has the same tokens. What the teacher
thinks of each answer token is computed once, before the first step; kept are its likeliest tokens, and all others
together.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch

from playground.finetuning.objectives.base import ReadsAnswers
from playground.finetuning.objectives.log_probabilities import answer_logits
from playground.finetuning.preparation.encoding import EncodedRow, encode_row
from playground.finetuning.preparation.rows import Row, TrainingRow
from playground.types import Message

KEPT = 64  # of the teacher's likeliest tokens: some 99 % of its probability
BATCH = 8  # rows that the teacher reads at once
SMALLEST = 1e-9  # of a probability whose logarithm is taken


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedLesson:
    """A row as what learns reads it, with the teacher's likeliest tokens [tokens, kept] at each token of its answer and
    their log-probabilities, both at the temperature of the distillation."""

    row: EncodedRow
    ids: torch.Tensor
    log_probabilities: torch.Tensor


def divergences(
    logits: torch.Tensor, ids: torch.Tensor, log_probabilities: torch.Tensor, temperature: float
) -> torch.Tensor:
    """Kullback-Leibler divergence from the teacher's distribution to the student's logits [tokens, vocabulary], in nats
    a token [tokens], times the square of the temperature, so that its gradient stays as large.

    Tokens that were not kept count as one: with all kept it is exact, else a little less.
    """
    student = torch.log_softmax(logits / temperature, dim=-1).gather(-1, ids)
    teacher = log_probabilities.exp()
    kept = (teacher * (log_probabilities - student)).sum(-1)
    rest, student_rest = (1 - part.sum(-1) for part in (teacher, student.exp()))
    rest, student_rest = rest.clamp(min=0), student_rest.clamp(min=SMALLEST)
    others = rest * (rest.clamp(min=SMALLEST).log() - student_rest.log())
    return (kept + others) * temperature**2


def with_instruction(row: TrainingRow, instruction: str) -> TrainingRow:
    """The row as the teacher reads it: with the instruction, if any, as its system message, before one that it has."""
    if not instruction:
        return row
    system = [message.content for message in row.messages if message.role == "system"]
    others = tuple(message for message in row.messages if message.role != "system")
    return replace(row, messages=(Message("system", "\n\n".join([instruction, *system])), *others))


@dataclass(frozen=True, slots=True)
class LearnFromTeacher:
    """See `Objective`. The teacher has read the instruction, if any, before each prompt; what learns has not."""

    tokenizer: Any
    device: Any
    teacher: ReadsAnswers
    instruction: str
    temperature: float

    @property
    def slower(self) -> float:
        return 1.0

    def encode(self, rows: Sequence[Row]) -> Iterator[EncodedLesson]:
        for start in range(0, len(rows), BATCH):
            some = [row for row in rows[start : start + BATCH] if isinstance(row, TrainingRow)]
            taught = [encode_row(self.tokenizer, with_instruction(row, self.instruction)) for row in some]
            with torch.inference_mode():
                logits, _ = answer_logits(self.teacher, taught, self.device)
                parts = [own[-read.counted :] / self.temperature for own, read in zip(logits, taught, strict=True)]
                kept = [torch.log_softmax(part, -1).topk(min(KEPT, part.shape[-1])) for part in parts]
            for row, likeliest in zip(some, kept, strict=True):
                yield EncodedLesson(
                    row=encode_row(self.tokenizer, row),
                    ids=likeliest.indices.cpu(),
                    log_probabilities=likeliest.values.cpu(),
                )

    def total(self, learner: ReadsAnswers, batch: Sequence[EncodedLesson]) -> tuple[torch.Tensor, int]:
        logits, _ = answer_logits(learner, [lesson.row for lesson in batch], self.device)
        own = torch.cat([part[-lesson.row.counted :] for part, lesson in zip(logits, batch, strict=True)])
        ids = torch.cat([lesson.ids for lesson in batch]).to(self.device)
        known = torch.cat([lesson.log_probabilities for lesson in batch]).to(self.device)
        return divergences(own, ids, known, self.temperature).sum(), len(own)

    def tokens(self, row: EncodedLesson) -> int:
        return len(row.row.ids)
