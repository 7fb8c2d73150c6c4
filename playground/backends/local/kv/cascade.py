"""Attention where rows share a beginning: its keys and values are read once, for the queries of all its rows.

A softmax over two stretches of keys is the mean of the softmaxes over each, weighted by their sums of exponentials
("cascade attention", "Hydragen"). So a shared stretch takes one dense product instead of a small one per row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional

if TYPE_CHECKING:
    from playground.backends.local.kv.cache import SlotCache


@dataclass(frozen=True, slots=True)
class Level:
    """Stems of which no row has two; `rows` are those that have one, `counts` of them for each stem, in its order."""

    stems: tuple["SlotCache", ...]
    counts: list[int]
    rows: Tensor | None  # None for all rows as they are


def levels(stems: Sequence["SlotCache | None"], device: torch.device) -> list[Level]:
    """From the stem of every row, by how many stems come before."""
    depths: list[dict[SlotCache, list[int]]] = []
    for row, stem in enumerate(stems):
        chain = [] if stem is None else stem.chain
        depths += [{} for _ in chain[len(depths) :]]
        for level, link in zip(depths, chain, strict=False):
            level.setdefault(link, []).append(row)
    found = []
    for level in depths:
        rows = [row for some in level.values() for row in some]
        order = None if rows == list(range(len(stems))) else torch.tensor(rows, device=device)
        found.append(Level(tuple(level), [len(some) for some in level.values()], order))
    return found


def attend(
    query: Tensor, keys: Tensor, values: Tensor, mask: Tensor, scale: float, shared: Sequence[Level], layer: int
) -> Tensor:
    """`[rows, heads, queries, size]`: over each row's own keys, under `mask`, and over all of the stems before them."""
    if not shared:
        return functional.scaled_dot_product_attention(query, keys, values, mask, scale=scale)
    output, weight = _weighted(query, keys, values, mask, scale)
    for level in shared:
        if level.rows is None:
            output, weight = _mean(output, weight, *_followed(query, level, scale, layer))
        else:
            found = _followed(query[level.rows], level, scale, layer)
            mean, total = _mean(output[level.rows], weight[level.rows], *found)
            output, weight = output.index_copy(0, level.rows, mean), weight.index_copy(0, level.rows, total)
    return output


def _followed(query: Tensor, level: Level, scale: float, layer: int) -> tuple[Tensor, Tensor]:
    """Of the rows that have a stem, over its keys: all their queries are one long run of queries of it."""
    parts = []
    runs = torch.split(query.transpose(0, 1), level.counts, 1)
    for run, stem in zip(runs, level.stems, strict=True):
        kept = stem.layers[layer]
        output, weight = _weighted(run.flatten(1, 2)[None], kept.keys, kept.values, None, scale)
        parts.append((output[0].view(run.shape), weight[0].view(run.shape[:3])))
    output, weight = parts[0] if len(parts) == 1 else (torch.cat(part, 1) for part in zip(*parts, strict=True))
    return output.transpose(0, 1), weight.transpose(0, 1)


def _mean(output: Tensor, weight: Tensor, other: Tensor, other_weight: Tensor) -> tuple[Tensor, Tensor]:
    """Of two stretches' attention, by weight; and the weight of both."""
    share = torch.sigmoid(other_weight - weight)[..., None]
    return torch.lerp(output, other, share.to(output)), torch.logaddexp(weight, other_weight)


def _weighted(query: Tensor, keys: Tensor, values: Tensor, mask: Tensor | None, scale: float) -> tuple[Tensor, Tensor]:
    """Attention and the logarithm of its sum of exponentials, `[rows, heads, queries]`."""
    output, weight = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(
        query, keys, values, attn_mask=mask, scale=scale
    )
    return output, weight
