"""Each habit of transformers that the engine relies on, so that a new version says by name which one it dropped."""

import inspect

import pytest
import torch
from tiny_models import VOCABULARY, tiny_model

from playground.backends.local.transformers_habits import (
    CACHE,
    CACHE_NAMES,
    KNOWN_LAYERS,
    DynamicCache,
    DynamicLayer,
    cache_of,
    takes,
)


def test_the_caches_name_is_the_first_that_models_and_layers_know() -> None:
    model = tiny_model("llama")
    for forward in (model.forward, model.model.forward, *(layer.forward for layer in KNOWN_LAYERS)):
        assert [name for name in CACHE_NAMES if takes(forward, name)] == [CACHE]


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
    assert takes(tiny_model("llama").forward, "logits_to_keep")
    assert "self" not in inspect.signature(tiny_model("llama").forward).parameters
