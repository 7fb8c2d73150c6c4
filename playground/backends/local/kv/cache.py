"""KV cache of preallocated slots, in which every row has its own length and may share a prefix.

A shared prefix is a cache of one row, full and never written again, that holds the tokens before the row's own ones.
All rows that begin with these tokens use it. A prefix can have a prefix of its own. The last row that goes frees it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from playground.backends.local.kv.cascade import SharedPrefixes
from playground.backends.local.kv.layout import Layout
from playground.backends.local.kv.slot_layer import SlotLayer
from playground.backends.local.transformers_internals import Cache


class SlotCache(Cache):  # type: ignore[misc]
    """Slots for a batch of rows. The live rows are always the first `len(lengths)`, so they are a view."""

    layers: list[SlotLayer]

    def __init__(self, layout: Layout, rows: int = 0, capacity: int = 0) -> None:
        super().__init__(layers=[SlotLayer(number, layout) for number in range(len(layout.layers))])
        self.layout = layout
        self.lengths: list[int] = []  # tokens of each row, without its shared prefix
        self.prefixes: list[SlotCache | None] = []
        self.offsets = torch.zeros(
            0, dtype=torch.int64
        )  # tokens of each row's shared prefix; set before a forward pass
        self._prefixes_are_set = False
        self.resize(rows, capacity)

    def resize(self, rows: int, capacity: int) -> None:
        """Allocate `rows * capacity` slots, layer by layer so that at most one layer is held twice."""
        self.rows, self.capacity = rows, capacity
        for layer in self.layers:
            layer.resize(rows, capacity)

    @property
    def bytes(self) -> int:
        """Of the slots, without shared prefixes."""
        return self.rows * self.capacity * self.layout.bytes_per_token

    # ------------------------------------------------------------------------------------------ of one row
    @property
    def prefix_size(self) -> int:
        """Tokens in the shared prefix of the only row."""
        (prefix,) = self.prefixes
        return 0 if prefix is None else prefix.size

    @property
    def size(self) -> int:
        """Tokens of the only row, its shared prefix included."""
        return self.prefix_size + self.lengths[0]

    @property
    def with_prefixes(self) -> "list[SlotCache]":
        """The shared prefixes of the only row, the outermost first, then this cache."""
        (prefix,) = self.prefixes
        return [self] if prefix is None else [*prefix.with_prefixes, self]

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
        self._set_prefixes()
        return positions

    def begin_chunk(self, tokens: int) -> None:
        """Aim at the next `tokens` positions of the only row."""
        (start,) = self.lengths
        for layer in self.layers:
            layer.rows, layer.targets, layer.start, layer.width = 1, None, start, start + tokens
        self._set_prefixes()

    def _forget_prefixes(self) -> None:
        """Rows have come or gone: the layers hold no prefix of those that left."""
        self._prefixes_are_set = False
        for layer in self.layers:
            layer.prefixes = ()

    def _set_prefixes(self) -> None:
        """Give the layers the shared prefixes of the present rows."""
        if self._prefixes_are_set:
            return
        self._prefixes_are_set = True
        levels = _prefix_levels(self.prefixes, self.layout.device)
        self.offsets = torch.tensor(
            [prefix.size if prefix else 0 for prefix in self.prefixes], device=self.layout.device
        )
        for layer in self.layers:
            layer.prefixes = [level.of_layer(layer.number) for level in levels]

    # ------------------------------------------------------------------------------------- rows come and go
    def add_row(self, prefix: "SlotCache | None" = None) -> None:
        """Add a row that has no tokens of its own yet."""
        self.lengths.append(0)
        self.prefixes.append(prefix)
        self._forget_prefixes()

    def add_row_copy(self, source: "SlotCache", row: int, length: int) -> None:
        """Add a row with the shared prefix of another cache's row, and copy the first `length` of its own tokens."""
        self.add_row(source.prefixes[row])
        self._copy(source, row, 0, length)

    def _copy(self, source: "SlotCache", row: int, start: int, stop: int) -> None:
        """Fill the last row, which is empty, with some of the own tokens of a row of another cache."""
        last, length = len(self.lengths) - 1, stop - start
        for mine, other in zip(self.layers, source.layers, strict=True):
            mine.keys[last, :, :length] = other.keys[row, :, start:stop]
            mine.values[last, :, :length] = other.values[row, :, start:stop]
        self.lengths[last] = length

    def fork(self, row: int, tokens: int, room: int) -> "SlotCache":
        """A cache of one row that begins with the first `tokens` of a row, and has room for `room`.

        Prefixes that lie within these tokens are shared, the others copied.
        """
        source, prefix = self, self.prefixes[row]
        while prefix is not None and prefix.size > tokens:
            source, row, prefix = prefix, 0, prefix.prefixes[0]
        before = 0 if prefix is None else prefix.size
        made = SlotCache(self.layout)
        made.rows, made.capacity = 1, room - before
        for mine, other in zip(made.layers, source.layers, strict=True):
            of_row = slice(row, row + 1)
            mine.fill(
                other.keys[of_row, :, : tokens - before], other.values[of_row, :, : tokens - before], 1, made.capacity
            )
        made.add_row(prefix)
        made.lengths[0] = tokens - before
        return made

    def split(self, tokens: int) -> "SlotCache":
        """The only row again, but with its first `tokens`, some of them its own, in a prefix that others can share."""
        prefix, rest = self.fork(0, tokens, tokens), SlotCache(self.layout, 1, self.size - tokens)
        rest.add_row(prefix)
        rest._copy(self, 0, tokens - self.prefix_size, self.lengths[0])
        return rest

    def remove(self, row: int) -> None:
        """Forget a row; the last one moves into its place. Slots without a token stay zero, as `resize` makes them."""
        last, used = len(self.lengths) - 1, max(self.lengths)
        for layer in self.layers:
            for kept in (layer.keys, layer.values):
                if row != last:
                    kept[row, :, :used] = kept[last, :, :used]
                kept[last, :, :used] = 0
        self.lengths[row], self.prefixes[row] = self.lengths[last], self.prefixes[last]
        self.lengths.pop()
        self.prefixes.pop()
        self._forget_prefixes()


@dataclass(frozen=True, slots=True)
class _PrefixLevel:
    """Prefixes of which no row has two; `rows` are those that have one, `counts` of them for each, in this order."""

    prefixes: tuple[SlotCache, ...]
    counts: list[int]
    rows: Tensor | None  # None for all rows as they are

    def of_layer(self, number: int) -> SharedPrefixes:
        layers = (prefix.layers[number] for prefix in self.prefixes)
        return SharedPrefixes(tuple((layer.keys, layer.values) for layer in layers), self.counts, self.rows)


def _prefix_levels(prefixes: Sequence[SlotCache | None], device: torch.device) -> list[_PrefixLevel]:
    """The shared prefixes of all rows, grouped by how many prefixes come before each."""
    depths: list[dict[SlotCache, list[int]]] = []
    for row, prefix in enumerate(prefixes):
        chain = [] if prefix is None else prefix.with_prefixes
        depths += [{} for _ in chain[len(depths) :]]
        for level, link in zip(depths, chain, strict=False):
            level.setdefault(link, []).append(row)
    levels = []
    for level in depths:
        rows = [row for some in level.values() for row in some]
        order = None if rows == list(range(len(prefixes))) else torch.tensor(rows, device=device)
        levels.append(_PrefixLevel(tuple(level), [len(some) for some in level.values()], order))
    return levels
