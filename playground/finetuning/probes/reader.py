"""What a probe asks of weights: how likely a text is as an answer, and what they answer themselves."""

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Protocol

from playground.backends.base import Backend, Request, Stream
from playground.backends.catalog import Catalog
from playground.errors import NotSupported
from playground.types import Delta, Message, Sampling, Weights

TOGETHER = 16  # texts that are read, or answers that are written, at once

Messages = tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Likelihood:
    """The log-probability of a text in nats, and its number of tokens."""

    total: float
    tokens: int

    @property
    def surprise(self) -> float:
        """Nats a token: the logarithm of the perplexity."""
        return -self.total / max(self.tokens, 1)


@dataclass(frozen=True, slots=True)
class GreedyAnswer:
    """The likeliest-token answer, and exp(mean token log-probability): how sure the model was of its own words.

    Of an answer without words there is nothing to be sure of."""

    text: str
    confidence: float | None


class Reader(Protocol):
    """Weights that can be probed."""

    def likelihoods(self, asked: Sequence[tuple[Messages, str]]) -> Iterator[Likelihood]:
        """How likely each text is as the answer to its messages, in order; closing stops the work."""
        ...

    def answers(self, asked: Sequence[tuple[Messages, str]], max_tokens: int) -> Iterator[GreedyAnswer]:
        """The greedy answer to each (messages, how the answer begins), in order; closing stops the work."""
        ...


@dataclass(frozen=True, slots=True)
class CatalogReader:
    """Weights of a model that the catalog has loaded. Raises NotSupported for one without logits."""

    catalog: Catalog
    weights: Weights

    def likelihoods(self, asked: Sequence[tuple[Messages, str]]) -> Iterator[Likelihood]:
        with self.catalog.keep_loaded(self.weights.model, self.weights.adapter):
            backend = self._backend()

            def score(pair: tuple[Messages, str]) -> Likelihood:
                tokens = backend.score(self._request(pair[0]), pair[1])
                return Likelihood(sum(token.logprob for token in tokens), len(tokens))

            for start in range(0, len(asked), TOGETHER):
                with ThreadPoolExecutor(TOGETHER) as threads:  # the engine reads at once what waits at once
                    yield from threads.map(score, asked[start : start + TOGETHER])

    def answers(self, asked: Sequence[tuple[Messages, str]], max_tokens: int) -> Iterator[GreedyAnswer]:
        sampling = Sampling(temperature=0, max_tokens=max_tokens, top_logprobs=1)
        with self.catalog.keep_loaded(self.weights.model, self.weights.adapter):
            backend = self._backend()
            for start in range(0, len(asked), TOGETHER):
                with ExitStack() as open_streams:
                    streams = [
                        open_streams.enter_context(closing(backend.stream(self._request(messages, sampling, prefill))))
                        for messages, prefill in asked[start : start + TOGETHER]
                    ]
                    yield from map(_collect, streams)

    def _backend(self) -> Backend:
        backend = self.catalog.loaded_backend(self.weights.model)
        if backend is None or not backend.capabilities.logits:
            message = f"The model {self.weights.model!a} gives no probabilities of a text, or is not loaded."
            raise NotSupported(message)
        return backend

    def _request(self, messages: Messages, sampling: Sampling | None = None, prefill: str = "") -> Request:
        return Request(
            messages=messages,
            prefill=prefill,
            sampling=sampling or Sampling(),
            model=self.weights.model,
            adapter=self.weights.adapter,
            scale=self.weights.scale,
            visitor=self.catalog.visitor,
        )


def _collect(stream: Stream) -> GreedyAnswer:
    text, logprobs = "", []
    for news in stream:
        if isinstance(news, Delta):
            text += news.text
            logprobs += [token.logprob for token in news.tokens]
    sure = math.exp(sum(logprobs) / len(logprobs)) if text.strip() and logprobs else None
    return GreedyAnswer(text, sure)
