"""Key/value slots: preallocated, every row at its own position, nothing concatenated per step.

A row may follow a stem: a cache of one row, full and never written again, that holds the tokens before the row's own
ones and is shared by all that begin with them. Stems can follow stems. The last row that goes frees them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from playground.backends.local.kv.cascade import SharedPrefixes, attend
from playground.backends.local.kv.layout import Layout
from playground.backends.local.transformers_habits import Cache, CacheLayerMixin


class SlotLayer(CacheLayerMixin):  # type: ignore[misc]  # transformers is untyped
    """One layer's keys and values, `[rows, heads, capacity, size]`, and where the next ones go."""

    def __init__(self, number: int, layout: Layout) -> None:
        super().__init__()
        self.number, self.shape, self.layout = number, layout.layers[number], layout
        self.shared: Sequence[SharedPrefixes] = ()
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

    def attend(self, query: Tensor, key_states: Tensor, value_states: Tensor, mask: Tensor, scale: float) -> Tensor:
        """Write the new tokens; what the queries, `[rows, heads, queries, size]`, find among all that came before."""
        keys, values = self._write(key_states, value_states)
        return attend(query, keys, values, mask, scale, self.shared)

    def update(self, key_states: Tensor, value_states: Tensor, *args: Any, **kwargs: Any) -> tuple[Tensor, Tensor]:
        """Write the new tokens and return everything up to the longest row as views, `[rows, heads, width, size]`.

        For transformers' own layers, which know nothing of stems. Raises NotImplementedError where there are any.
        """
        if self.shared:
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


