"""The numbers of a training recipe."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """`rate` is AdamW's at its peak, `warmup` the share of steps that lead up to it, `batch` counts examples."""

    steps: int = 150
    batch: int = 8
    rate: float = 2e-3
    warmup: float = 0.1
    rank: int = 8
    alpha: int = 16
    targets: tuple[str, ...] = ("q_proj", "v_proj")
    seed: int = 0
