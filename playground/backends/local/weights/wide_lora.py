"""A wide LoRA: all adapters on one matrix product side by side, and a mask of which row uses which."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from playground.errors import GenerationFailed


class AdapterUse(NamedTuple):
    """The adapter of a row and how strongly it is applied."""

    adapter: str = ""
    scale: float = 1.0


BASE = AdapterUse()


class AdapterBlock(NamedTuple):
    """An adapter's columns in a wide LoRA."""

    adapter: str
    rank: int
    scaling: float


class RowMask:
    """What each row takes of some blocks; one for all modules that have the same ones."""

    def __init__(self, blocks: Sequence[AdapterBlock], like: Tensor) -> None:
        self.blocks, self._like = blocks, like
        self._ranks = torch.tensor([block.rank for block in blocks])
        self._factors: list[list[float]] = []
        self.values: Tensor | None = None  # [rows, columns]; None when no row takes anything

    def set_uses(self, uses: Sequence[AdapterUse]) -> None:
        """Let row `i` take of the blocks what `uses[i]` says."""
        self._factors = [[u.scale * b.scaling if u.adapter == b.adapter else 0.0 for b in self.blocks] for u in uses]
        if any(map(any, self._factors)):
            self.values = torch.tensor(self._factors).repeat_interleave(self._ranks, 1).to(self._like)
        else:
            self.values = None

    def uses_in_effect(self) -> list[set[AdapterUse]]:
        """What the values let every row take, read from them."""
        if self.values is None:
            return [set() for _ in self._factors]
        firsts = (self._ranks.cumsum(0) - self._ranks).tolist()
        return [
            {
                AdapterUse(block.adapter, float(f"{factor / block.scaling:.12g}"))
                for block, value, factor in zip(self.blocks, row, factors, strict=True)
                if value
            }
            for row, factors in zip(self.values[:, firsts].tolist(), self._factors, strict=True)
        ]


@dataclass(slots=True)
class ModulePart:
    """The adapters on one of the modules that a product joins. `columns` are the module's in the product's output."""

    columns: slice
    blocks: list[AdapterBlock]
    stacked: dict[str, Tensor]  # whose first dimension is the sum of the blocks' ranks

    @property
    def down(self) -> Tensor:
        """`[sum of ranks, in]`."""
        return self.stacked["down"]

    @property
    def up(self) -> Tensor:
        """`[sum of ranks, out]`."""
        return self.stacked["up"]


class WideLora:
    """The adapters on modules that read one input: one product in, the mask, one product out for each module."""

    names: ClassVar[tuple[str, ...]] = ("down", "up")  # of what an adapter brings, in the order in which it does

    def __init__(self) -> None:
        self._parts: dict[int, ModulePart] = {}
        self._down = torch.empty(0)
        self._ups: list[tuple[slice, slice, Tensor]] = []
        self.mask: RowMask | None = None
        self.added_in_pass = False  # whether it added anything in this forward pass
        self.ever_added = False  # whether it ever did

    def add_to(self, output: Tensor, x: Tensor) -> Tensor:
        """Add what the rows' adapters make of `x` `[rows, in]` to `output` `[rows, out]`, in place.

        Either each row of the batch is one row here, or all rows are of the only one in the batch.
        """
        if (mask := self._mask_for(len(x))) is not None:
            inner = functional.linear(x, self._down).mul_(mask)
            for columns, own, up in self._ups:
                output[:, columns].addmm_(inner[:, own], up)
        return output

    def _mask_for(self, rows: int) -> Tensor | None:
        """What so many rows take, which is about to be added; None when they take nothing."""
        if self.mask is None or (mask := self.mask.values) is None:
            return None
        if len(mask) not in (1, rows):
            raise GenerationFailed(f"An adapted module got {rows} rows for the batch's {len(mask)}.")
        self.added_in_pass = self.ever_added = True
        return mask

    @property
    def blocks(self) -> tuple[AdapterBlock, ...]:
        return tuple(block for part in self._parts.values() for block in part.blocks)

    @property
    def tensors(self) -> list[Tensor]:
        return [self._down, *(up for _, _, up in self._ups)]

    def add(self, columns: slice, block: AdapterBlock, *brought: Tensor) -> None:
        """Put an adapter's matrices, `[rank, in]` and `[rank, out]`, beside the others of the module."""
        new = dict(zip(self.names, brought, strict=True))
        part = self._parts.setdefault(columns.start, ModulePart(columns, [], {name: new[name][:0] for name in new}))
        part.stacked = {name: torch.cat([part.stacked[name], new[name]]) for name in new}
        part.blocks.append(block)
        self._join()

    def remove(self, adapter: str) -> None:
        """Take out an adapter's matrices; without any left, `blocks` is empty."""
        for start, part in list(self._parts.items()):
            ranks = [block.rank for block in part.blocks]
            for name, tensor in part.stacked.items():
                pieces = zip(part.blocks, torch.split(tensor, ranks), strict=True)
                kept = [piece for block, piece in pieces if block.adapter != adapter]
                part.stacked[name] = torch.cat(kept) if kept else tensor[:0]
            part.blocks = [block for block in part.blocks if block.adapter != adapter]
            if not part.blocks:
                del self._parts[start]
        if self._parts:
            self._join()

    def _join(self) -> None:
        """Lay all parts' `down` out as one; they become views of it, so that nothing is held twice."""
        self._down, self._ups, start = torch.cat([part.down for part in self._parts.values()]), [], 0
        for part in self._parts.values():
            own = slice(start, start + len(part.down))
            part.stacked["down"], start = self._down[own], own.stop
            self._ups.append((part.columns, own, part.up))
