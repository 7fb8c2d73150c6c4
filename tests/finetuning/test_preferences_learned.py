"""DPO: hand-computed numbers, TRL's number on the same batch, and a reference that is read once."""

import math
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tiny_llama import tiny_llama
from transformers import LlamaConfig, LlamaForCausalLM

from playground.finetuning.objectives.log_probabilities import answer_log_probabilities
from playground.finetuning.objectives.preferences import EncodedPair, LearnPreferences, dpo_losses
from playground.finetuning.objectives.reference import PlainModel
from playground.finetuning.preparation.encoding import EncodedRow, encode_answer
from playground.finetuning.preparation.rows import PreferenceRow, messages_of

pytestmark = pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing. is deprecated:FutureWarning")


@pytest.mark.parametrize(
    ("chosen", "rejected", "reference_chosen", "reference_rejected", "beta", "loss"),
    [
        (-5.0, -7.0, -5.0, -7.0, 0.1, math.log(2)),  # nothing learned
        (-4.0, -8.0, -5.0, -7.0, 0.5, math.log(1 + math.exp(-1))),  # 0.5 * ((-4 + 5) - (-8 + 7)) = 1
        (-6.0, -6.0, -5.0, -7.0, 0.5, math.log(1 + math.exp(1))),  # the wrong way round
    ],
)
def test_the_loss_is_that_of_the_paper(
    chosen: float, rejected: float, reference_chosen: float, reference_rejected: float, beta: float, loss: float
) -> None:
    numbers = [torch.tensor([value]) for value in (chosen, rejected, reference_chosen, reference_rejected)]
    assert dpo_losses(*numbers, beta).item() == pytest.approx(loss, abs=1e-6)


@given(st.lists(st.floats(-50, 0), min_size=4, max_size=4), st.floats(0.01, 1), st.floats(0.1, 5))
def test_a_surer_preference_costs_less(values: list[float], beta: float, more: float) -> None:
    numbers = [torch.tensor([value], dtype=torch.float64) for value in values]
    surer = [numbers[0] + more, *numbers[1:]]
    assert dpo_losses(*surer, beta).item() < dpo_losses(*numbers, beta).item()


# Two pairs as TRL lays them out for the default model's template, their ids modulo 64.
START = [1, 26, 6, 59, 39, 61, 44, 14, 37, 37, 55, 52, 23, 28, 42, 27, 23, 0, 54, 2, 6, 1, 61, 6]
FIRST = [*START, 22, 4, 20, 52, 47, 2, 6, 1, 8, 59, 6]
SECOND = [*START, 58, 6, 53, 30, 2, 6, 1, 8, 59, 6]
ANSWERS = (
    (FIRST, [43, 28, 37, 58, 52, 30, 2, 6], [46, 30, 2, 6]),
    (SECOND, [60, 20, 56, 2, 6], [6, 28, 63, 37, 58, 42, 44, 2, 6]),
)
# What DPOTrainer of TRL 1.16.0 gives with beta 0.3 on these two models and this batch.
LOSS_OF_TRL, CHOSEN_OF_TRL = 0.7134202718734741, -26.407655715942383


def made_model(seed: int) -> Any:
    shape = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
    model = LlamaForCausalLM(LlamaConfig(vocab_size=64, **shape)).eval()
    drawn = torch.Generator().manual_seed(seed)
    for name, weight in sorted(model.named_parameters()):
        weight.data = 0.05 * torch.randn(weight.shape, generator=drawn) + (1 if "norm" in name else 0)
    return model


def test_the_loss_is_that_of_trl() -> None:
    reference, learns = PlainModel(made_model(0)), PlainModel(made_model(1))
    rows = [EncodedRow(ids=(*prompt, *answer), start=len(prompt)) for prompt, *answers in ANSWERS for answer in answers]
    with torch.inference_mode():
        known = answer_log_probabilities(reference, rows, "cpu").tolist()
        pairs = [
            EncodedPair(
                chosen=rows[at], rejected=rows[at + 1], reference_chosen=known[at], reference_rejected=known[at + 1]
            )
            for at in (0, 2)
        ]
        total, count = LearnPreferences(None, "cpu", reference, beta=0.3).total(learns, pairs)
        found = answer_log_probabilities(learns, rows, "cpu")
    assert total.item() / count == pytest.approx(LOSS_OF_TRL, abs=1e-5)
    assert found[0::2].mean().item() == pytest.approx(CHOSEN_OF_TRL, abs=1e-3)


def test_each_pair_has_its_own_reference(tokenizer: Any) -> None:
    model = PlainModel(tiny_llama(tokenizer))
    rows = [
        PreferenceRow(messages=messages_of(f"Say {n}."), chosen="yes " * (n + 1), rejected="no", id=str(n))
        for n in range(11)
    ]
    objective = LearnPreferences(tokenizer, "cpu", model, beta=0.1)
    pairs = list(objective.encode(rows))
    assert len(pairs) == 11
    for row, pair in zip(rows, pairs, strict=True):
        alone = answer_log_probabilities(model, [encode_answer(tokenizer, row.messages, row.chosen)], "cpu")
        assert pair.reference_chosen == pytest.approx(alone.item(), abs=1e-3)
        assert objective.tokens(pair) == len(pair.chosen.ids) + len(pair.rejected.ids)
    total, count = objective.total(model, pairs)
    assert total.item() / count == pytest.approx(math.log(2), abs=1e-5)  # the reference itself has learned nothing
