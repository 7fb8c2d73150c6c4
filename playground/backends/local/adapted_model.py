"""One base with its adapters behind one `Backend`: those that share a batch, and those that run alone."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Any

from playground.backends.base import Capabilities, NextToken, Request, Stream
from playground.backends.details import AdapterDetails, ModelDetails
from playground.backends.loads import Report
from playground.backends.local.adapters.adapter_folder import AdapterFolder, read_adapter
from playground.backends.local.adapters.effect import AGAIN, difference
from playground.backends.local.adapters.tensors import shared
from playground.backends.local.backend import LocalBackend
from playground.errors import NotSupported
from playground.types import Delta, Message, Origin, Progress, Token

log = logging.getLogger(__name__)
NO_EFFECT = "It has no effect: after a fixed prompt the model says exactly what it says without it."
LARGEST = 1e9  # nats that are told; more is no number a program could read
Change = Callable[[Any], Any]
Fresh = Callable[[Change, str], LocalBackend]


class Effect:
    """By how much a copy of the base with an adapter merged in differs from the base, in nats."""

    def __init__(self, lone: LocalBackend, base: LocalBackend, tokens: Sequence[int]) -> None:
        self._lone, self._tokens = lone, tokens
        self._without = base.next_words(tokens)
        self._measure()

    def now(self) -> float:
        """Measured again, if it was not just now."""
        if time.monotonic() - self._at >= AGAIN:
            self._measure()
        return self.size

    def _measure(self) -> None:
        self.size = difference(self._without, self._lone.next_words(self._tokens))
        self._at = time.monotonic()


@dataclass(frozen=True)
class _Renamed:
    """A lone copy's news, with the name of the base and of what was merged into it."""

    stream: Stream
    origin: Callable[[], Origin]

    def __iter__(self) -> Stream:
        return self

    def __next__(self) -> Delta | Progress:
        news = next(self.stream)
        if isinstance(news, Delta) and news.origin is not None:
            return replace(news, origin=self.origin())
        return news

    def close(self) -> None:
        self.stream.close()


