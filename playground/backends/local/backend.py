"""A local model behind `Backend`: prompts in through its chat template, text out of the shared batch."""

import secrets
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, cast

import numpy as np
import torch

from playground.backends.base import Capabilities, Request, Stream
from playground.backends.local.admission import Limits, Stats
from playground.backends.local.batch import Vocabulary
from playground.backends.local.decoder import Decoder
from playground.backends.local.engine import Engine
from playground.backends.local.next_token import LocalNextToken
from playground.backends.local.prefixes import common
from playground.backends.local.prompt import encode, prompt_text, takes_system
from playground.backends.local.resident import page_out
from playground.backends.local.ticket import Ticket
from playground.errors import InvalidSetup, PromptTooLong, UnknownModel
from playground.parameters import parameters
from playground.types import Message, Sampling


class LocalBackend:
    """A loaded transformers model. Safe to use from many threads.

    `model` is a causal language model, or a peft model over one, already on its device and in its precision
    (`precision.prepare`). Raises ModelUnavailable for an architecture that the engine cannot run.
    """

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        *,
        max_rows: int = 64,
        max_queue: int = 256,
        max_seconds: float = 600,
        kv_bytes: int = 1 << 30,
    ) -> None:
        self._tokenizer = tokenizer
        self._decoder = Decoder(model)
        page_out(getattr(model, "idle_weights", ()))  # the decoder has just read them once, to compare
        limits = Limits(max_rows=max_rows, max_queue=max_queue, max_seconds=max_seconds, kv_bytes=kv_bytes)
        self._vocabulary = Vocabulary(tokenizer, model.generation_config)
        self._engine = Engine(self._decoder, self._vocabulary, limits)
        self._capabilities = Capabilities(
            sampling=frozenset(parameter.name for parameter in parameters(Sampling)),
            system=takes_system(tokenizer),
            logits=True,
            chat=bool(tokenizer.chat_template),
            context_length=self._decoder.context_length,
        )

    @property
    def capabilities(self) -> Capabilities:
        return self._capabilities

    @property
    def stats(self) -> Stats:
        """What the engine holds now."""
        return self._engine.stats()

    def stream(self, request: Request) -> Stream:
        """Submit the request now; iterate for its deltas. Closing or dropping the iterator stops the work.

        Raises at once PromptTooLong, UnknownModel for an adapter that is not loaded, InvalidSetup for a logit
        bias of a token that does not exist; while iterating LimitReached or GenerationFailed.
        """
        return cast(Stream, self._engine.submit(self._ticket(request, request.n)))

    def next_token(self, messages: tuple[Message, ...], prefix: str = "", adapter: str | None = None) -> LocalNextToken:
        """What may come after the prompt; tokens of the prefix count as generated."""
        ticket = self._ticket(Request(messages=messages, begun=prefix, adapter=adapter), 0)
        ids = ticket.ids.tolist()
        (logits,) = (event for event in self._engine.submit(ticket) if isinstance(event, torch.Tensor))
        return LocalNextToken(logits, ids[: ticket.asked], ids[ticket.asked :], self._vocabulary.text)

    def count_tokens(self, messages: tuple[Message, ...], prefix: str = "") -> int:
        """Exact length in tokens of the prompt that `stream` would send."""
        return len(encode(self._tokenizer, messages, prefix))

    def prompt_text(self, messages: tuple[Message, ...], prefix: str = "") -> str:
        """The prompt as the model reads it, control tokens included."""
        return prompt_text(self._tokenizer, messages, prefix)

    def between_steps(self, errand: Callable[[], Any]) -> "Future[Any]":
        """Run `errand` while no forward pass runs: the safe moment to add or remove an adapter."""
        return self._engine.between_steps(errand)

    def close(self) -> None:
        """End running requests with GenerationFailed, stop the thread and free the memory."""
        self._engine.close()

    def _ticket(self, request: Request, samples: int) -> Ticket:
        ids = np.array(encode(self._tokenizer, request.messages, request.prefix + request.begun), dtype=np.int64)
        asked = len(ids)
        if request.begun:  # a token that ends in the sample's own words is its own
            asked = common(ids, np.array(encode(self._tokenizer, request.messages, request.prefix), dtype=np.int64))
        window = self._decoder.context_length
        if window is not None and len(ids) + 1 > window:
            raise PromptTooLong(
                f"The prompt has {len(ids):,} tokens; this model takes {window - 1:,} and an answer. Shorten it."
            )
        if request.adapter is not None and request.adapter not in self._decoder.adapters:
            raise UnknownModel(f"No adapter {request.adapter!r} is loaded on this model.")
        size = self._decoder.vocabulary_size
        for token in request.sampling.logit_bias:
            if not 0 <= token < size:
                what = f"sampling.logit_bias has token {token}; this model's tokens are 0 to {size - 1:,}."
                raise InvalidSetup(what, ("sampling", "logit_bias"))
        room = window - len(ids) if window is not None else request.sampling.max_tokens
        return Ticket(
            request=request,
            ids=ids,
            asked=asked,
            limit=min(request.sampling.max_tokens, room),
            seed=secrets.randbits(63) if request.sampling.seed is None else request.sampling.seed,
            samples=samples,
        )
