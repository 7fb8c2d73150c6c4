"""Distillation: the divergence is the exact one where all tokens are kept; the teacher reads more than what learns."""

from dataclasses import replace
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tiny_llama import tiny_llama

from playground.finetuning.objectives.answers import LearnAnswers
from playground.finetuning.objectives.distillation import LearnFromTeacher, divergences, with_instruction
from playground.finetuning.objectives.reference import PlainModel
from playground.finetuning.preparation.encoding import encode_row
from playground.finetuning.preparation.rows import TrainingRow, messages_of
from playground.types import Message

pytestmark = pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing. is deprecated:FutureWarning")
NUMBERS = st.lists(st.floats(-8, 8), min_size=6, max_size=6)


def kept(teacher: list[float], temperature: float, count: int) -> tuple[torch.Tensor, torch.Tensor]:
    likeliest = torch.log_softmax(torch.tensor([teacher], dtype=torch.float64) / temperature, -1).topk(count)
    return likeliest.indices, likeliest.values


@given(NUMBERS, NUMBERS, st.floats(0.5, 4))
def test_with_all_tokens_it_is_the_divergence_itself(
    teacher: list[float], student: list[float], temperature: float
) -> None:
    logits = torch.tensor([student], dtype=torch.float64)
    found = divergences(logits, *kept(teacher, temperature, 6), temperature)
    exact = torch.nn.functional.kl_div(
        torch.log_softmax(logits / temperature, -1),
        torch.log_softmax(torch.tensor([teacher], dtype=torch.float64) / temperature, -1),
        log_target=True,
        reduction="sum",
    )
    assert found.item() == pytest.approx(exact.item() * temperature**2, abs=1e-5)


@given(NUMBERS, NUMBERS)
def test_tokens_together_never_count_more_than_each_by_itself(teacher: list[float], student: list[float]) -> None:
    logits = torch.tensor([student], dtype=torch.float64)
    whole = divergences(logits, *kept(teacher, 1.0, 6), 1.0).item()
    assert -1e-6 <= divergences(logits, *kept(teacher, 1.0, 3), 1.0).item() <= whole + 1e-6


def test_a_hand_computed_divergence() -> None:
    # Teacher 1/2, 1/4, 1/4; student 1/4, 1/4, 1/2: 1/2 ln 2 + 0 - 1/4 ln 2.
    teacher, student = torch.tensor([[0.5, 0.25, 0.25]]).log(), torch.tensor([[0.25, 0.25, 0.5]]).log()
    found = divergences(student, torch.tensor([[0, 1, 2]]), teacher, 1.0)
    assert found.item() == pytest.approx(0.25 * 0.6931472, abs=1e-5)


ROWS = [
    TrainingRow(messages=messages_of("Is the tea hot?"), answer="Yes, it is.", id="1"),
    TrainingRow(messages=messages_of("Say one word.", "Be brief."), answer="Lantern", id="2"),
]


def test_the_teacher_has_read_the_instruction_and_what_learns_has_not(tokenizer: Any) -> None:
    taught = with_instruction(ROWS[1], "Speak like a sailor.")
    assert taught.messages == (Message("system", "Speak like a sailor.\n\nBe brief."), Message("user", "Say one word."))
    opinionated = tiny_llama(tokenizer)
    for weight in opinionated.parameters():
        weight.data *= 10  # as it is, whatever it reads hardly matters to it
    model = PlainModel(opinionated)
    objective = LearnFromTeacher(tokenizer, "cpu", model, "Speak like a sailor.", 1.0)
    lessons = list(objective.encode(ROWS))
    assert [lesson.row for lesson in lessons] == [encode_row(tokenizer, row) for row in ROWS]
    total, count = objective.total(model, lessons)
    assert count == sum(lesson.row.counted for lesson in lessons)
    assert total.item() / count > 0.01
    # The same model that has read the same has nothing to learn; only the tokens that were not kept are left.
    read = [encode_row(tokenizer, with_instruction(row, "Speak like a sailor.")) for row in ROWS]
    as_taught = [replace(lesson, row=row) for lesson, row in zip(lessons, read, strict=True)]
    assert objective.total(model, as_taught)[0].item() == pytest.approx(0, abs=0.02)


def test_answers_are_learned_by_their_cross_entropy(tokenizer: Any) -> None:
    model, objective = tiny_llama(tokenizer), LearnAnswers(tokenizer, "cpu")
    encoded = list(objective.encode(ROWS))
    total, count = objective.total(PlainModel(model), encoded)
    expected = 0.0
    for row in encoded:
        logits = model(input_ids=torch.tensor([row.ids])).logits[0, row.start - 1 : -1].float()
        answer = torch.tensor(row.ids[row.start :])
        expected += torch.nn.functional.cross_entropy(logits, answer, reduction="sum").item()
    assert total.item() == pytest.approx(expected, rel=1e-4)
    assert count == sum(row.counted for row in encoded)
    assert [objective.tokens(row) for row in encoded] == [len(row.ids) for row in encoded]
