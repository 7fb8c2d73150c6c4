"""Precisions: what is packed, what is lost, and that weights stay where adapters and savers look for them."""

from typing import Any

import pytest
import torch
from tiny_models import tiny_model
from torch import nn
from torch.nn import functional

from playground.backends.local.forward.precision import prepare
from playground.backends.local.weights.weight_layouts import GROUP, PackedLinear, Product, pack, pack4, pack8
from playground.errors import ModelUnavailable


def lattice_weight(rows: int = 128, columns: int = 96) -> torch.Tensor:
    """A weight as a GGUF Q4 file holds it: 16 even steps per group, then widened to bfloat16."""
    generator = torch.Generator().manual_seed(0)
    places = torch.randint(0, 16, (rows, columns // GROUP, GROUP), generator=generator)
    places[..., 0], places[..., 1] = 0, 15
    step = torch.rand(rows, columns // GROUP, 1, generator=generator) * 0.01 + 0.001
    return (places * step - 7.3 * step).view(rows, columns).bfloat16()


@pytest.mark.parametrize("rows", [1, 3, 16, 40])
def test_weights_published_in_four_bits_are_found_and_lose_nothing(rows: int) -> None:
    weight = lattice_weight()
    packed = pack(weight)
    assert packed.bits == 4
    x = torch.randn(rows, 96).bfloat16()
    exact = functional.linear(x.float(), weight.float())
    got = packed.multiply(x).float()
    wide = functional.linear(x, weight).float()
    assert (got - exact).abs().max() <= 2 * (wide - exact).abs().max() + 0.01 * exact.abs().max()


def test_other_weights_are_not_forced_into_four_bits() -> None:
    weight = torch.randn(128, 96).bfloat16()
    assert pack4(weight) is None
    assert pack4(lattice_weight()[:60]) is None  # a shape the kernel does not take
    assert pack(weight).bits == 8


def test_eight_bits_stay_within_half_a_step() -> None:
    weight, x = torch.randn(128, 96).bfloat16(), torch.eye(96).bfloat16()
    recovered = torch.cat([pack8(weight).multiply(row[None]) for row in x]).T.float()
    step = weight.float().abs().amax(1, keepdim=True) / 127
    assert ((recovered - weight.float()).abs() <= 0.5 * step + 0.01 * weight.float().abs()).all()


@pytest.mark.skipif(not torch.ops.mkldnn._is_mkldnn_bf16_supported(), reason="this processor has no bfloat16")
@pytest.mark.parametrize("rows", [1, 5, 64])
def test_tiled_weights_give_the_very_same_numbers(rows: int) -> None:
    weight, bias, x = torch.randn(128, 96).bfloat16(), torch.randn(128).bfloat16(), torch.randn(rows, 96).bfloat16()
    expected = functional.linear(x, weight, bias)
    assert torch.equal(Product(weight, bias, packer=None, tile=True)(x), expected)
    assert torch.equal(Product(weight, bias, packer=None, tile=False)(x), expected)


@pytest.mark.parametrize("precision", ["float32", "bfloat16", "int8", "auto"])
@pytest.mark.parametrize("name", ["llama", "qwen2", "gpt2", "gemma3-mixed"])
def test_names_ties_and_values_of_the_weights_stay(name: str, precision: Any) -> None:
    before = {key: value.clone() for key, value in tiny_model(name).state_dict().items()}
    model = prepare(tiny_model(name), precision)
    after = model.state_dict()
    assert after.keys() == before.keys()
    for key, value in after.items():
        assert torch.equal(value, before[key].to(value.dtype))
    head, embedding = model.get_output_embeddings(), model.get_input_embeddings()
    assert (head.weight is embedding.weight) == model.config.tie_word_embeddings
    assert isinstance(head, nn.Linear)
    assert isinstance(head, PackedLinear) == (precision != "float32")


def test_an_unknown_precision_is_refused() -> None:
    with pytest.raises(ModelUnavailable, match=r"float16.*auto, float32, bfloat16, int8"):
        prepare(tiny_model("llama"), "float16")  # type: ignore[arg-type]
