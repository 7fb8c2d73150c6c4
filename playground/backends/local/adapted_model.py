"""A base model with its adapters behind one backend, sharing a batch or run as merged copies."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Any

from playground.backends.base import Capabilities, NextToken, Request, Stream
from playground.backends.details import AdapterDetails, ModelDetails
from playground.backends.loads import LoadReport
from playground.backends.local.adapters.adapter_folder import AdapterFolder, read_adapter
from playground.backends.local.adapters.effect import REMEASURE_AFTER, largest_difference
from playground.backends.local.adapters.tensors import shared_adapter
from playground.backends.local.backend import LocalBackend
from playground.errors import NotSupported
from playground.types import Delta, Message, Origin, Progress, Token

log = logging.getLogger(__name__)
NO_EFFECT = "It has no effect: after a fixed prompt the model says exactly what it says without it."
MAX_EFFECT = 1e9  # nats that are reported; infinity is not a number in JSON
ModelChange = Callable[[Any], Any]
CopyBase = Callable[[ModelChange, str], LocalBackend]


class MergedEffect:
    """By how much a copy of the base with an adapter merged into it differs from the base, in nats."""

    def __init__(self, merged: LocalBackend, base: LocalBackend, tokens: Sequence[int]) -> None:
        self._merged, self._tokens = merged, tokens
        self._base_logprobs = base.fixed_prompt_logprobs(tokens)
        self._measure()

    def current(self) -> float:
        """Measured again, if it was not just now."""
        if time.monotonic() - self._measured_at >= REMEASURE_AFTER:
            self._measure()
        return self.size

    def _measure(self) -> None:
        self.size = largest_difference(self._base_logprobs, self._merged.fixed_prompt_logprobs(self._tokens))
        self._measured_at = time.monotonic()


@dataclass(frozen=True)
class _RenamedStream:
    """The events of a merged copy, under the names of the base and of the adapter."""

    stream: Stream
    origin: Callable[[], Origin]

    def __iter__(self) -> Stream:
        return self

    def __next__(self) -> Delta | Progress:
        event = next(self.stream)
        if isinstance(event, Delta) and event.origin is not None:
            return replace(event, origin=self.origin())
        return event

    def close(self) -> None:
        self.stream.close()


class AdaptedModel:
    """A loaded model that adapters can be attached to. Safe to use from many threads.

    `base` runs `model`, whose name for people is `label`. `copy_base` makes another backend over a new copy of the
    base, changed by a function, under a label of its own.
    """

    def __init__(self, base: LocalBackend, model: Any, label: str, details: ModelDetails, copy_base: CopyBase) -> None:
        self._base, self._model, self._label, self._details, self._copy_base = base, model, label, details, copy_base
        self._adapters: dict[str, AdapterDetails] = {}
        self._merged: dict[str, LocalBackend] = {}
        self._effects: dict[str, MergedEffect] = {}  # of those that run alone
        self._lock = Lock()

    @property
    def capabilities(self) -> Capabilities:
        return self._base.capabilities

    @property
    def details(self) -> ModelDetails:
        adapters = tuple(self._with_effect(adapter) for adapter in list(self._adapters.values()))
        memory_bytes = self._details.memory_bytes + sum(adapter.bytes for adapter in adapters)
        return replace(self._details, adapters=adapters, memory_bytes=memory_bytes)

    # ------------------------------------------------------------------------------------------- adapters
    def attach(
        self, path: Path, name: str, title: str, about: str, report: LoadReport, source: str = ""
    ) -> AdapterDetails:
        """Read and check an adapter's folder and make it usable by its name; `source` is where people say it lies.

        Raises ModelUnavailable, LimitReached.
        """
        started = time.monotonic()
        report(Progress(what=f"Checking {title}"))
        folder = read_adapter(path, self._details.source)
        alone = folder.why_merged
        size = (
            self._copy_bytes(_shared_matrix(self._model)) if alone else folder.parameters * self._model.dtype.itemsize
        )
        report.reserve(size)
        report(Progress(what=f"Loading {title}", total=folder.size / 1e6, unit="MB"))
        adapter = merged = None
        if alone:
            from playground.backends.local.adapters.merged_adapter import (
                merge,  # and peft with it, which takes a second
            )

            twice = 0  # numbers of the one matrix for input and output, where the copy needs two

            def change(model: Any) -> Any:
                nonlocal twice
                changed = merge(folder, model)
                twice = _shared_matrix(self._model) - _shared_matrix(changed)
                return changed

            merged = self._copy_base(change, f"{self._label} + {name}")
            size = self._copy_bytes(twice)
            try:
                effect = MergedEffect(merged, self._base, folder.trained_tokens)
            except Exception:
                merged.close()
                raise
        else:
            adapter = shared_adapter(folder, name, self._model)
        details = _details_of(folder, source, name, title, about, size, time.monotonic() - started)
        with self._lock:  # only now: whoever detaches another must not wait for what is read
            if merged is not None:
                self._merged[name], self._effects[name] = merged, effect
            if adapter is not None:
                self._base.attach(adapter)
            self._adapters[name] = details
        details = self._with_effect(details)
        if not details.effect:
            log.warning("%s has no effect on %s.", title, self._label)
        return details

    def _copy_bytes(self, more: int) -> int:
        """Bytes of a copy of the base that has so many numbers more."""
        return self._details.memory_bytes * (self._details.parameters + more) // self._details.parameters

    def _with_effect(self, details: AdapterDetails) -> AdapterDetails:
        """With what its effect is now."""
        alone = self._effects.get(details.name)
        size = alone.size if alone else self._base.effect(details.name)
        if size is None:  # it is being unloaded
            return details
        warnings = details.warnings if size else (*details.warnings, NO_EFFECT)
        return replace(details, effect=min(size, MAX_EFFECT), warnings=warnings)

    def detach(self, name: str) -> None:
        """Forget an adapter. Its memory is free once nobody holds on to it."""
        with self._lock:
            if (merged := self._merged.pop(name, None)) is not None:
                merged.close()
                del self._effects[name]
            elif name in self._adapters:
                self._base.detach(name)
            self._adapters.pop(name, None)

    # -------------------------------------------------------------------------------------------- backend
    def stream(self, request: Request) -> Stream:
        if (merged := self._merged_for(request)) is None:
            return self._base.stream(_without_merged(request, self._merged))
        effect = self._effects[request.adapter]

        def origin() -> Origin:
            return Origin(weights=self._label, adapter=request.adapter, without_effect=not effect.current())

        return _RenamedStream(merged.stream(replace(request, adapter="", scale=1.0)), origin)

    def score(self, request: Request, text: str | Sequence[int]) -> tuple[Token, ...]:
        if (merged := self._merged_for(request)) is None:
            return self._base.score(_without_merged(request, self._merged), text)
        return merged.score(replace(request, adapter="", scale=1.0), text)

    def next_token(self, request: Request) -> NextToken:
        if (merged := self._merged_for(request)) is None:
            return self._base.next_token(_without_merged(request, self._merged))
        return merged.next_token(replace(request, adapter="", scale=1.0))

    def count_tokens(self, messages: tuple[Message, ...], prefill: str = "") -> int:
        return self._base.count_tokens(messages, prefill)

    def prompt_text(self, messages: tuple[Message, ...], prefill: str = "") -> str:
        return self._base.prompt_text(messages, prefill)

    def close(self) -> None:
        """End what runs. The memory is free once nobody holds on to the model."""
        for backend in (self._base, *self._merged.values()):
            backend.close()
        self._merged.clear()

    def _merged_for(self, request: Request) -> LocalBackend | None:
        """The copy that a request is for, or None for the shared one. Raises NotSupported for a scale between."""
        merged = self._merged.get(request.adapter)
        if merged is None or request.scale == 0:
            return None
        if request.scale != 1:
            why = self._adapters[request.adapter].why
            raise NotSupported(
                f"{request.adapter!a} runs alone, merged into its base ({why}); its scale can be 1 or 0."
            )
        return merged


def _shared_matrix(model: Any) -> int:
    """How many numbers the matrix has that is both the input's and the output's; 0 where there are two."""
    first, last = model.get_input_embeddings(), model.get_output_embeddings()
    return first.weight.numel() if last is not None and last.weight is first.weight else 0


def _without_merged(request: Request, merged: dict[str, LocalBackend]) -> Request:
    """Scale 0 of an adapter that the shared engine does not know is the base."""
    return replace(request, adapter="", scale=1.0) if request.adapter in merged else request


def _details_of(
    folder: AdapterFolder, source: str, name: str, title: str, about: str, size: int, seconds: float
) -> AdapterDetails:
    return AdapterDetails(
        name=name,
        title=title,
        about=about,
        source=source or str(folder.path),
        loaded=True,
        kind=folder.title,
        rank=folder.rank,
        parameters=folder.parameters,
        bytes=size,
        targets=folder.targets,
        shared=not folder.why_merged,
        why=folder.why_merged,
        warnings=folder.warnings,
        seconds=seconds,
    )
