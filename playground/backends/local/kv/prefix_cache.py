"""Prompts already computed: longest common prefix, least recently used first out."""

from collections import OrderedDict
from collections.abc import Set
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from playground.backends.local.kv.cache import SlotCache
from playground.backends.local.kv.layout import Layout
from playground.backends.local.weights.wide_lora import BASE, Use
from playground.types import Origin

WORTHWHILE = 4  # tokens; a shorter common beginning is computed again
WORTH_SHARING = 128  # tokens; a shorter one is copied

NOTHING: Set[SlotCache] = frozenset()


class Outcome(NamedTuple):
    """Logits after some tokens, `[vocabulary]`, and the weights that gave them."""

    logits: Tensor
    origin: Origin


@dataclass(frozen=True, slots=True, eq=False)
class Prefix:
    """Token ids and their keys and values, in the only row of a cache, under one adapter at one scale.

    With a `visitor` it is for that one alone: how soon an answer comes tells what is known.

    `outcomes` are those known, by number of tokens before them: a prompt seen before needs no computation, and
    gives the very same numbers, so that a seed gives the same text.
    """

    ids: NDArray[np.int64]
    cache: SlotCache
    use: Use = BASE
    visitor: str = ""
    outcomes: dict[int, Outcome] = field(default_factory=dict)


class PrefixStore:
    """Computed prefixes within a budget of bytes, which the owner may change at any time with `shrink`."""

    def __init__(self) -> None:
        self._entries: OrderedDict[int, Prefix] = OrderedDict()

    @property
    def caches(self) -> Set[SlotCache]:
        """What the entries consist of."""
        return {link for prefix in self._entries.values() for link in prefix.cache.chain}

    def begin(
        self,
        ids: NDArray[np.int64],
        use: Use,
        layout: Layout,
        beginning: Prefix | None = None,
        most: int | None = None,
        split: bool = False,
        visitor: str = "",
    ) -> Prefix:
        """A prefix for `ids` that has what is known of them already; `cache.size` says how much.

        `beginning` is known in any case. With `most`, the tokens after so many are to be computed. With `split`, what
        is known but goes on otherwise is split there, so that both follow one stem, as others will.
        """
        known, shared = self.longest(ids, use, visitor)
        if known is None and beginning is not None:
            known, shared = beginning, len(beginning.ids)
        if known is None:
            cache = SlotCache(layout, 1, len(ids))
            cache.begin()
            return Prefix(ids, cache, use, visitor)
        outcome = known.outcomes.get(shared) if most is None and shared == len(ids) else None
        if most is None:  # without the logits after it, the last token has to be computed again
            most = len(ids) - (outcome is None)
        shared = min(shared, most)
        if split and known.cache.before + WORTH_SHARING <= shared < len(known.ids):
            known = self._split(known, shared)
        cache = known.cache.fork(0, shared, len(ids))
        return Prefix(ids, cache, use, visitor, {} if outcome is None else {len(ids): outcome})

    def _split(self, prefix: Prefix, tokens: int) -> Prefix:
        """The same entry, its first `tokens` in a stem that others can follow."""
        made = replace(prefix, cache=prefix.cache.split(tokens))
        del self._entries[id(prefix)]
        self._entries[id(made)] = made
        return made

    def longest(self, ids: NDArray[np.int64], use: Use, visitor: str = "") -> tuple[Prefix | None, int]:
        """The visitor's entry that shares most leading tokens, and how many; of equals one with the logits after."""
        best, shared, known = None, WORTHWHILE - 1, False
        for prefix in self._entries.values():
            if prefix.use == use and prefix.visitor == visitor:
                here = common(prefix.ids, ids), len(ids) in prefix.outcomes
                if here[0] >= WORTHWHILE and here > (shared, known):
                    best, (shared, known) = prefix, here
        if best is None:
            return None, 0
        self._entries.move_to_end(id(best))
        return best, shared

    def add(self, prefix: Prefix, budget: int, held: Set[SlotCache] = NOTHING) -> None:
        """Keep `prefix` if it fits into `budget` bytes, in place of entries it continues; not if one covers it.

        What is `held` anyway, by others who answer for it, takes nothing from the budget.
        """
        covering, shared = self.longest(prefix.ids, prefix.use, prefix.visitor)
        if prefix.cache not in held and prefix.cache.bytes > budget:
            return
        if covering is not None and shared == len(prefix.ids):
            return
        for key, other in list(self._entries.items()):
            of_one = (other.use, other.visitor) == (prefix.use, prefix.visitor)
            if of_one and common(other.ids, prefix.ids) == len(other.ids):
                prefix.outcomes.update(other.outcomes)
                del self._entries[key]
        self._entries[id(prefix)] = prefix
        self.shrink(budget, held)

    def forget(self, adapter: str, virtual: NDArray[np.int64]) -> None:
        """Drop what an adapter computed, another may get its name, and what begins with its virtual tokens."""
        for key, prefix in list(self._entries.items()):
            if prefix.use.adapter == adapter or common(prefix.ids, virtual):
                del self._entries[key]

    def shrink(self, budget: int, held: Set[SlotCache] = NOTHING) -> None:
        """Forget the least recently used entries until at most `budget` bytes are kept by them alone."""
        for key, prefix in list(self._entries.items()):
            if self.bytes(held) <= budget:
                return
            if prefix.cache not in held:
                del self._entries[key]

    def bytes(self, held: Set[SlotCache] = NOTHING) -> int:
        """What would be free without the entries, if `held` is kept by others."""
        return sum(cache.bytes for cache in self.caches - held)


def common(a: NDArray[np.int64], b: NDArray[np.int64]) -> int:
    """How many leading ids are the same."""
    length = min(len(a), len(b))
    differ = a[:length] != b[:length]
    return int(differ.argmax()) if differ.any() else length