class SlotCache(Cache):  # type: ignore[misc]
    """Slots for a batch of rows. The live rows are always the first `len(lengths)`, so they are a view."""

    layers: list[SlotLayer]

    def __init__(self, layout: Layout, rows: int = 0, capacity: int = 0) -> None:
        super().__init__(layers=[SlotLayer(number, layout) for number in range(len(layout.layers))])
        self.layout = layout
        self.lengths: list[int] = []  # tokens held, row by row, without those of the stem
        self.stems: list[SlotCache | None] = []
        self.offsets = torch.zeros(0, dtype=torch.int64)  # tokens in the stems, row by row; set before a forward pass
        self._aimed = False
        self.resize(rows, capacity)

    def resize(self, rows: int, capacity: int) -> None:
        """Allocate `rows * capacity` slots, layer by layer so that at most one layer is held twice."""
        self.rows, self.capacity = rows, capacity
        for layer in self.layers:
            layer.resize(rows, capacity)

    @property
    def bytes(self) -> int:
        """Of the slots, without the stems."""
        return self.rows * self.capacity * self.layout.bytes_per_token

    # ------------------------------------------------------------------------------------------ of one row
    @property
    def before(self) -> int:
        """Tokens in the stems of the only row."""
        (stem,) = self.stems
        return 0 if stem is None else stem.size

    @property
    def size(self) -> int:
        """Tokens of the only row, stems included."""
        return self.before + self.lengths[0]

    @property
    def chain(self) -> "list[SlotCache]":
        """This and what its only row follows, the first first."""
        (stem,) = self.stems
        return [self] if stem is None else [*stem.chain, self]

    # ------------------------------------------------------------------------------- before a forward pass
    def begin_step(self) -> Tensor:
        """Aim at the next position of every row, and return the positions in its own slots, `[rows]`."""
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
        self._aim()
        return positions

    def begin_run(self, tokens: int) -> None:
        """Aim at the next `tokens` positions of the only row."""
        (start,) = self.lengths
        for layer in self.layers:
            layer.rows, layer.targets, layer.start, layer.width = 1, None, start, start + tokens
        self._aim()

    def _let_go(self) -> None:
        """Rows have come or gone: hold no stem for those that were."""
        self._aimed = False
        for layer in self.layers:
            layer.shared = ()

    def _aim(self) -> None:
        """Let the layers know the stems of the rows that there are."""
        if self._aimed:
            return
        self._aimed = True
        levels = _levels(self.stems, self.layout.device)
        self.offsets = torch.tensor([stem.size if stem else 0 for stem in self.stems], device=self.layout.device)
        for layer in self.layers:
            layer.shared = [level.of_layer(layer.number) for level in levels]

    # ------------------------------------------------------------------------------------- rows come and go
    def begin(self, stem: "SlotCache | None" = None) -> None:
        """Add a row that has no tokens of its own yet."""
        self.lengths.append(0)
        self.stems.append(stem)
        self._let_go()

    def append(self, source: "SlotCache", row: int, length: int) -> None:
        """Add a row with the stem of a row of another cache, and a copy of the first `length` of its own tokens."""
        self.begin(source.stems[row])
        self._copy(source, row, 0, length)

    def _copy(self, source: "SlotCache", row: int, start: int, stop: int) -> None:
        """Fill the last row, which is empty, with some of the own tokens of a row of another cache."""
        last, length = len(self.lengths) - 1, stop - start
        for mine, other in zip(self.layers, source.layers, strict=True):
            mine.keys[last, :, :length] = other.keys[row, :, start:stop]
            mine.values[last, :, :length] = other.values[row, :, start:stop]
        self.lengths[last] = length

    def fork(self, row: int, tokens: int, room: int) -> "SlotCache":
        """A cache of one row that begins with the first `tokens` of a row, stems included, and has room for `room`.

        Stems that lie within these tokens are shared, the others copied.
        """
        source, stem = self, self.stems[row]
        while stem is not None and stem.size > tokens:
            source, row, stem = stem, 0, stem.stems[0]
        before = 0 if stem is None else stem.size
        made = SlotCache(self.layout, 1, room - before)
        made.append(source, row, tokens - before)
        return made

    def split(self, tokens: int) -> "SlotCache":
        """The only row again, but with its first `tokens`, some of them its own, in a stem that others can follow."""
        stem, rest = self.fork(0, tokens, tokens), SlotCache(self.layout, 1, self.size - tokens)
        rest.begin(stem)
        rest._copy(self, 0, tokens - self.before, self.lengths[0])
        return rest

    def remove(self, row: int) -> None:
        """Forget a row; the last one moves into its place. Slots without a token stay zero, as `resize` makes them."""
        last, used = len(self.lengths) - 1, max(self.lengths)
        for layer in self.layers:
            for kept in (layer.keys, layer.values):
                if row != last:
                    kept[row, :, :used] = kept[last, :, :used]
                kept[last, :, :used] = 0
        self.lengths[row], self.stems[row] = self.lengths[last], self.stems[last]
        self.lengths.pop()
        self.stems.pop()
        self._let_go()


@dataclass(frozen=True, slots=True)
class _Level:
    """Stems of which no row has two; `rows` are those that have one, `counts` of them for each stem, in its order."""

    stems: tuple[SlotCache, ...]
    counts: list[int]
    rows: Tensor | None  # None for all rows as they are

    def of_layer(self, number: int) -> SharedPrefixes:
        layers = (stem.layers[number] for stem in self.stems)
        return SharedPrefixes(tuple((layer.keys, layer.values) for layer in layers), self.counts, self.rows)


def _levels(stems: Sequence[SlotCache | None], device: torch.device) -> list[_Level]:
    """From the stem of every row, by how many stems come before."""
    depths: list[dict[SlotCache, list[int]]] = []
    for row, stem in enumerate(stems):
        chain = [] if stem is None else stem.chain
        depths += [{} for _ in chain[len(depths) :]]
        for level, link in zip(depths, chain, strict=False):
            level.setdefault(link, []).append(row)
    levels = []
    for level in depths:
        rows = [row for some in level.values() for row in some]
        order = None if rows == list(range(len(stems))) else torch.tensor(rows, device=device)
        levels.append(_Level(tuple(level), [len(some) for some in level.values()], order))
    return levels
