"""Prefix cache: computed prompts, reused by longest common prefix, least recently used forgotten first."""

from collections import OrderedDict
from collections.abc import Set
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from playground.backends.local.kv.cache import SlotCache
from playground.backends.local.kv.layout import Layout
from playground.backends.local.weights.wide_lora import BASE, AdapterUse
from playground.types import Origin

MIN_COMMON_TOKENS = 4  # a shorter common prefix is computed again
MIN_SHARED_TOKENS = 128  # a shorter common prefix is copied for each row, not shared

NO_CACHES: Set[SlotCache] = frozenset()


class NextLogits(NamedTuple):
    """Logits after some tokens, `[vocabulary]`, and the weights that gave them."""

    logits: Tensor
    origin: Origin


@dataclass(frozen=True, slots=True, eq=False)
class CachedPrefix:
    """Token ids and their keys and values, in the only row of a cache, under one adapter at one scale.

    With a `visitor` it is for that one alone: how soon an answer comes would tell others what is cached.

    `logits_by_length` has the logits after so many tokens: a prompt seen before needs no computation and gives the very
    same numbers, so that a seed gives the same text.
    """

    ids: NDArray[np.int64]
    cache: SlotCache
    use: AdapterUse = BASE
    visitor: str = ""
    logits_by_length: dict[int, NextLogits] = field(default_factory=dict)


class PrefixCache:
    """Computed prompts within a budget of bytes, which the owner may change at any time with `shrink`."""

    def __init__(self) -> None:
        self._entries: OrderedDict[int, CachedPrefix] = OrderedDict()

    @property
    def caches(self) -> Set[SlotCache]:
        """What the entries consist of."""
        return {link for prefix in self._entries.values() for link in prefix.cache.with_prefixes}

    def start(
        self,
        ids: NDArray[np.int64],
        use: AdapterUse,
        layout: Layout,
        virtual_prefix: CachedPrefix | None = None,
        max_reused: int | None = None,
        split: bool = False,
        visitor: str = "",
    ) -> CachedPrefix:
        """A prefix for `ids` that has what is cached of them already; `cache.size` says how much.

        `virtual_prefix` is there in any case. With `max_reused`, the tokens after so many are computed again. With
        `split`, a cached prompt that goes on otherwise is split there, so that both share what they begin with.
        """
        cached, shared = self.longest_match(ids, use, visitor)
        if cached is None and virtual_prefix is not None:
            cached, shared = virtual_prefix, len(virtual_prefix.ids)
        if cached is None:
            cache = SlotCache(layout, 1, len(ids))
            cache.add_row()
            return CachedPrefix(ids, cache, use, visitor)
        next_logits = cached.logits_by_length.get(shared) if max_reused is None and shared == len(ids) else None
        if max_reused is None:  # without the logits after it, the last token has to be computed again
            max_reused = len(ids) - (next_logits is None)
        shared = min(shared, max_reused)
        if split and cached.cache.prefix_size + MIN_SHARED_TOKENS <= shared < len(cached.ids):
            cached = self._split(cached, shared)
        cache = cached.cache.fork(0, shared, len(ids))
        return CachedPrefix(ids, cache, use, visitor, {} if next_logits is None else {len(ids): next_logits})

    def _split(self, prefix: CachedPrefix, tokens: int) -> CachedPrefix:
        """The same entry, its first `tokens` in a prefix that others can share."""
        divided = replace(prefix, cache=prefix.cache.split(tokens))
        del self._entries[id(prefix)]
        self._entries[id(divided)] = divided
        return divided

    def longest_match(
        self, ids: NDArray[np.int64], use: AdapterUse, visitor: str = ""
    ) -> tuple[CachedPrefix | None, int]:
        """The visitor's entry that shares most leading tokens, and how many; of equals one with the logits after."""
        best, shared, has_logits = None, MIN_COMMON_TOKENS - 1, False
        for prefix in self._entries.values():
            if prefix.use == use and prefix.visitor == visitor:
                candidate = common_length(prefix.ids, ids), len(ids) in prefix.logits_by_length
                if candidate[0] >= MIN_COMMON_TOKENS and candidate > (shared, has_logits):
                    best, (shared, has_logits) = prefix, candidate
        if best is None:
            return None, 0
        self._entries.move_to_end(id(best))
        return best, shared

    def add(self, prefix: CachedPrefix, budget: int, in_use: Set[SlotCache] = NO_CACHES) -> None:
        """Keep `prefix` if it fits into `budget` bytes, in place of entries it continues; not if one covers it.

        What is `in_use` by requests anyway takes nothing from the budget.
        """
        covering, shared = self.longest_match(prefix.ids, prefix.use, prefix.visitor)
        if prefix.cache not in in_use and prefix.cache.bytes > budget:
            return
        if covering is not None and shared == len(prefix.ids):
            return
        for key, other in list(self._entries.items()):
            of_one = (other.use, other.visitor) == (prefix.use, prefix.visitor)
            if of_one and common_length(other.ids, prefix.ids) == len(other.ids):
                prefix.logits_by_length.update(other.logits_by_length)
                del self._entries[key]
        self._entries[id(prefix)] = prefix
        self.shrink(budget, in_use)

    def forget(self, adapter: str, virtual: NDArray[np.int64]) -> None:
        """Drop what an adapter computed, another may get its name, and what begins with its virtual tokens."""
        for key, prefix in list(self._entries.items()):
            if prefix.use.adapter == adapter or common_length(prefix.ids, virtual):
                del self._entries[key]

    def shrink(self, budget: int, in_use: Set[SlotCache] = NO_CACHES) -> None:
        """Forget the least recently used entries until at most `budget` bytes are kept by them alone."""
        for key, prefix in list(self._entries.items()):
            if self.bytes(in_use) <= budget:
                return
            if prefix.cache not in in_use:
                del self._entries[key]

    def bytes(self, in_use: Set[SlotCache] = NO_CACHES) -> int:
        """Memory of the entries alone, without what is `in_use` by requests anyway."""
        return sum(cache.bytes for cache in self.caches - in_use)


def common_length(a: NDArray[np.int64], b: NDArray[np.int64]) -> int:
    """How many leading ids are the same."""
    length = min(len(a), len(b))
    differ = a[:length] != b[:length]
    return int(differ.argmax()) if differ.any() else length
