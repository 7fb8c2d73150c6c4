"""One layer's slots: where its keys and values lie, how they are written and read."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from playground.backends.local.kv.cascade import SharedPrefixes, attend
from playground.backends.local.kv.layout import Layout
from playground.backends.local.transformers_internals import CacheLayerMixin


class SlotLayer(CacheLayerMixin):  # type: ignore[misc]  # transformers is untyped
    """One layer's keys and values, `[rows, heads, capacity, size]`, and where the next ones go."""

    def __init__(self, number: int, layout: Layout) -> None:
        super().__init__()
        self.number, self.shape, self.layout = number, layout.layers[number], layout
        self.prefixes: Sequence[SharedPrefixes] = ()
        self.is_initialized = True
        self.keys = torch.empty(0, self.shape.heads, 0, self.shape.key_size, dtype=layout.dtype, device=layout.device)
        self.values = self.keys.new_empty(0, self.shape.heads, 0, self.shape.value_size)
        self.resize(0, 0)

    def resize(self, rows: int, capacity: int) -> None:
        """Reallocate, keeping what fits."""
        self.fill(self.keys, self.values, rows, capacity)

    def fill(self, keys: Tensor, values: Tensor, rows: int, capacity: int) -> None:
        """Allocate anew, with what fits of some `[rows, heads, tokens, size]`.

        The other slots are zero, since masked garbage could be NaN and 0 * NaN is NaN. The filled ones are written
        once: for a long prompt that is copied, zeros beneath would take as long again.
        """
        kept, length = min(rows, keys.shape[0]), min(capacity, keys.shape[2])
        for name, source in (("keys", keys), ("values", values)):
            slots = source.new_empty(rows, source.shape[1], capacity, source.shape[3])
            slots[:kept, :, :length] = source[:kept, :, :length]
            slots[:kept, :, length:] = 0
            slots[kept:] = 0
            setattr(self, name, slots)
        self.rows, self.start, self.width = rows, 0, 0
        self.targets: Tensor | None = None

    def attend(self, query: Tensor, key_states: Tensor, value_states: Tensor, mask: Tensor, scale: float) -> Tensor:
        """Write the new tokens; what the queries, `[rows, heads, queries, size]`, find among all that came before."""
        keys, values = self._write(key_states, value_states)
        return attend(query, keys, values, mask, scale, self.prefixes)

    def update(self, key_states: Tensor, value_states: Tensor, *args: Any, **kwargs: Any) -> tuple[Tensor, Tensor]:
        """Write the new tokens and return everything up to the longest row as views, `[rows, heads, width, size]`.

        For transformers' own layers, which know no shared prefixes. Raises NotImplementedError where there are any.
        """
        if self.prefixes:
            raise NotImplementedError("This layer cannot share the beginnings of rows.")
        return self._write(key_states, value_states)

    def _write(self, key_states: Tensor, value_states: Tensor) -> tuple[Tensor, Tensor]:
        keys, values = self.keys, self.values
        if self.targets is None:  # one row, a run of tokens
            keys[: self.rows, :, self.start : self.width] = key_states
            values[: self.rows, :, self.start : self.width] = value_states
        else:  # one token for every row
            keys.view(-1, keys.shape[3]).index_copy_(0, self.targets, key_states.reshape(-1, keys.shape[3]))
            values.view(-1, values.shape[3]).index_copy_(0, self.targets, value_states.reshape(-1, values.shape[3]))
        return keys[: self.rows, :, : self.width], values[: self.rows, :, : self.width]

    def lazy_initialization(self, key_states: Tensor, value_states: Tensor) -> None:
        """Slots are allocated by `resize`, before the model runs."""

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        return self.width, 0

    def get_seq_length(self) -> int:
        return self.start

    def get_max_length(self) -> int:
        return -1
