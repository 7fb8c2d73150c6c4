"""Prefill several prompts in one forward pass.

To the model their chunks of new tokens are one row, and each chunk attends to its own slots.

What a pass costs is mostly reading the weights until it has some dozens of tokens, so ten short prompts together take
little longer than the longest of them alone.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from playground.backends.local.kv.cache import SlotCache
from playground.backends.local.kv.slot_layer import SlotLayer
from playground.backends.local.transformers_internals import Cache, CacheLayerMixin


class JointLayer(CacheLayerMixin):  # type: ignore[misc]  # transformers is untyped
    """One layer's slots of all the prompts, each with the next `sizes` tokens to come."""

    def __init__(self, slots: Sequence[SlotLayer], sizes: Sequence[int], masks: Sequence[Tensor]) -> None:
        super().__init__()
        self._slots, self._sizes, self._masks = slots, list(sizes), masks
        self.is_initialized = True

    def attend(self, query: Tensor, key_states: Tensor, value_states: Tensor, mask: Tensor, scale: float) -> Tensor:
        """As `SlotLayer.attend`, of one row `[1, heads, groups * tokens, size]`; the `mask` is not of these runs."""
        _, heads, _, size = query.shape
        tokens = sum(self._sizes)
        parts = zip(
            self._slots,
            torch.split(query.view(1, heads, -1, tokens, size), self._sizes, 3),
            torch.split(key_states, self._sizes, 2),
            torch.split(value_states, self._sizes, 2),
            self._masks,
            strict=True,
        )
        found = [
            slots.attend(own.flatten(2, 3), keys, values, seen.repeat(1, 1, own.shape[2], 1), scale).view(own.shape)
            for slots, own, keys, values, seen in parts
        ]
        return torch.cat(found, 3).flatten(2, 3)

    def update(self, key_states: Tensor, value_states: Tensor, *args: Any, **kwargs: Any) -> tuple[Tensor, Tensor]:
        """Raises NotImplementedError: for transformers' own layers a row is one text."""
        raise NotImplementedError("This layer reads one prompt at a time.")

    def lazy_initialization(self, key_states: Tensor, value_states: Tensor) -> None:
        """Slots are allocated before the model runs."""

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        return query_length, 0

    def get_seq_length(self) -> int:
        return 0

    def get_max_length(self) -> int:
        return -1


class JointCache(Cache):  # type: ignore[misc]
    """Caches of one row each, of which `begin_run` was called; their `masks` are `[1, 1, tokens, width]`."""

    def __init__(self, caches: Sequence[SlotCache], sizes: Sequence[int], masks: Sequence[Tensor]) -> None:
        depth = range(len(caches[0].layers))
        super().__init__(layers=[JointLayer([c.layers[number] for c in caches], sizes, masks) for number in depth])
