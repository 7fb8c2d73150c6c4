"""Asks a model of the catalog, be it on this machine or an endpoint, several things at once."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from typing import Any, Protocol

from playground.backends.base import Request, Stream
from playground.backends.catalog import Catalog
from playground.errors import ModelUnavailable
from playground.types import Delta, Message, Sampling, Weights


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenText:
    """What a model wrote; `cut` where it was not at its end."""

    text: str
    cut: bool = False


class Writer(Protocol):
    """Whatever answers messages."""

    @property
    def together(self) -> int:
        """How many answers it writes at once."""

    def write(
        self, asked: Sequence[tuple[Message, ...]], max_tokens: int, temperature: float, seed: int, begins: str = ""
    ) -> Iterator[WrittenText | None]:
        """The answer to each, in order, and None now and then meanwhile, so that it can be closed, which stops the
        work. Where a model can be made to, it `begins` so."""


@dataclass(frozen=True, slots=True)
class CatalogWriter:
    """A model that the catalog has loaded, or is connected to. What it does not honour is left as it is there."""

    catalog: Catalog
    weights: Weights

    @property
    def together(self) -> int:
        backend = self.catalog.loaded_backend(self.weights.model)
        return backend.capabilities.parallel if backend else 1

    def write(
        self, asked: Sequence[tuple[Message, ...]], max_tokens: int, temperature: float, seed: int, begins: str = ""
    ) -> Iterator[WrittenText | None]:
        with self.catalog.keep_loaded(self.weights.model, self.weights.adapter):
            backend = self.catalog.loaded_backend(self.weights.model)
            if backend is None:
                raise ModelUnavailable(f"The model {self.weights.model!a} is not loaded any more; begin again.")
            wanted: dict[str, Any] = {"max_tokens": max_tokens, "temperature": temperature}
            sampling = Sampling(**{k: v for k, v in wanted.items() if k in backend.capabilities.sampling})
            begins = begins if backend.capabilities.prefill else ""
            seeded = "seed" in backend.capabilities.sampling
            at_once = max(1, backend.capabilities.parallel)
            for start in range(0, len(asked), at_once):
                with ExitStack() as opened:
                    streams = [
                        opened.enter_context(
                            closing(
                                backend.stream(
                                    Request(
                                        messages=messages,
                                        prefill=begins,
                                        sampling=replace(sampling, seed=seed + place) if seeded else sampling,
                                        model=self.weights.model,
                                        adapter=self.weights.adapter,
                                        scale=self.weights.scale,
                                        visitor=self.catalog.visitor,
                                    )
                                )
                            )
                        )
                        for place, messages in enumerate(asked[start : start + at_once], start)
                    ]
                    for stream in streams:
                        yield (yield from _collect(stream, begins))


def _collect(stream: Stream, begins: str) -> Generator[None, None, WrittenText]:
    text, reason = begins, None
    for news in stream:
        if isinstance(news, Delta):
            text, reason = text + news.text, news.finish_reason or reason
        yield None
    return WrittenText(text=text.strip(), cut=reason == "length")
