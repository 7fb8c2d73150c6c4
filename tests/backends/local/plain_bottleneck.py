"""Bottleneck adapters as the papers write them down, to compare with: hooks on a model of transformers."""

from collections.abc import Callable, Mapping
from typing import Any

import torch

from playground.backends.local.weights.lora import LoraAdapter
from playground.backends.local.weights.wide_bottleneck import BottleneckWeights


def plain_bottleneck(
    down: torch.Tensor, down_bias: torch.Tensor, up: torch.Tensor, up_bias: torch.Tensor, scale: float = 1.0
) -> Callable[[Any, Any, torch.Tensor], torch.Tensor]:
    """A forward hook that adds an adapter's change, at a scale, to what a module puts out."""

    def add(module: Any, inputs: Any, output: torch.Tensor) -> torch.Tensor:
        kind = output.dtype
        inner = torch.clamp(output @ down.to(kind).T + down_bias.to(kind), min=0)
        return output + scale * (inner @ up.to(kind).T + up_bias.to(kind))

    return add


def bottlenecks(tensors: Mapping[str, torch.Tensor]) -> dict[str, tuple[torch.Tensor, ...]]:
    """The four tensors of each module, by its path."""
    paths = {name.removesuffix(".down.weight") for name in tensors if name.endswith(".down.weight")}
    parts = ("down.weight", "down.bias", "up.weight", "up.bias")
    return {path: tuple(tensors[f"{path}.{part}"] for part in parts) for path in paths}


def random_bottleneck(model: Any, name: str, seed: int, ends: tuple[str, ...], width: int = 6) -> LoraAdapter:
    """A random adapter after the modules of a model whose paths end so."""
    torch.manual_seed(seed)
    weights = {}
    for path, module in model.named_modules():
        if path.endswith(ends):
            outputs = module.weight.shape[0] if isinstance(module, torch.nn.Linear) else module.weight.shape[1]
            shapes = ((width, outputs), (width,), (outputs, width), (outputs,))
            weights[path] = BottleneckWeights(*(torch.randn(shape) * 0.15 for shape in shapes))
    return LoraAdapter(name, weights, f"{name} (random)")


def with_bottleneck(model: Any, adapter: LoraAdapter, scale: float = 1.0) -> Any:
    """The model, changed by hooks."""
    for path, one in adapter.weights.items():
        model.get_submodule(path).register_forward_hook(plain_bottleneck(*one.parts, scale=scale))
    return model
