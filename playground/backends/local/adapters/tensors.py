"""Reads the tensors of a checked adapter as low-rank matrices, virtual tokens or bottlenecks."""

from collections.abc import Mapping
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor

from playground.backends.local.adapters.adapter_folder import (
    BOTTLENECK,
    CONFIG,
    PEFT_PREFIX,
    VIRTUAL_TOKEN_KINDS,
    WEIGHTS,
    AdapterFolder,
    module_path,
    pattern_value,
    rank_of,
)
from playground.backends.local.adapters.bottleneck_folder import bottleneck_adapter
from playground.backends.local.adapters.virtual_tokens import VirtualTokens
from playground.backends.local.weights.lora import LoraAdapter, LoraWeights, linear_shape
from playground.errors import ModelUnavailable


def shared_adapter(folder: AdapterFolder, name: str, model: Any) -> LoraAdapter | VirtualTokens:
    """The adapter for the engine, its tensors read. Raises ModelUnavailable where they do not fit the model."""
    if folder.kind in VIRTUAL_TOKEN_KINDS:
        return _virtual_tokens(folder, name, model.config)
    if folder.kind == BOTTLENECK:
        return bottleneck_adapter(folder, name, load_tensors(folder))
    check_tokens(folder, model)
    check_modules(folder, model)
    tensors = load_tensors(folder)
    weights = {}
    for key in folder.tensors:
        if key.endswith(".lora_A.weight"):
            path = module_path(key)
            b = tensors[key.replace(".lora_A.", ".lora_B.")]
            weights[path] = LoraWeights(tensors[key], b, _scaling(folder.config, path))
    return LoraAdapter(name, weights, label=name)


def check_modules(folder: AdapterFolder, model: Any) -> None:
    """Raises ModelUnavailable unless every module a LoRA changes is in the model, with shapes that fit."""
    for key, stored in folder.tensors.items():
        side = "A" if ".lora_A." in key else "B" if ".lora_B." in key else ""
        if not side:
            continue
        path = module_path(key)
        try:
            module = model.get_submodule(path)
        except AttributeError:
            raise ModelUnavailable(f"{folder.path} is for another base: this model has no module {path}.") from None
        shape = linear_shape(module)
        if shape is not None and stored.shape[side == "A"] != shape[side == "A"]:
            has = " x ".join(map(str, stored.shape))
            needs = " x ".join(map(str, shape))
            raise ModelUnavailable(
                f"{folder.path} is for another base: its {key} is {has}, and {path} of this model is {needs}."
            )


def check_tokens(folder: AdapterFolder, model: Any) -> None:
    """Raises ModelUnavailable for an adapter of tokens that this model does not have."""
    places = {"input": model.get_input_embeddings(), "output": model.get_output_embeddings()}
    rows = places["input"].weight.shape[0]
    listed = folder.config.get("trainable_token_indices") or folder.config.get("token_indices") or ()
    indices = [token for some in (listed.values() if isinstance(listed, Mapping) else [listed]) for token in some]
    if not all(isinstance(token, int) and token >= 0 for token in indices):
        raise ModelUnavailable(f"{folder.path / CONFIG}: the tokens that it changes must be whole numbers from 0.")
    most = max(indices, default=-1) + 1
    paths = [path for path, module in model.named_modules() if any(module is place for place in places.values())]
    for name, stored in folder.tensors.items():
        if any(name.startswith(f"{PEFT_PREFIX}{path}.") for path in paths):
            widest = max(stored.shape, default=0)
            most = max(most, widest if widest > max(places["input"].weight.shape) else 0)
    if most > rows:
        raise ModelUnavailable(
            f"{folder.path} was trained for tokens that were added to its base: it needs {most:,} of them, and this "
            f"model has {rows:,}. Load the base with the added tokens, as it was when the adapter was trained."
        )


def load_tensors(folder: AdapterFolder) -> dict[str, Tensor]:
    """All of them. Raises ModelUnavailable for numbers that are none."""
    path = folder.path / WEIGHTS
    tensors: dict[str, Tensor] = load_file(path)
    for name, tensor in tensors.items():
        if tensor.is_floating_point() and not torch.isfinite(tensor).all():
            raise ModelUnavailable(f"{path}: {name} has values that are not finite numbers (NaN or infinity).")
    return tensors


def _scaling(config: Mapping[str, Any], path: str) -> float:
    rank, alpha = rank_of(config, path), pattern_value(config, "alpha_pattern", path, config.get("lora_alpha", 8))
    return float(alpha / rank**0.5 if config.get("use_rslora") else alpha / rank)


def _virtual_tokens(folder: AdapterFolder, name: str, config: Any) -> VirtualTokens:
    stored = folder.tensors.get("prompt_embeddings")
    count = folder.config.get("num_virtual_tokens")
    if stored is None or len(stored.shape) != 2 or stored.shape[0] != count:
        raise ModelUnavailable(
            f"{folder.path / WEIGHTS} does not hold the {count} virtual tokens that its config names."
        )
    hidden, layers = config.hidden_size, config.num_hidden_layers
    heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
    size = getattr(config, "head_dim", None) or hidden // config.num_attention_heads
    width = layers * 2 * heads * size if folder.kind == "PREFIX_TUNING" else hidden
    if stored.shape[1] != width:
        raise ModelUnavailable(
            f"{folder.path} is for another base: its virtual tokens are {stored.shape[1]:,} wide, not {width:,}."
        )
    values = load_tensors(folder)["prompt_embeddings"]
    if folder.kind != "PREFIX_TUNING":
        return VirtualTokens(name=name, label=name, embeddings=values)
    pairs = values.view(count, layers, 2, heads, size).permute(1, 2, 3, 0, 4)  # as PEFT's `get_prompt` lays them out
    return VirtualTokens(name=name, label=name, keys_values=tuple((keys, values) for keys, values in pairs))
