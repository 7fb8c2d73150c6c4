"""Key/value slots: preallocated, every row at its own position, nothing concatenated per step."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from transformers.cache_utils import Cache, CacheLayerMixin


@dataclass(frozen=True, slots=True)
class LayerShape:
    """What one layer keeps per token: `heads` keys of `key_size` numbers and values of `value_size`."""

    heads: int
    key_size: int
    value_size: int


@dataclass(frozen=True, slots=True)
class Layout:
    """Shape of the keys and values of a model, layer by layer."""

    layers: tuple[LayerShape, ...]
    dtype: torch.dtype
    device: torch.device

    @property
    def bytes_per_token(self) -> int:
        numbers = sum(layer.heads * (layer.key_size + layer.value_size) for layer in self.layers)
        return numbers * self.dtype.itemsize


class SlotLayer(CacheLayerMixin):  # type: ignore[misc]  # transformers is untyped
    """One layer's keys and values, `[rows, heads, capacity, size]`, and where the next ones go."""

    def __init__(self, shape: LayerShape, layout: Layout) -> None:
        super().__init__()
        self.shape, self.layout = shape, layout
        self.is_initialized = True
        self.resize(0, 0)

    def resize(self, rows: int, capacity: int) -> None:
        """Reallocate, keeping what fits. New slots are zero, since masked garbage could be NaN and 0 * NaN is NaN."""
        shape, layout = self.shape, self.layout
        for name, size in (("keys", shape.key_size), ("values", shape.value_size)):
            old = getattr(self, name)
            new = torch.zeros(rows, shape.heads, capacity, size, dtype=layout.dtype, device=layout.device)
            if old is not None:
                kept, length = min(rows, old.shape[0]), min(capacity, old.shape[2])
                new[:kept, :, :length] = old[:kept, :, :length]
            setattr(self, name, new)
        self.rows, self.start, self.width = rows, 0, 0
        self.targets: Tensor | None = None

    def update(self, key_states: Tensor, value_states: Tensor, *args: Any, **kwargs: Any) -> tuple[Tensor, Tensor]:
        """Write the new tokens and return everything up to the longest row as views, `[rows, heads, width, size]`."""
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


class SlotCache(Cache):  # type: ignore[misc]
    """Slots for a batch of rows. The live rows are always the first `len(lengths)`, so they are a view."""

    layers: list[SlotLayer]

    def __init__(self, layout: Layout, rows: int = 0, capacity: int = 0) -> None:
        super().__init__(layers=[SlotLayer(shape, layout) for shape in layout.layers])
        self.layout = layout
        self.lengths: list[int] = []  # tokens held, row by row
        self.resize(rows, capacity)

    def resize(self, rows: int, capacity: int) -> None:
        """Allocate `rows * capacity` slots, layer by layer so that at most one layer is held twice."""
        self.rows, self.capacity = rows, capacity
        for layer in self.layers:
            layer.resize(rows, capacity)

    @property
    def bytes(self) -> int:
        return self.rows * self.capacity * self.layout.bytes_per_token

    # ------------------------------------------------------------------------------- before a forward pass
    def begin_step(self) -> Tensor:
        """Aim at the next position of every row, and return the positions, `[rows]`."""
        device, count = self.layout.device, len(self.lengths)
        positions = torch.tensor(self.lengths, device=device)
        slots = torch.arange(count, device=device)
        by_heads: dict[int, Tensor] = {}
        for layer in self.layers:
            heads = layer.shape.heads
            if heads not in by_heads:
                first = slots[:, None] * heads + torch.arange(heads, device=device)
                by_heads[heads] = (first * self.capacity + positions[:, None]).flatten()
            layer.rows, layer.targets = count, by_heads[heads]
            layer.start, layer.width = max(self.lengths), max(self.lengths) + 1
        return positions

    def begin_run(self, tokens: int) -> None:
        """Aim at the next `tokens` positions of the only row."""
        (start,) = self.lengths
        for layer in self.layers:
            layer.rows, layer.targets, layer.start, layer.width = 1, None, start, start + tokens

    # ------------------------------------------------------------------------------------- rows come and go
    def append(self, source: "SlotCache", row: int, length: int) -> None:
        """Add a row that begins with the first `length` tokens of a row of another cache."""
        for mine, other in zip(self.layers, source.layers, strict=True):
            mine.keys[len(self.lengths), :, :length] = other.keys[row, :, :length]
            mine.values[len(self.lengths), :, :length] = other.values[row, :, :length]
        self.lengths.append(length)

    def remove(self, row: int) -> None:
        """Forget a row; the last one moves into its place. Slots without a token stay zero, as `resize` makes them."""
        last, used = len(self.lengths) - 1, max(self.lengths)
        for layer in self.layers:
            for kept in (layer.keys, layer.values):
                if row != last:
                    kept[row, :, :used] = kept[last, :, :used]
                kept[last, :, :used] = 0
        self.lengths[row] = self.lengths[last]
        self.lengths.pop()
