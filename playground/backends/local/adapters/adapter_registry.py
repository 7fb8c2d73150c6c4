"""The adapters attached to one model: which a request may use, and which made a row's logits."""

import logging
import math
import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from playground.backends.local.adapters import virtual_tokens
from playground.backends.local.adapters.effect import REMEASURE_AFTER, fixed_prompt_logprobs, largest_difference
from playground.backends.local.adapters.virtual_tokens import VirtualTokens
from playground.backends.local.forward.decoder import Decoder
from playground.backends.local.kv.prefix_cache import CachedPrefix
from playground.backends.local.weights.lora import LoraAdapter
from playground.backends.local.weights.wide_lora import BASE, AdapterUse
from playground.errors import InvalidSetup, NotSupported, UnknownModel
from playground.types import Origin

Adapter = LoraAdapter | VirtualTokens

log = logging.getLogger(__name__)
NO_IDS: NDArray[np.int64] = np.empty(0, dtype=np.int64)


class AdapterRegistry:
    """Adapters by name. `attach` and `detach` are for the engine's thread; the rest may be called from any."""

    def __init__(self, decoder: Decoder, weights: str) -> None:
        self._decoder, self._weights = decoder, weights
        self._virtual_prefixes: dict[
            str, tuple[str, CachedPrefix]
        ] = {}  # label and beginning of those with virtual tokens
        self._next_virtual_id = -1  # the id of the next virtual token
        self._base_logprobs: Tensor | None = None  # what the model says without any, after a fixed prompt
        self._effects: dict[str, float] = {}  # how much each changes that, in nats
        self._measured_at: dict[str, float] = {}  # when that was found

    @property
    def names(self) -> tuple[str, ...]:
        return (*self._decoder.lora.labels, *self._virtual_prefixes)

    @property
    def bytes(self) -> int:
        """Memory that the adapters take."""
        return self._decoder.lora.bytes + sum(prefix.cache.bytes for _, prefix in self._virtual_prefixes.values())

    def effect(self, name: str) -> float | None:
        """By how much an adapter changed log-probabilities when last measured, in nats; None for one that is gone."""
        return self._effects.get(name)

    # ----------------------------------------------------------------------------- on the engine's thread
    def attach(self, adapter: Adapter) -> None:
        """Add an adapter. Raises InvalidSetup for a name that is taken; ModelUnavailable saying what does not fit."""
        if not adapter.name or adapter.name in self.names:
            raise InvalidSetup(f"The name {adapter.name!r} is taken; choose another for {adapter.label}.")
        if isinstance(adapter, LoraAdapter):
            self._decoder.lora.attach(self._decoder.lora.check(adapter))
        else:
            self._attach_virtual_tokens(adapter)
        try:
            self._measure(adapter.name)
        except Exception:
            self.detach(adapter.name)
            raise

    def _attach_virtual_tokens(self, adapter: VirtualTokens) -> None:
        count = virtual_tokens.check_virtual_tokens(adapter, self._decoder)
        prefix = virtual_tokens.compute_prefix(adapter, self._next_virtual_id, count, self._decoder)
        self._virtual_prefixes = self._virtual_prefixes | {adapter.name: (adapter.label, prefix)}
        self._next_virtual_id -= count

    def detach(self, name: str) -> NDArray[np.int64]:
        """Remove an adapter that no row uses; the ids that were its virtual tokens. Raises UnknownModel."""
        if name not in self.names:
            raise UnknownModel(f"No adapter {name!r} is loaded on this model.")
        self._effects.pop(name, None)
        if name not in self._virtual_prefixes:
            self._decoder.lora.detach(name)
            return NO_IDS
        _, gone = self._virtual_prefixes[name]
        self._virtual_prefixes = {known: pinned for known, pinned in self._virtual_prefixes.items() if known != name}
        return gone.ids

    def has_effect_changed(self, name: str) -> bool:
        """Measure again an adapter to be used, if it was not just now; whether its effect came or went."""
        if not name or time.monotonic() - self._measured_at[name] < REMEASURE_AFTER:
            return False
        before = self._effects[name]
        self._measure(name)
        if before and not self._effects[name]:
            log.error("Adapter %s changed the model's answers when it was loaded, and no longer does.", name)
        return bool(before) != bool(self._effects[name])

    def _measure(self, name: str) -> None:
        if self._base_logprobs is None:
            self._base_logprobs = fixed_prompt_logprobs(self._decoder)
        beginning = self._virtual_prefixes[name][1] if name in self._virtual_prefixes else None
        use = BASE if beginning else AdapterUse(name)
        self._effects[name] = largest_difference(
            self._base_logprobs, fixed_prompt_logprobs(self._decoder, use, beginning)
        )
        self._measured_at[name] = time.monotonic()

    @property
    def was_bypassed(self) -> bool:
        """Whether the last pass went by an adapter that its rows use."""
        return self._decoder.lora.was_bypassed

    def origins(self, rows: Sequence[NDArray[np.int64]]) -> list[Origin]:
        """What made the next logits of each row: what the last pass added, and what the rows, `ids`, begin with."""
        origins = []
        for ids, use in zip(rows, self._decoder.lora.uses_of_last_pass(len(rows)), strict=True):
            name = use.adapter or self._name_of_virtual(ids)
            label = self._decoder.lora.labels[name] if use.adapter else self._virtual_prefixes[name][0] if name else ""
            idle = bool(name) and not self._effects[name]
            origins.append(Origin(weights=self._weights, adapter=label, scale=use.scale, without_effect=idle))
        return origins

    def _name_of_virtual(self, ids: NDArray[np.int64]) -> str:
        return next((name for name, (_, prefix) in self._virtual_prefixes.items() if prefix.ids[0] == ids[0]), "")

    def virtual_prefix(self, ids: NDArray[np.int64]) -> CachedPrefix | None:
        """The virtual tokens that `ids` begin with, if they do. Raises UnknownModel if those are gone."""
        if ids[0] >= 0:
            return None
        for _, prefix in self._virtual_prefixes.values():
            if prefix.ids[0] == ids[0]:
                return prefix
        raise UnknownModel("The adapter was unloaded before the request was begun.")

    # ------------------------------------------------------------------------------------ from any thread
    def resolve(self, name: str, scale: float) -> tuple[AdapterUse, NDArray[np.int64]]:
        """The use of low-rank weights, and the virtual ids that rows begin with. Scale 0 is the model as it is.

        Raises UnknownModel, InvalidSetup for a scale that is no number, NotSupported for a scale of virtual tokens.
        """
        if not math.isfinite(scale):
            raise InvalidSetup(f"The scale must be a number; {scale} is none.")
        if name and name not in self.names:
            raise UnknownModel(f"No adapter {name!r} is loaded on this model.")
        if not name or scale == 0:
            return BASE, NO_IDS
        if (virtual := self._virtual_prefixes.get(name)) is None:
            return AdapterUse(name, float(scale)), NO_IDS
        if scale != 1:
            what = f"Adapter {name!r} is made of virtual tokens, which have no scale: set it to 1, or to 0 for none."
            raise NotSupported(what)
        return BASE, virtual[1].ids
