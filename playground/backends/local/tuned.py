"""One base with its adapters behind one `Backend`: those that share a batch, and those that run alone."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Any

from playground.backends.base import Capabilities, NextToken, Request, Stream
from playground.backends.details import AdapterDetails, ModelDetails
from playground.backends.loads import Report
from playground.backends.local.adapter_folder import AdapterFolder, read_adapter
from playground.backends.local.adapters import shared
from playground.backends.local.backend import LocalBackend
from playground.errors import NotSupported
from playground.types import Delta, Message, Origin, Progress, Token

Change = Callable[[Any], Any]
Fresh = Callable[[Change, str], LocalBackend]


@dataclass(frozen=True)
class _Renamed:
    """A lone copy's news, with the name of the base and of what was merged into it."""

    stream: Stream
    origin: Origin

    def __iter__(self) -> Stream:
        return self

    def __next__(self) -> Delta | Progress:
        news = next(self.stream)
        if isinstance(news, Delta) and news.origin is not None:
            return replace(news, origin=self.origin)
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
        self._changing = Lock()

    @property
    def capabilities(self) -> Capabilities:
        return self._base.capabilities

    @property
    def details(self) -> ModelDetails:
        adapters = tuple(self._adapters.values())
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
        size = self._details.memory_bytes if alone else folder.parameters * self._model.dtype.itemsize
        report.reserve(size)
        report(Progress(what=f"Loading {title}", total=folder.size / 1e6, unit="MB"))
        adapter = lone = None
        if alone:
            from playground.backends.local.lone import merge  # and peft with it, which takes a second

            lone = self._fresh(lambda model: merge(folder, model), f"{self._label} + {name}")
        else:
            adapter = shared(folder, name, self._model)
        details = _described(folder, source, name, title, about, size, time.monotonic() - started)
        with self._changing:  # only now: whoever detaches another must not wait for what is read
            if lone is not None:
                self._alone[name] = lone
            if adapter is not None:
                self._base.attach(adapter)
            self._adapters[name] = details
        return details

    def detach(self, name: str) -> None:
        """Forget an adapter. Its memory is free once nobody holds on to it."""
        with self._changing:
            if (lone := self._alone.pop(name, None)) is not None:
                lone.close()
            elif name in self._adapters:
                self._base.detach(name)
            self._adapters.pop(name, None)

    # -------------------------------------------------------------------------------------------- backend
    def stream(self, request: Request) -> Stream:
        if (lone := self._lone(request)) is None:
            return self._base.stream(_on_base(request, self._alone))
        origin = Origin(weights=self._label, adapter=request.adapter)
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
