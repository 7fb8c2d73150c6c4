"""Each habit of transformers that the engine relies on, so that a new version says by name which one it dropped."""

import inspect
import re
from pathlib import Path
from typing import Any

import pytest
import torch
from tiny_models import VOCABULARY, tiny_model

from playground.backends.local.transformers_internals import (
    CACHE,
    CACHE_NAMES,
    CONFIG_MAPPING_NAMES,
    GGUF_SUPPORTED_ARCHITECTURES,
    KNOWN_LAYERS,
    MODEL_FOR_CAUSAL_LM_MAPPING_NAMES,
    Cache,
    CacheLayerMixin,
    Conv1D,
    DynamicCache,
    DynamicLayer,
    accepts_argument,
    cache_of,
)


def test_the_caches_name_is_the_first_that_models_and_layers_know() -> None:
    model = tiny_model("llama")
    for forward in (model.forward, model.model.forward, *(layer.forward for layer in KNOWN_LAYERS)):
        assert [name for name in CACHE_NAMES if accepts_argument(forward, name)] == [CACHE]


@pytest.mark.parametrize("name", ["llama", "qwen2", "mistral-sliding"])
def test_layers_get_keys_values_and_rotation_by_these_names(name: str) -> None:
    model, seen = tiny_model(name), []
    plain = model.model.layers[0].forward

    def spy(*args: torch.Tensor, **named: object) -> object:
        seen.append((len(args), named))
        return plain(*args, **named)

    model.model.layers[0].forward = spy
    cache = DynamicCache(config=model.config)
    output = model(input_ids=torch.tensor([[1, 2, 3]]), use_cache=True, **{CACHE: cache})
    ((places, named),) = seen
    assert places == 1
    assert named[CACHE] is cache
    cosine, sine = named["position_embeddings"]
    assert cosine.shape == sine.shape == (1, 3, 16)
    assert "attention_mask" in named
    assert cache_of(output) is cache
    assert all(isinstance(layer, DynamicLayer) and layer.keys.shape == (1, 2, 3, 16) for layer in cache.layers)
    assert output.logits.shape == (1, 3, VOCABULARY)


def test_a_forward_tells_its_arguments_through_decorators() -> None:
    assert accepts_argument(tiny_model("llama").forward, "logits_to_keep")
    assert "self" not in inspect.signature(tiny_model("llama").forward).parameters


@pytest.mark.parametrize("name", ["llama", "qwen2", "mistral-sliding"])
def test_layers_are_made_of_these_parts(name: str) -> None:
    for number, layer in enumerate(tiny_model(name).model.layers):
        attention, mlp = layer.self_attn, layer.mlp
        assert type(layer) in KNOWN_LAYERS
        assert (attention.layer_idx, attention.head_dim, attention.num_key_value_groups) == (number, 16, 2)
        assert attention.scaling == 16**-0.5
        assert (attention.config._attn_implementation, attention.config.hidden_act) == ("sdpa", "silu")
        sizes = [part.out_features for part in (attention.q_proj, attention.k_proj, attention.v_proj, mlp.gate_proj)]
        assert sizes == [64, 32, 32, 128]
        assert (attention.q_proj.bias is not None) == (name == "qwen2")
        assert all(part.bias is None for part in (attention.o_proj, mlp.gate_proj, mlp.up_proj, mlp.down_proj))
        assert layer.input_layernorm.variance_epsilon == layer.post_attention_layernorm.variance_epsilon
        assert layer.input_layernorm.weight.shape == (64,)


class Seen(CacheLayerMixin):  # type: ignore[misc]
    """A layer of a cache of our own: what is asked of it."""

    is_initialized = True

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def update(self, keys: torch.Tensor, values: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
        self.asked.append("update")
        return keys, values

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        self.asked.append("get_mask_sizes")
        return query_length, 0

    def get_seq_length(self) -> int:
        return 0

    def get_max_length(self) -> int:
        return -1

    def lazy_initialization(self, keys: torch.Tensor, values: torch.Tensor) -> None:
        self.asked.append("lazy_initialization")


@pytest.mark.parametrize("name", ["llama", "gpt2", "gemma3-mixed", "qwen3"])
def test_a_cache_of_our_own_layers_is_updated_layer_by_layer_and_keys_may_be_any(name: str) -> None:
    model, cache = tiny_model(name), Cache(layers=[Seen(), Seen()])
    with torch.inference_mode():
        plain = model(input_ids=torch.tensor([[1, 2, 3]]), use_cache=False).logits
        own = model(input_ids=torch.tensor([[1, 2, 3]]), use_cache=True, **{CACHE: cache}).logits
    assert [layer.asked.count("update") for layer in cache.layers] == [1, 1]
    assert all("lazy_initialization" not in layer.asked for layer in cache.layers)
    assert torch.allclose(own, plain, atol=1e-4)


def test_a_convolution_of_size_one_is_a_linear_layer_the_other_way_round() -> None:
    layer = Conv1D(6, 4)
    assert (layer.nf, layer.nx, layer.weight.shape) == (6, 4, (4, 6))


def test_architectures_are_listed_by_their_names() -> None:
    assert "llama" in CONFIG_MAPPING_NAMES
    assert MODEL_FOR_CAUSAL_LM_MAPPING_NAMES["qwen2"] == "Qwen2ForCausalLM"
    assert {"llama", "qwen2"} <= set(GGUF_SUPPORTED_ARCHITECTURES)


def test_nobody_else_reaches_behind_the_documented_interface() -> None:
    package = Path(__file__).resolve().parents[3] / "playground"
    private = re.compile(r"from transformers\.(?!utils import logging)|import transformers\.|past_key_values")
    found = {path.name for path in package.rglob("*.py") if private.search(path.read_text("utf-8"))}
    assert found == {"transformers_internals.py"}
