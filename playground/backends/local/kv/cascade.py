"""Cascade attention: keys and values of a shared prefix are read once for the queries of all its rows.

A softmax over two stretches of keys is the mean of the softmaxes over each, weighted by their sums of exponentials
("cascade attention", "Hydragen"). So a shared stretch takes one dense product instead of a small one per row.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True, slots=True)
class SharedPrefixes:
    """Keys and values, `[1, heads, tokens, size]` each, of prefixes in one layer of which no row has two; `rows` are
    those that have one, `counts` of them for each prefix, in its order."""

    parts: tuple[tuple[Tensor, Tensor], ...]
    counts: list[int]
    rows: Tensor | None  # None for all rows as they are


def attend(
    query: Tensor, keys: Tensor, values: Tensor, mask: Tensor, scale: float, prefix_levels: Sequence[SharedPrefixes]
) -> Tensor:
    """`[rows, heads, queries, size]`: over each row's own keys, under `mask`, and over the prefixes before them."""
    if not prefix_levels:
        return functional.scaled_dot_product_attention(query, keys, values, mask, scale=scale)
    output, weight = _weighted(query, keys, values, mask, scale)
    for prefixes in prefix_levels:
        if prefixes.rows is None:
            output, weight = _mean(output, weight, *_over_prefixes(query, prefixes, scale))
        else:
            other = _over_prefixes(query[prefixes.rows], prefixes, scale)
            mean, total = _mean(output[prefixes.rows], weight[prefixes.rows], *other)
            output, weight = output.index_copy(0, prefixes.rows, mean), weight.index_copy(0, prefixes.rows, total)
    return output


def _over_prefixes(query: Tensor, prefixes: SharedPrefixes, scale: float) -> tuple[Tensor, Tensor]:
    """Of the rows that have a prefix, over its keys: all their queries are one long run of queries of it."""
    made = []
    runs = torch.split(query.transpose(0, 1), prefixes.counts, 1)
    for run, (keys, values) in zip(runs, prefixes.parts, strict=True):
        output, weight = _weighted(run.flatten(1, 2)[None], keys, values, None, scale)
        made.append((output[0].view(run.shape), weight[0].view(run.shape[:3])))
    output, weight = made[0] if len(made) == 1 else (torch.cat(part, 1) for part in zip(*made, strict=True))
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
