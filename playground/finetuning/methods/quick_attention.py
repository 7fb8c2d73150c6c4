"""Attention that learns in float32 where a model computes in bfloat16, whose gradient a processor finds slowly.

PyTorch's backward pass of attention takes four times as long in bfloat16 as in float32 on a processor (2.13, 8 rows of
64 tokens), which was a quarter of a training step. Without a gradient bfloat16 is the faster one and stays.
"""

from collections.abc import Callable
from typing import Any

import torch
from transformers import AttentionInterface, AttentionMaskInterface

from playground.backends.local.transformers_internals import sdpa_attention_forward, sdpa_mask

NAME = "sdpa_in_float32"


def _attend(
    module: Any, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, mask: torch.Tensor | None, **options: Any
) -> tuple[torch.Tensor, None]:
    dtype = query.dtype
    if torch.is_grad_enabled():
        query, key, value = query.float(), key.float(), value.float()
    if mask is not None and mask.is_floating_point():
        mask = mask.to(query.dtype)
    attended, _ = sdpa_attention_forward(module, query, key, value, mask, **options)
    return attended.to(dtype), None


AttentionInterface.register(NAME, _attend)
AttentionMaskInterface.register(NAME, sdpa_mask)


def quicken_attention(model: Any) -> Callable[[], None]:
    """Let a model attend so, if it is one in bfloat16 on a processor; call what is returned to undo it."""
    before = model.config.get_text_config()._attn_implementation
    if before != "sdpa" or model.dtype != torch.bfloat16 or model.device.type != "cpu":
        return lambda: None
    model.set_attn_implementation(NAME)
    return lambda: model.set_attn_implementation(before)
