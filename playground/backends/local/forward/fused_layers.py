"""Fused decoder layers: Llama-like layers in a third of the operations, with the same weights.

A decode step of a small model is bound by the number of operations as much as by memory. A fused layer
multiplies query, key and value in one product, gate and up in another, and calls no submodules. It stands
in for a layer's `forward` over slots; in all other cases, and for all other architectures, the layer's own
code runs. Both write the same slots.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from playground.backends.local.kv.cache import SlotCache
from playground.backends.local.kv.joint_prefill import JointCache
from playground.backends.local.transformers_internals import CACHE_NAMES, KNOWN_LAYERS
from playground.backends.local.weights.weight_layouts import Packer, Product


def fuse_layers(model: Any, packer: Packer | None, tile: bool) -> set[nn.Linear]:
    """Give every layer of a known kind a fused forward; returns the linear layers that it covers."""
    covered: set[nn.Linear] = set()
    rotation = Rotation()
    for layer in model.modules():
        if type(layer) in KNOWN_LAYERS and not why_not_fused(layer):
            fused = FusedLayer(layer, rotation, packer, tile)
            layer.forward = fused.forward
            covered |= fused.covered
    return covered


def why_not_fused(layer: Any) -> str:
    """Why a layer of a known kind cannot be fused; empty if it can."""
    config = layer.self_attn.config
    if config._attn_implementation != "sdpa":
        return f"its attention is {config._attn_implementation}, not sdpa"
    return "" if config.hidden_act == "silu" else f"its activation is {config.hidden_act}, not silu"


def fused_layers_of(model: Any) -> "list[FusedLayer]":
    """The fused layers that stand in for those of a model."""
    owners = (getattr(module.forward, "__self__", None) for module in model.modules())
    return [owner for owner in owners if isinstance(owner, FusedLayer)]


class Rotation:
    """Rotary embedding in three operations. The signed sine is shared by all layers of a step."""

    def __init__(self) -> None:
        self._sine: Tensor | None = None
        self._signed: Tensor | None = None

    def __call__(self, x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
        """Rotate `[rows, heads, tokens, size]` by the angles whose cosine and sine are `[rows, tokens, size]`."""
        half = x.shape[-1] // 2
        if sine is not self._sine or self._signed is None:
            self._sine, self._signed = sine, torch.cat([-sine[..., :half], sine[..., half:]], -1)[:, None]
        return torch.addcmul(x * cosine[:, None], x.roll(half, -1), self._signed)


def join_linear(parts: list[nn.Linear], packer: Packer | None, tile: bool) -> Product:
    """Linear layers that read the same input, as one product."""
    weight = torch.cat([part.weight.data for part in parts])
    bias = torch.cat([part.bias.data for part in parts]) if parts[0].bias is not None else None
    if not tile:  # the joint weight is kept: let the parts be views of it, so that nothing is held twice
        for part, rows in zip(parts, torch.split(weight, [part.out_features for part in parts]), strict=True):
            part.weight.data = rows
    product, start = Product(weight, bias, packer, tile), 0
    for part in parts:  # where adapters on the part add to the product
        object.__setattr__(part, "product", product)
        object.__setattr__(part, "columns", slice(start, start + part.out_features))
        start += part.out_features
    return product


class FusedLayer:
    """One decoder layer: attention and feed-forward."""

    def __init__(self, layer: Any, rotation: Rotation, packer: Packer | None, tile: bool) -> None:
        attention, mlp = layer.self_attn, layer.mlp
        groups = (
            [attention.q_proj, attention.k_proj, attention.v_proj],
            [attention.o_proj],
            [mlp.gate_proj, mlp.up_proj],
            [mlp.down_proj],
        )
        self.covered: set[nn.Linear] = {part for parts in groups for part in parts}
        self._query_key_value, self._out, self._gate_up, self._down = (
            join_linear(parts, packer, tile) for parts in groups
        )
        self.pass_count = 0  # in which it stood in for the layer
        self._layer, self._own_forward = layer, layer.forward
        self._rotation = rotation
        self._norm_in, self._norm_out = layer.input_layernorm, layer.post_attention_layernorm
        self._index, self._size, self._scale = attention.layer_idx, attention.head_dim, attention.scaling
        self._groups = attention.num_key_value_groups
        self._key_heads = attention.k_proj.out_features // self._size

    @property
    def products(self) -> tuple[Product, ...]:
        return self._query_key_value, self._out, self._gate_up, self._down

    def undo(self) -> None:
        """Let the layer run as transformers wrote it: adapters then add to its modules one by one."""
        del self._layer.forward
        for part in self.covered:
            del part.product, part.columns

    def forward(
        self,
        hidden_states: Tensor,
        attention_mask: Tensor | None = None,
        position_embeddings: tuple[Tensor, Tensor] | None = None,
        **rest: Any,
    ) -> Tensor:
        """`[rows, tokens, hidden]` to the same; without slots through the layer's own forward."""
        cache = next((rest[name] for name in CACHE_NAMES if name in rest), None)
        if not isinstance(cache, SlotCache | JointCache) or position_embeddings is None:
            output: Tensor = self._own_forward(
                hidden_states, attention_mask=attention_mask, position_embeddings=position_embeddings, **rest
            )
            return output
        self.pass_count += 1
        rows, tokens, _ = hidden_states.shape
        heads, groups, size = self._key_heads, self._groups, self._size
        x = hidden_states.flatten(0, 1)
        joined = self._query_key_value(_norm(x, self._norm_in)).view(rows, tokens, -1, size).transpose(1, 2)
        turned = self._rotation(joined[:, :-heads], *position_embeddings)
        # The query heads that share a key head are so many more queries of it.
        query = turned[:, :-heads].reshape(rows, heads, groups * tokens, size)
        mask = attention_mask if tokens == 1 or attention_mask is None else attention_mask.repeat(1, 1, groups, 1)
        slots = cache.layers[self._index]
        attended = slots.attend(query, turned[:, -heads:], joined[:, -heads:], mask, self._scale)
        x = x + self._out(attended.reshape(rows, -1, tokens, size).transpose(1, 2).reshape(rows * tokens, -1))
        gate, up = self._gate_up(_norm(x, self._norm_out)).chunk(2, -1)
        return (x + self._down(functional.silu(gate).mul_(up))).view(rows, tokens, -1)


def _norm(x: Tensor, norm: Any) -> Tensor:
    return functional.rms_norm(x, norm.weight.shape, norm.weight, norm.variance_epsilon)
