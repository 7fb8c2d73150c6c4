"""Logits after the last tokens of each row, read from a model so that a processor need not copy its last layer."""

from typing import Any

import torch

from playground.backends.local.transformers_internals import CACHE


def read_logits(model: Any, keep: int, cache: Any = None, **inputs: Any) -> torch.Tensor:
    """Logits `[rows, keep, vocabulary]` of what a model is given, which goes on from a cache where there is one.

    The last layer is handed a slice of all states, and PyTorch would multiply it with a copy of the layer's weights for
    every row: that took half of a training step.
    """
    held = {"use_cache": False} if cache is None else {"use_cache": True, CACHE: cache}
    hook = model.get_output_embeddings().register_forward_pre_hook(_in_one_piece)
    try:
        logits: torch.Tensor = model(logits_to_keep=keep, **inputs, **held).logits
    finally:
        hook.remove()
    return logits


def _in_one_piece(head: Any, states: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
    return tuple(state.contiguous() for state in states)
