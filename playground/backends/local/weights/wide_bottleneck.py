"""Bottleneck adapters of rows in one batch (Houlsby et al. 2019, arXiv 1902.00751), masked by row as a wide LoRA is.

Each reads the output of a module and adds to it: `y + up(relu(down(y)))`. What it adds at zero is one unit more, which
is always 1: so a bias of the output needs no product of its own.
"""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn import functional

from playground.backends.local.weights.wide_lora import WideLora


class WideBottleneck(WideLora):
    """The bottleneck adapters on modules that are one product."""

    names = ("down", "up", "bias")

    def add_to(self, output: Tensor, x: Tensor) -> Tensor:
        """Add what the rows' adapters make of `output` `[rows, out]` itself, in place; see `WideLora`."""
        if (mask := self._mask_for(len(x))) is not None:
            start = 0
            for part in self._parts.values():
                own, read = slice(start, start + len(part.down)), output[:, part.columns]
                inner = functional.linear(read, part.down, part.stacked["bias"]).relu_()
                read.addmm_(inner.mul_(mask[:, own]), part.up)
                start = own.stop
        return output

    @property
    def tensors(self) -> list[Tensor]:
        return [tensor for part in self._parts.values() for tensor in part.stacked.values()]

    def _join(self) -> None:
        """Nothing is laid out as one: modules of one product have outputs of different widths."""


@dataclass(frozen=True, slots=True, eq=False)
class BottleneckWeights:
    """What an adapter adds to the output `y` of a module: `up @ relu(down @ y + down_bias) + up_bias`."""

    wide: ClassVar[type[WideLora]] = WideBottleneck
    down: Tensor  # [width, out]
    down_bias: Tensor  # [width]
    up: Tensor  # [out, width]
    up_bias: Tensor  # [out]

    @property
    def rank(self) -> int:
        """How many units it has, with the one that is always 1."""
        return len(self.down) + 1

    @property
    def scaling(self) -> float:
        return 1.0

    @property
    def parts(self) -> tuple[Tensor, ...]:
        return self.down, self.down_bias, self.up, self.up_bias

    def fits(self, outputs: int, inputs: int) -> bool:
        """Whether its shapes are those for a module `[outputs, inputs]`."""
        width = len(self.down)
        wanted = [(width, outputs), (width,), (outputs, width), (outputs,)]
        return [tuple(part.shape) for part in self.parts] == wanted

    def stacked(self) -> tuple[Tensor, ...]:
        """As `WideBottleneck` keeps it: down, up and the bias of down, with the unit that is always 1 as the last."""
        down = torch.cat([self.down, torch.zeros_like(self.down[:1])])
        up = torch.cat([self.up.T, self.up_bias[None]])
        return down, up, torch.cat([self.down_bias, torch.ones_like(self.down_bias[:1])])
