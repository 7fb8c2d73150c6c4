"""Prompts already computed: longest common prefix, least recently used first out."""

from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playground.backends.local.cache import SlotCache

WORTHWHILE = 4  # tokens; a shorter common beginning is computed again


@dataclass(frozen=True, slots=True, eq=False)
class Prefix:
    """Token ids and their keys and values, in the only row of a cache, under one adapter."""

    ids: NDArray[np.int64]
    cache: SlotCache
    adapter: str | None


class PrefixStore:
    """Computed prefixes within a budget of bytes, which the owner may change at any time with `shrink`."""

    def __init__(self) -> None:
        self._entries: OrderedDict[int, Prefix] = OrderedDict()

    @property
    def bytes(self) -> int:
        return sum(prefix.cache.bytes for prefix in self._entries.values())

    def longest(self, ids: NDArray[np.int64], adapter: str | None) -> tuple[Prefix | None, int]:
        """The entry that shares most leading tokens with `ids`, and how many."""
        best, shared = None, WORTHWHILE - 1
        for prefix in self._entries.values():
            if prefix.adapter == adapter and (common := _common(prefix.ids, ids)) > shared:
                best, shared = prefix, common
        if best is None:
            return None, 0
        self._entries.move_to_end(id(best))
        return best, shared

    def add(self, prefix: Prefix, budget: int) -> None:
        """Keep `prefix` if it fits into `budget` bytes, in place of entries it continues; not if one covers it."""
        covered, common = self.longest(prefix.ids, prefix.adapter)
        if prefix.cache.bytes > budget or (covered is not None and common == len(prefix.ids)):
            return
        for key, other in list(self._entries.items()):
            if other.adapter == prefix.adapter and _common(other.ids, prefix.ids) == len(other.ids):
                del self._entries[key]
        self._entries[id(prefix)] = prefix
        self.shrink(budget)

    def shrink(self, budget: int) -> None:
        """Forget the least recently used entries until at most `budget` bytes are held."""
        held = self.bytes
        while self._entries and held > budget:
            _, prefix = self._entries.popitem(last=False)
            held -= prefix.cache.bytes


def _common(a: NDArray[np.int64], b: NDArray[np.int64]) -> int:
    length = min(len(a), len(b))
    differ = a[:length] != b[:length]
    return int(differ.argmax()) if differ.any() else length
