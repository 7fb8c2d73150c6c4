"""What is read for a training is what the model says, from one copy of its last layer and with quick gradients."""

from typing import Any

import pytest
import torch
from tiny_llama import tiny_llama

from playground.finetuning.methods.quick_attention import quicken_attention
from playground.finetuning.read_logits import read_logits

ROWS, TOKENS, KEEP = 3, 9, 4


@pytest.fixture
def model(tokenizer: Any) -> Any:
    torch.manual_seed(0)
    return tiny_llama(tokenizer).requires_grad_(True)


@pytest.fixture
def inputs() -> dict[str, torch.Tensor]:
    mask = torch.ones(ROWS, TOKENS, dtype=torch.long)
    mask[1, :4] = 0
    positions = (mask.cumsum(1) - 1).clamp(min=0)
    return {
        "input_ids": torch.arange(ROWS * TOKENS).view(ROWS, TOKENS), "attention_mask": mask, "position_ids": positions
    }  # fmt: skip


def test_the_last_layer_is_given_states_in_one_piece(model: Any, inputs: dict[str, torch.Tensor]) -> None:
    whole = model(**inputs).logits
    given = []
    with torch.no_grad():
        model.get_output_embeddings().register_forward_hook(lambda head, states, logits: given.extend(states))
        logits = read_logits(model, KEEP, **inputs)
    assert [state.is_contiguous() for state in given] == [True]
    assert logits.shape[:2] == (ROWS, KEEP)
    torch.testing.assert_close(logits, whole[:, -KEEP:], atol=1e-4, rtol=1e-4)
    assert not model.get_output_embeddings()._forward_pre_hooks


def test_attention_in_float32_teaches_the_same_and_is_undone(model: Any, inputs: dict[str, torch.Tensor]) -> None:
    model = model.to(torch.bfloat16)
    logits, gradients = taught(model, inputs)
    undo = quicken_attention(model)
    assert model.config._attn_implementation != "sdpa"
    quick_logits, quick_gradients = taught(model, inputs)
    assert (logits - quick_logits).abs().max() <= 0.05 * logits.abs().max()
    for slow, quick in zip(gradients, quick_gradients, strict=True):
        assert (slow - quick).abs().max() <= 0.05 * slow.abs().max()
    with torch.no_grad():
        attended = read_logits(model, KEEP, **inputs)
    undo()
    assert model.config._attn_implementation == "sdpa"
    with torch.no_grad():
        assert torch.equal(read_logits(model, KEEP, **inputs), attended)  # nothing is learned: as it always was


def test_a_model_in_float32_attends_as_before(model: Any) -> None:
    quicken_attention(model)
    assert model.config._attn_implementation == "sdpa"


def taught(model: Any, inputs: dict[str, torch.Tensor]) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """What a model says, and the gradients of its weights."""
    model.zero_grad(set_to_none=True)
    logits = read_logits(model, KEEP, **inputs).float()
    logits.log_softmax(-1)[..., :50].mean().backward()  # type: ignore[no-untyped-call]
    return logits.detach(), [weight.grad.float() for weight in model.parameters() if weight.grad is not None]
