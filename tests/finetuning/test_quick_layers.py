"""The quick ways of layers give and teach what those of the libraries do, and are left where they do not."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from tiny_llama import tiny_llama
from transformers.models.llama.modeling_llama import LlamaRMSNorm

from playground.finetuning.methods.quick_layers import quicken

pytestmark = pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing. is deprecated:FutureWarning")

Made = Callable[..., Any]


class OtherRMSNorm(LlamaRMSNorm):
    """As of a model that counts its weights from 1."""

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        return super().forward(states) * (1 + self.weight) / self.weight


IDS = torch.arange(2 * 9).view(2, 9)


@pytest.fixture
def adapted(tokenizer: Any) -> Made:
    """A tiny model with an adapter that has an effect; its own weights do not learn."""

    def make(dtype: torch.dtype = torch.float32, **options: Any) -> Any:
        model = tiny_llama(tokenizer).to(dtype)
        for name, weight in model.named_parameters():
            if "norm" in name:
                weight.data = torch.linspace(0.5, 1.5, len(weight)).to(dtype)
        torch.manual_seed(1)
        config = LoraConfig(r=4, lora_alpha=8, target_modules=["q_proj", "v_proj"], init_lora_weights=False, **options)
        return get_peft_model(model, config)

    return make


def taught(model: Any) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """What it says, and the gradients of all that learns."""
    logits = model(input_ids=IDS).logits.float()
    logits.log_softmax(-1)[..., :50].mean().backward()
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    return logits.detach(), [weight.grad for weight in weights if weight.grad is not None]


def quick_ones(model: Any) -> int:
    return sum("forward" in vars(module) for module in model.modules())


@pytest.mark.parametrize(("dtype", "near"), [(torch.float32, 1e-4), (torch.bfloat16, 0.05)])
def test_what_is_said_and_taught_is_the_same(adapted: Made, dtype: torch.dtype, near: float) -> None:
    model = adapted(dtype)
    plain, plainly = taught(model)
    model.zero_grad(set_to_none=True)
    undo = quicken(model)
    assert quick_ones(model) == 2 * 2 + 1 + 2 * 2  # norms of two layers and the last one, and their adapters
    said, quickly = taught(model)
    assert (said - plain).abs().max() <= near * plain.abs().max()
    assert len(quickly) == len(plainly) == 8
    for ours, theirs in zip(quickly, plainly, strict=True):
        assert (ours - theirs).abs().max() <= near * theirs.abs().max()
    undo()
    assert quick_ones(model) == 0


def test_what_reads_states_that_learn_nothing_is_given_no_gradient(adapted: Made) -> None:
    model = adapted()
    quicken(model)
    assert len(taught(model)[1]) == 8  # of the first layer too, whose states come from frozen vectors


@pytest.mark.parametrize("options", [{"lora_dropout": 0.1}, {"use_dora": True}])
def test_dropout_and_dora_go_their_libraries_way(adapted: Made, options: dict[str, Any]) -> None:
    model = adapted(**options)
    quicken(model)
    assert quick_ones(model) == 5  # the norms alone


def test_a_norm_that_learns_or_is_another_one_goes_its_own_way(adapted: Made) -> None:
    model = adapted()
    norms = [module for module in model.modules() if type(module).__name__.endswith("RMSNorm")]
    norms[0].weight.requires_grad_(True)
    norms[1].__class__ = OtherRMSNorm
    quicken(model)
    assert ["forward" in vars(norm) for norm in norms[:3]] == [False, False, True]