class TunedModel:
    """A loaded model that adapters can be attached to. Safe to use from many threads.

    `base` runs `model`, whose name for people is `label`. `fresh` makes another backend over a fresh copy of the
    base, after letting a function change it, under a label of its own.
    """

    def __init__(self, base: LocalBackend, model: Any, label: str, details: ModelDetails, fresh: Fresh) -> None:
        self._base, self._model, self._label, self._details, self._fresh = base, model, label, details, fresh
        self._adapters: dict[str, AdapterDetails] = {}
        self._alone: dict[str, LocalBackend] = {}
        self._effects: dict[str, Effect] = {}  # of those that run alone
        self._changing = Lock()

    @property
    def capabilities(self) -> Capabilities:
        return self._base.capabilities

    @property
    def details(self) -> ModelDetails:
        adapters = tuple(self._with_effect(adapter) for adapter in list(self._adapters.values()))
        held = self._details.memory_bytes + sum(adapter.bytes for adapter in adapters)
        return replace(self._details, adapters=adapters, memory_bytes=held)

    # ------------------------------------------------------------------------------------------- adapters
    def attach(self, path: Path, name: str, title: str, about: str, report: Report, source: str = "") -> AdapterDetails:
        """Read and check an adapter's folder and make it usable by its name; `source` is where people say it lies.

        Raises ModelUnavailable, LimitReached.
        """
        started = time.monotonic()
        report(Progress(what=f"Checking {title}"))
        folder = read_adapter(path, self._details.source)
        alone = folder.why_alone
        size = (
            self._copy_bytes(_shared_matrix(self._model)) if alone else folder.parameters * self._model.dtype.itemsize
        )
        report.reserve(size)
        report(Progress(what=f"Loading {title}", total=folder.size / 1e6, unit="MB"))
        adapter = lone = None
        if alone:
            from playground.backends.local.adapters.merged_adapter import (
                merge,  # and peft with it, which takes a second
            )

            twice = 0  # numbers of the one matrix for input and output, where the copy needs two

            def change(model: Any) -> Any:
                nonlocal twice
                merged = merge(folder, model)
                twice = _shared_matrix(self._model) - _shared_matrix(merged)
                return merged

            lone = self._fresh(change, f"{self._label} + {name}")
            size = self._copy_bytes(twice)
            try:
                effect = Effect(lone, self._base, folder.trained_tokens)
            except Exception:
                lone.close()
                raise
        else:
            adapter = shared(folder, name, self._model)
        details = _described(folder, source, name, title, about, size, time.monotonic() - started)
        with self._changing:  # only now: whoever detaches another must not wait for what is read
            if lone is not None:
                self._alone[name], self._effects[name] = lone, effect
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
        return replace(details, effect=min(size, LARGEST), warnings=warnings)

    def detach(self, name: str) -> None:
        """Forget an adapter. Its memory is free once nobody holds on to it."""
        with self._changing:
            if (lone := self._alone.pop(name, None)) is not None:
                lone.close()
                del self._effects[name]
            elif name in self._adapters:
                self._base.detach(name)
            self._adapters.pop(name, None)

    # -------------------------------------------------------------------------------------------- backend
    def stream(self, request: Request) -> Stream:
        if (lone := self._lone(request)) is None:
            return self._base.stream(_on_base(request, self._alone))
        effect = self._effects[request.adapter]

        def origin() -> Origin:
            return Origin(weights=self._label, adapter=request.adapter, without_effect=not effect.now())

        return _Renamed(lone.stream(replace(request, adapter="", scale=1.0)), origin)

    def score(self, request: Request, text: str | Sequence[int]) -> tuple[Token, ...]:
        if (lone := self._lone(request)) is None:
            return self._base.score(_on_base(request, self._alone), text)
        return lone.score(replace(request, adapter="", scale=1.0), text)

    def next_token(
        self,
        messages: tuple[Message, ...],
        prefix: str = "",
        adapter: str = "",
        scale: float = 1.0,
        visitor: str = "",
    ) -> NextToken:
        request = Request(messages=messages, adapter=adapter, scale=scale, visitor=visitor)
        if (lone := self._lone(request)) is not None:
            return lone.next_token(messages, prefix, visitor=visitor)
        request = _on_base(request, self._alone)
        return self._base.next_token(messages, prefix, request.adapter, request.scale, visitor)

    def count_tokens(self, messages: tuple[Message, ...], prefix: str = "") -> int:
        return self._base.count_tokens(messages, prefix)

    def prompt_text(self, messages: tuple[Message, ...], prefix: str = "") -> str:
        return self._base.prompt_text(messages, prefix)

    def close(self) -> None:
        """End what runs. The memory is free once nobody holds on to the model."""
        for backend in (self._base, *self._alone.values()):
            backend.close()
        self._alone.clear()

    def _lone(self, request: Request) -> LocalBackend | None:
        """The copy that a request is for, or None for the shared one. Raises NotSupported for a scale between."""
        lone = self._alone.get(request.adapter)
        if lone is None or request.scale == 0:
            return None
        if request.scale != 1:
            why = self._adapters[request.adapter].why
            raise NotSupported(
                f"{request.adapter!a} runs alone, merged into its base ({why}); its scale can be 1 or 0."
            )
        return lone


def _shared_matrix(model: Any) -> int:
    """How many numbers the matrix has that is both the input's and the output's; 0 where there are two."""
    first, last = model.get_input_embeddings(), model.get_output_embeddings()
    return first.weight.numel() if last is not None and last.weight is first.weight else 0


def _on_base(request: Request, alone: dict[str, LocalBackend]) -> Request:
    """Scale 0 of an adapter that the shared engine does not know is the base."""
    return replace(request, adapter="", scale=1.0) if request.adapter in alone else request


def _described(
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
        shared=not folder.why_alone,
        why=folder.why_alone,
        warnings=folder.warnings,
        seconds=seconds,
    )
