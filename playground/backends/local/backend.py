"""The backend of a local language model, over its chat template, engine and adapters."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, cast

import torch

from playground.backends.base import Capabilities, Request, Stream
from playground.backends.details import FastPaths
from playground.backends.local.adapters.adapter_registry import Adapter, AdapterRegistry
from playground.backends.local.adapters.effect import fixed_prompt_logprobs
from playground.backends.local.engine.admission import EngineLimits, EngineStats
from playground.backends.local.engine.chat_template import takes_functions
from playground.backends.local.engine.detokenise import Detokeniser
from playground.backends.local.engine.engine import Engine
from playground.backends.local.engine.honoured import FORMS, HONOURED
from playground.backends.local.engine.next_token import LocalNextToken
from playground.backends.local.engine.prompt import check_template, encode, prompt_text, takes_system
from playground.backends.local.engine.requests import TicketFactory
from playground.backends.local.engine.token_readings import TokenReading
from playground.backends.local.engine.vocabulary import Vocabulary
from playground.backends.local.forward.decoder import Decoder
from playground.backends.local.weights.page_out import page_out
from playground.errors import LimitReached
from playground.types import Message, Token


class LocalBackend:
    """A loaded transformers model. Safe to use from many threads.

    `model` is a causal language model, already on its device and in its precision (`precision.prepare`); `label` is
    what people read as the name of its weights. Raises ModelUnavailable for an architecture the engine cannot run
    and for a chat template with a fault.
    """

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        *,
        label: str = "",
        max_rows: int = 64,
        max_queue: int = 256,
        max_seconds: float = 600,
        kv_bytes: int = 1 << 30,
    ) -> None:
        check_template(tokenizer)
        self._tokenizer = tokenizer
        self._decoder = Decoder(model)
        page_out(getattr(model, "idle_weights", ()))  # the decoder has just read them once, to compare
        limits = EngineLimits(max_rows=max_rows, max_queue=max_queue, max_seconds=max_seconds, kv_bytes=kv_bytes)
        self._vocabulary = Vocabulary(tokenizer, model.generation_config)
        self._adapters = AdapterRegistry(self._decoder, label or type(model).__name__)
        self._ticket_factory = TicketFactory(tokenizer, self._decoder, self._adapters, self._vocabulary)
        self._engine = Engine(self._decoder, self._vocabulary, self._adapters, limits)
        self._capabilities = Capabilities(
            sampling=HONOURED,
            forms=FORMS,
            functions=takes_functions(tokenizer),
            system=takes_system(tokenizer),
            logits=True,
            adapters=True,
            chat=bool(tokenizer.chat_template),
            context_length=self._decoder.context_length,
            parallel=max_rows,
        )

    @property
    def capabilities(self) -> Capabilities:
        return self._capabilities

    @property
    def ways(self) -> FastPaths:
        """Which quick ways the model takes."""
        return self._decoder.ways

    @property
    def stats(self) -> EngineStats:
        """What the engine holds now."""
        return self._engine.stats()

    @property
    def adapters(self) -> tuple[str, ...]:
        """Names of the adapters that requests may use."""
        return self._adapters.names

    def attach(self, adapter: Adapter) -> None:
        """Add an adapter between two steps, while other rows go on; all of it or nothing.

        Raises InvalidSetup for a name that is taken, ModelUnavailable naming what does not fit this model.
        """
        self._engine.between_steps(lambda: self._adapters.attach(adapter)).result()

    def effect(self, name: str) -> float | None:
        """By how much an adapter changes log-probabilities after a fixed prompt, in nats; None for one that is gone."""
        return self._adapters.effect(name)

    def fixed_prompt_logprobs(self, extra: Sequence[int] = ()) -> torch.Tensor:
        """What the model says after the fixed prompt, to be compared with another's."""
        logprobs: torch.Tensor = self._engine.between_steps(
            lambda: fixed_prompt_logprobs(self._decoder, extra=extra)
        ).result()
        return logprobs

    def detach(self, name: str) -> None:
        """Remove an adapter and free its memory. Raises UnknownModel, and LimitReached while a request uses it."""
        self._engine.between_steps(lambda: self._detach(name)).result()

    def _detach(self, name: str) -> None:
        if self._engine.is_adapter_in_use(name):
            raise LimitReached(f"Adapter {name!r} is answering now. Wait until it is done, or stop it.")
        self._engine.prefixes.forget(name, self._adapters.detach(name))

    def stream(self, request: Request) -> Stream:
        """Submit the request now; iterate for its deltas. Closing or dropping the iterator stops the work.

        Raises at once PromptTooLong, UnknownModel for an adapter that is not loaded, NotSupported for a scale that
        it has not, InvalidSetup for a logit bias of a token that does not exist; while iterating LimitReached or
        GenerationFailed.
        """
        return cast(Stream, self._engine.submit(self._ticket_factory.for_samples(request, request.n)))

    def next_token(self, request: Request) -> LocalNextToken:
        """See `Backend.next_token`: its logits are kept, for any sampling settings."""
        ticket = self._ticket_factory.for_samples(request, 0)
        ids = ticket.vocabulary_ids
        (logits,) = (event for event in self._engine.submit(ticket) if isinstance(event, torch.Tensor))
        return LocalNextToken(logits, ids[: ticket.prompt_length], ids[ticket.prompt_length :], self._vocabulary.text)

    def score(self, request: Request, text: str | Sequence[int]) -> tuple[Token, ...]:
        """See `Backend.score`. Text is read as the continuation of the prompt, and control tokens in it as text."""
        if (ticket := self._ticket_factory.for_scoring(request, text)) is None:
            return ()
        stream = self._engine.submit(ticket)
        try:
            readings = [event for event in stream if isinstance(event, TokenReading)]
        finally:
            stream.close()
        before = ticket.vocabulary_ids[: ticket.scoring_start + 1 - ticket.virtual_count]
        pieces, token = Detokeniser(self._vocabulary.decode, before), self._vocabulary.token
        pairs = zip(ticket.answer, readings, strict=True)
        return tuple(token(number, pieces.push(number), reading) for number, reading in pairs)

    def count_tokens(self, messages: tuple[Message, ...], prefill: str = "") -> int:
        """Exact length in tokens of the prompt that `stream` would send."""
        return len(encode(self._tokenizer, messages, prefill))

    def prompt_text(self, messages: tuple[Message, ...], prefill: str = "") -> str:
        """The prompt as the model reads it, control tokens included."""
        return prompt_text(self._tokenizer, messages, prefill)

    def between_steps(self, work: Callable[[], Any]) -> "Future[Any]":
        """Run `work` while no forward pass runs: the safe moment to add or remove an adapter."""
        return self._engine.between_steps(work)

    def close(self) -> None:
        """End running requests with GenerationFailed, stop the thread and free the memory."""
        self._engine.close()
