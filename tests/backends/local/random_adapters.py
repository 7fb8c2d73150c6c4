"""Adapters made by peft with random weights, and models with an adapter merged in by peft, to compare with."""

import copy
from typing import Any

import peft
import torch
from peft.tuners.lora import LoraLayer

from playground.backends.local.weights.lora import LoraAdapter, LoraWeights


def lora(
    model: Any, name: str, seed: int, scales: tuple[float, ...] = (), strength: float = 0.1, **config: Any
) -> tuple[LoraAdapter, list[Any]]:
    """A random adapter for `model`, which stays as it is, and copies with it merged in at these scales."""
    torch.manual_seed(seed)
    tuned = peft.get_peft_model(copy.deepcopy(model), peft.LoraConfig(init_lora_weights=False, **config))
    layers = {path: layer for path, layer in tuned.base_model.model.named_modules() if isinstance(layer, LoraLayer)}
    weights = {}
    for path, layer in layers.items():
        a, b = layer.lora_A["default"].weight, layer.lora_B["default"].weight
        torch.nn.init.normal_(b, std=strength)
        weights[path] = LoraWeights(a.detach().clone(), b.detach().clone(), layer.scaling["default"])
    return LoraAdapter(name, weights, f"{name} (random)"), [_merged(tuned, scale) for scale in scales]


def _merged(tuned: Any, scale: float) -> Any:
    scaled = copy.deepcopy(tuned)
    for layer in scaled.modules():
        if isinstance(layer, LoraLayer):
            layer.set_scale("default", scale)
    return scaled.merge_and_unload().eval()
