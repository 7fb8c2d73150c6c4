"""The decode step of Llama-like layers in a third of the operations, with the same weights.

A decode step of a small model is bound by the number of operations as much as by memory. A fused layer
multiplies query, key and value in one product, gate and up in another, and calls no submodules. It stands
in for a layer's `forward` when every row brings one token and no row uses an adapter; in all other cases,
and for all other architectures, the layer's own code runs. Both write the same slots.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers.models.llama.modeling_llama import LlamaDecoderLayer
from transformers.models.mistral.modeling_mistral import MistralDecoderLayer
from transformers.models.qwen2.modeling_qwen2 import Qwen2DecoderLayer

from playground.backends.local.cache import SlotCache
from playground.backends.local.packed import Packed, Packer, multiply

KNOWN = (LlamaDecoderLayer, MistralDecoderLayer, Qwen2DecoderLayer)


def fuse(model: Any, packer: Packer | None) -> set[nn.Linear]:
    """Give every layer of a known kind a lean decode step; returns the linear layers that it covers."""
    covered: set[nn.Linear] = set()
    rotation = Rotation()
    for layer in model.modules():
        if (
            type(layer) in KNOWN
            and model.config._attn_implementation == "sdpa"
            and isinstance(layer.mlp.act_fn, nn.SiLU)
        ):
            lean = LeanLayer(layer, rotation, packer)
            layer.forward = lean.forward
            covered |= lean.covered
    return covered


class Rotation:
    """Rotary embedding in three operations. The signed sine is shared by all layers of a step."""

    def __init__(self) -> None:
        self._sine: Tensor | None = None
        self._signed: Tensor | None = None

    def __call__(self, x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
        """Rotate `[rows, heads, size]` by angles `[rows, 1, size]`."""
        half = x.shape[-1] // 2
        if sine is not self._sine or self._signed is None:
            self._sine, self._signed = sine, torch.cat([-sine[..., :half], sine[..., half:]], -1)
        return torch.addcmul(x * cosine, x.roll(half, -1), self._signed)


class Fused:
    """Linear layers that read the same input, as one product. Their weights become views of the joint one."""

    def __init__(self, parts: list[nn.Linear], packer: Packer | None) -> None:
        self.weight = torch.cat([part.weight.data for part in parts])
        self.bias = torch.cat([part.bias.data for part in parts]) if parts[0].bias is not None else None
        for part, rows in zip(parts, torch.split(self.weight, [part.out_features for part in parts]), strict=True):
            part.weight.data = rows
        self.packed: Packed | None = packer(self.weight) if packer else None

    def __call__(self, x: Tensor) -> Tensor:
        return multiply(x, self.weight, self.bias, self.packed)


class LeanLayer:
    """One decoder layer: attention and feed-forward over one token a row."""

    def __init__(self, layer: Any, rotation: Rotation, packer: Packer | None) -> None:
        attention, mlp = layer.self_attn, layer.mlp
        joint = [attention.q_proj, attention.k_proj, attention.v_proj], [mlp.gate_proj, mlp.up_proj]
        single = [attention.o_proj], [mlp.down_proj]
        self.covered: set[nn.Linear] = {part for parts in (*joint, *single) for part in parts}
        self._plain = layer.forward
        self._rotation = rotation
        self._query_key_value, self._gate_up = (Fused(parts, packer) for parts in joint)
        self._out, self._down = (Fused(parts, packer) for parts in single)
        self._norm_in, self._norm_out = layer.input_layernorm, layer.post_attention_layernorm
        self._index, self._size, self._scale = attention.layer_idx, attention.head_dim, attention.scaling
        self._groups = attention.num_key_value_groups
        self._key_heads = attention.k_proj.out_features // self._size

    def forward(
        self,
        hidden_states: Tensor,
        attention_mask: Tensor | None = None,
        past_key_values: Any = None,
        position_embeddings: tuple[Tensor, Tensor] | None = None,
        **rest: Any,
    ) -> Tensor:
        """`[rows, 1, hidden] -> [rows, 1, hidden]`; anything else goes to the layer's own forward."""
        one_each = (
            isinstance(past_key_values, SlotCache) and hidden_states.shape[1] == 1 and not past_key_values.adapted
        )
        if not one_each or position_embeddings is None:
            output: Tensor = self._plain(
                hidden_states,
                attention_mask=attention_mask,
                past_key_values=past_key_values,
                position_embeddings=position_embeddings,
                **rest,
            )
            return output
        x = hidden_states[:, 0]
        rows, heads = len(x), self._key_heads
        norm = self._norm_in
        joined = self._query_key_value(functional.rms_norm(x, norm.weight.shape, norm.weight, norm.variance_epsilon))
        joined = joined.view(rows, -1, self._size)
        turned = self._rotation(joined[:, :-heads], *position_embeddings)
        keys, values = past_key_values.layers[self._index].update(turned[:, -heads:], joined[:, -heads:])
        query = turned[:, :-heads].view(rows, heads, self._groups, self._size)  # grouped-query heads as queries
        attended = functional.scaled_dot_product_attention(query, keys, values, attention_mask, scale=self._scale)
        x = x + self._out(attended.reshape(rows, -1))
        norm = self._norm_out
        gate, up = self._gate_up(functional.rms_norm(x, norm.weight.shape, norm.weight, norm.variance_epsilon)).chunk(
            2, -1
        )
        return (x + self._down(functional.silu(gate).mul_(up))).unsqueeze(1)
