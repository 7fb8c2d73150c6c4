"""Prompts already computed: longest common prefix, least recently used first out."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from playground.backends.local.cache import Layout, SlotCache
from playground.backends.local.wide_lora import BASE, Use
from playground.types import Origin

WORTHWHILE = 4  # tokens; a shorter common beginning is computed again


class Outcome(NamedTuple):
    """Logits after some tokens, `[vocabulary]`, and the weights that gave them."""

    logits: Tensor
    origin: Origin


@dataclass(frozen=True, slots=True, eq=False)
class Prefix:
    """Token ids and their keys and values, in the only row of a cache, under one adapter at one scale.

    `outcomes` are those known, by number of tokens before them: a prompt seen before needs no computation, and
    gives the very same numbers, so that a seed gives the same text.
    """

    ids: NDArray[np.int64]
    cache: SlotCache
    use: Use = BASE
    outcomes: dict[int, Outcome] = field(default_factory=dict)


class PrefixStore:
    """Computed prefixes within a budget of bytes, which the owner may change at any time with `shrink`."""

    def __init__(self) -> None:
        self._entries: OrderedDict[int, Prefix] = OrderedDict()

    @property
    def bytes(self) -> int:
        return sum(prefix.cache.bytes for prefix in self._entries.values())

    def begin(
        self, ids: NDArray[np.int64], use: Use, layout: Layout, beginning: Prefix | None = None, most: int | None = None
    ) -> Prefix:
        """A prefix for `ids` that has what is known of them already; `cache.lengths` says how much.

        `beginning` is known in any case. With `most`, the tokens after so many are to be computed.
        """
        known, shared = self.longest(ids, use)
        if known is None and beginning is not None:
            known, shared = beginning, len(beginning.ids)
        cache = SlotCache(layout, 1, len(ids))
        if known is None:
            cache.lengths = [0]
            return Prefix(ids, cache, use)
        outcome = known.outcomes.get(shared) if most is None and shared == len(ids) else None
        if most is None:  # without the logits after it, the last token has to be computed again
            most = len(ids) - (outcome is None)
        cache.append(known.cache, 0, min(shared, most))
        return Prefix(ids, cache, use, {} if outcome is None else {shared: outcome})

    def longest(self, ids: NDArray[np.int64], use: Use) -> tuple[Prefix | None, int]:
        """The entry that shares most leading tokens with `ids`, and how many; of equals one with the logits after."""
        best, shared, known = None, WORTHWHILE - 1, False
        for prefix in self._entries.values():
            if prefix.use == use:
                here = common(prefix.ids, ids), len(ids) in prefix.outcomes
                if here[0] >= WORTHWHILE and here > (shared, known):
                    best, (shared, known) = prefix, here
        if best is None:
            return None, 0
        self._entries.move_to_end(id(best))
        return best, shared

    def add(self, prefix: Prefix, budget: int) -> None:
        """Keep `prefix` if it fits into `budget` bytes, in place of entries it continues; not if one covers it."""
        covering, shared = self.longest(prefix.ids, prefix.use)
        if prefix.cache.bytes > budget or (covering is not None and shared == len(prefix.ids)):
            return
        for key, other in list(self._entries.items()):
            if other.use == prefix.use and common(other.ids, prefix.ids) == len(other.ids):
                prefix.outcomes.update(other.outcomes)
                del self._entries[key]
        self._entries[id(prefix)] = prefix
        self.shrink(budget)

    def forget(self, adapter: str, virtual: NDArray[np.int64]) -> None:
        """Drop what an adapter computed, another may get its name, and what begins with its virtual tokens."""
        for key, prefix in list(self._entries.items()):
            if prefix.use.adapter == adapter or common(prefix.ids, virtual):
                del self._entries[key]

    def shrink(self, budget: int) -> None:
        """Forget the least recently used entries until at most `budget` bytes are held."""
        held = self.bytes
        while self._entries and held > budget:
            _, prefix = self._entries.popitem(last=False)
            held -= prefix.cache.bytes


def common(a: NDArray[np.int64], b: NDArray[np.int64]) -> int:
    """How many leading ids are the same."""
    length = min(len(a), len(b))
    differ = a[:length] != b[:length]
    return int(differ.argmax()) if differ.any() else length
