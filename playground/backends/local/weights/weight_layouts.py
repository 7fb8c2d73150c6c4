"""Copies of weights in the fastest layout for the number of rows: packed for few, tiled for many."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from playground.backends.local.weights.wide_lora import WideLora

GROUP = 32  # weights that share a scale in the 4-bit formats of GGUF files
ROWS_AT_ONCE = 2048  # rows that are packed at a time, since packing takes ten times the memory of the weight
MAX_ROUNDING = 0.1  # steps; rounding to bfloat16 moves a 4-bit weight by less than half of this


@dataclass(frozen=True, slots=True)
class PackedWeight:
    """A narrow copy of a weight `[out, in]`."""

    weight: Tensor
    scales: Tensor
    bits: Literal[4, 8]

    @property
    def rows(self) -> int:
        """Up to how many rows it is faster than the wide weight (measured on AVX-512)."""
        return 8 if self.bits == 4 else 4

    @property
    def bytes(self) -> int:
        return self.weight.nbytes + self.scales.nbytes

    def multiply(self, x: Tensor) -> Tensor:
        """`[rows, in] -> [rows, out]`."""
        if self.bits == 4:
            product: Tensor = torch.ops.aten._weight_int4pack_mm_for_cpu(x, self.weight, GROUP, self.scales)
            return product
        return torch._weight_int8pack_mm(x, self.weight, self.scales)


Packer = Callable[[Tensor], PackedWeight]


def pack(weight: Tensor) -> PackedWeight:
    """Four bits where nothing is lost, else eight."""
    return pack4(weight) or pack8(weight)


def pack8(weight: Tensor) -> PackedWeight:
    """Round every output row to 255 steps of its own size."""
    scales = weight.detach().abs().amax(1).float().clamp(min=1e-12) / 127
    parts = zip(torch.split(weight.detach(), ROWS_AT_ONCE), torch.split(scales, ROWS_AT_ONCE), strict=True)
    narrow = torch.cat([(part.float() / scale[:, None]).round().to(torch.int8) for part, scale in parts])
    return PackedWeight(narrow, scales.to(weight.dtype), 8)


def pack4(weight: Tensor) -> PackedWeight | None:
    """Without loss or not at all: weights that were published in 4-bit groups are put back on their lattice.

    A GGUF Q4 file stores 16 evenly spaced values per 32 weights; widening it to bfloat16 keeps them where they
    were. Any other weight is off such a lattice, and None is returned.
    """
    rows, columns = weight.shape
    if rows % 64 or columns % GROUP:  # what the kernel can do
        return None
    parts = []
    for part in torch.split(weight.detach(), ROWS_AT_ONCE):
        if (packed := _pack4(part)) is None:
            return None
        parts.append(packed)
    return PackedWeight(torch.cat([packed for packed, _ in parts]), torch.cat([scales for _, scales in parts], 1), 4)


def _pack4(weight: Tensor) -> tuple[Tensor, Tensor] | None:
    """Some rows of `pack4`: packed, and scales."""
    groups = weight.float().view(len(weight), -1, GROUP)
    low = groups.amin(-1, keepdim=True)
    step = ((groups.amax(-1, keepdim=True) - low) / 15).clamp(min=1e-12)
    places = (groups - low) / step
    if (places - places.round()).abs().max() > MAX_ROUNDING:
        return None
    # The kernel computes (place - 8) * step + zero.
    scales = torch.cat([step, low + 8 * step], -1).transpose(0, 1).contiguous()
    packed = torch.ops.aten._convert_weight_to_int4pack_for_cpu(places.round().int().view(weight.shape), 2)
    return packed, scales.to(weight.dtype)


class Product:
    """`x @ weight.T + bias`, each time through the copy of the weight that is fastest for the rows of `x`.

    With `tile`, the wide weight is kept in oneDNN's own order: the numbers are the same, but they need not be
    put into that order at every call, which costs as much as the product itself. Then `weight` is not kept.
    """

    def __init__(self, weight: Tensor, bias: Tensor | None, packer: Packer | None, tile: bool) -> None:
        self._weight: Tensor | None = None if tile else weight
        self._tiled: Tensor | None = torch.ops.mkldnn._reorder_linear_weight(weight.detach()) if tile else None
        self._bias = bias
        self.packed: PackedWeight | None = packer(weight) if packer else None
        self.adding: tuple[WideLora, ...] = ()

    def __call__(self, x: Tensor) -> Tensor:
        """`[rows, in] -> [rows, out]`, with what adapters add."""
        output = self._multiply(x)
        for wide in self.adding:
            wide.add_to(output, x)
        return output

    def _multiply(self, x: Tensor) -> Tensor:
        if self.packed is not None and len(x) <= self.packed.rows:
            narrow = self.packed.multiply(x)
            return narrow if self._bias is None else narrow + self._bias
        if self._tiled is not None:
            tiled: Tensor = torch.ops.mkldnn._linear_pointwise(x, self._tiled, self._bias, "none", [], "")
            return tiled
        assert self._weight is not None
        return functional.linear(x, self._weight, self._bias)


class PackedLinear(nn.Linear):
    """A linear layer that multiplies through a `Product`; still an `nn.Linear` to state dicts."""

    product: Product

    @classmethod
    def take_over(cls, layer: nn.Linear, packer: Packer | None, tile: bool) -> None:
        """Turn a layer into one of these where it stands: names, ties and hooks stay."""
        layer.__class__ = cls
        object.__setattr__(layer, "product", Product(layer.weight, layer.bias, packer, tile))

    def forward(self, input: Tensor) -> Tensor:
        return self.product(input.reshape(-1, self.in_features)).view(*input.shape[:-1], self.out_features)
