"""Layers of a model whose own weights stay as they are, in fewer passes over memory than their libraries take.

Half of the time of a step on a processor goes into small operations: a norm alone is seven of them, and each of LoRA's
layers turns all that it reads and gives into float32 and back. What is here gives the same but for rounding, and is
taken for a layer only where it was seen to.
"""

from collections.abc import Callable
from typing import Any

import torch
from peft.tuners.lora import Linear as LoraLinear
from torch.autograd.function import once_differentiable

from playground.finetuning.methods.quick_attention import quicken_attention

NEAR = 0.02  # of the largest number in it, that a result may be off by in bfloat16: two roundings
ADAPTER = "default"  # as PEFT calls the only one


class _Norm(torch.autograd.Function):
    """RMSNorm (Zhang and Sennrich 2019, arXiv 1910.07467) with a weight that does not learn."""

    @staticmethod
    def forward(ctx: Any, states: torch.Tensor, weight: torch.Tensor, eps: float) -> torch.Tensor:
        length = torch.linalg.vector_norm(states, dim=-1, keepdim=True, dtype=torch.float32)
        scale = (length.square() / states.shape[-1] + eps).rsqrt().to(states.dtype)
        normed = states * scale
        ctx.save_for_backward(normed, scale, weight)
        result: torch.Tensor = normed * weight
        return result

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor, None, None]:
        normed, scale, weight = ctx.saved_tensors
        before = gradient * weight
        along = (before * normed).mean(-1, keepdim=True, dtype=torch.float32).to(normed.dtype)
        return before.addcmul_(normed, along, value=-1).mul_(scale), None, None


class _LowRank(torch.autograd.Function):
    """A frozen linear layer and LoRA's two factors beside it, whose products are added in place."""

    @staticmethod
    def forward(
        ctx: Any, states: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None, down: torch.Tensor,
        up: torch.Tensor, scaling: float,
    ) -> torch.Tensor:  # fmt: skip
        rows = states.reshape(-1, states.shape[-1])
        down, up = down.to(rows.dtype), (up * scaling).to(rows.dtype)
        inner = rows @ down.T
        ctx.save_for_backward(rows, weight, inner, down, up)
        ctx.scaling, ctx.shape = scaling, states.shape
        result = torch.nn.functional.linear(rows, weight, bias).addmm_(inner, up.T)
        return result.view(*states.shape[:-1], -1)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        rows, weight, inner, down, up = ctx.saved_tensors
        given = gradient.reshape(-1, gradient.shape[-1])
        through = given @ up
        of_down, of_up = (through.T @ rows).float(), (given.T @ inner).float() * ctx.scaling
        before = (given @ weight).addmm_(through, down).view(ctx.shape) if ctx.needs_input_grad[0] else None
        return before, None, None, of_down, of_up, None


_norm: Any = _Norm.apply
_low_rank: Any = _LowRank.apply


def quicken(model: Any) -> Callable[[], None]:
    """Let a model, with an adapter in it or without, take the quick ways it can; call what is returned to undo it."""
    changed = []
    for module in model.modules():
        quick = None if "forward" in vars(module) else _quick_way(module)  # somebody else has changed it already
        if quick is not None and _is_same(module, quick):
            module.forward = quick
            changed.append(module)
    slow_attention = quicken_attention(model)

    def undo() -> None:
        slow_attention()
        for module in changed:
            del module.forward

    return undo


def _quick_way(module: Any) -> Callable[[torch.Tensor], torch.Tensor] | None:
    """What could take the place of a layer's own way; None for other layers, and for weights that learn."""
    if type(module).__name__.endswith("RMSNorm") and hasattr(module, "variance_epsilon"):
        eps = module.variance_epsilon
        return None if module.weight.requires_grad else lambda states: _norm(states, module.weight, eps)
    if isinstance(module, LoraLinear):
        return _quick_low_rank(module)
    return None


def _quick_low_rank(layer: Any) -> Callable[[torch.Tensor], torch.Tensor] | None:
    """None where there is dropout, or a length beside the factors as in DoRA."""
    base = layer.get_base_layer()
    plain = isinstance(layer.lora_dropout[ADAPTER], torch.nn.Identity) and not layer.lora_variant
    if not plain or type(base) is not torch.nn.Linear or base.weight.requires_grad:
        return None
    down, up, scaling = layer.lora_A[ADAPTER].weight, layer.lora_B[ADAPTER].weight, layer.scaling[ADAPTER]
    return lambda states: _low_rank(states, base.weight, base.bias, down, up, scaling)


@torch.no_grad()
def _is_same(module: Any, quick: Callable[[torch.Tensor], torch.Tensor]) -> bool:
    """Whether both ways give the same for random numbers."""
    weight = module.weight
    drawn = torch.randn(2, 3, weight.shape[-1], generator=torch.Generator().manual_seed(0))
    states = drawn.to(weight.device, weight.dtype)
    plain, ours = module(states).float(), quick(states).float()
    near = NEAR if weight.dtype == torch.bfloat16 else 1e-4
    return plain.shape == ours.shape and bool((plain - ours).abs().max() <= near * plain.abs().max())
