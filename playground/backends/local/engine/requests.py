"""Turns a request into a ticket for the engine, or refuses it before it is queued."""

import secrets
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playground.backends.base import Request
from playground.backends.local.adapters.adapter_registry import AdapterRegistry
from playground.backends.local.engine.constraint import FormCompiler
from playground.backends.local.engine.prompt import encode
from playground.backends.local.engine.ticket import Ticket
from playground.backends.local.engine.vocabulary import Vocabulary
from playground.backends.local.files.tokenizer_checks import embedding_rows
from playground.backends.local.forward.decoder import Decoder
from playground.backends.local.kv.prefix_cache import common_length
from playground.errors import InvalidSetup, NotSupported, PromptTooLong

MIN_COPIED_TOKENS = 256  # tokens in all that samples of one prompt would copy; copying fewer is quicker than sharing


class TicketFactory:
    """Makes tickets for one model. May be used from any thread."""

    def __init__(self, tokenizer: Any, decoder: Decoder, adapters: AdapterRegistry, vocabulary: Vocabulary) -> None:
        self._tokenizer, self._decoder, self._adapters = tokenizer, decoder, adapters
        self._forms = FormCompiler(tokenizer, decoder.vocabulary_size, vocabulary.ends)
        self._rows = embedding_rows(decoder.model) or decoder.vocabulary_size

    def for_samples(self, request: Request, samples: int) -> Ticket:
        """For `samples` of the request, or with 0 for the logits after its prompt.

        Raises PromptTooLong, UnknownModel for the adapter, NotSupported for its scale or for a form of the answer,
        InvalidSetup for a bias or a form.
        """
        check_tokens(("sampling", "logit_bias"), request.sampling.logit_bias, self._decoder.vocabulary_size)
        vocabulary_ids = self._encode(request, request.generated_text)
        prompt_length = len(vocabulary_ids)
        if request.generated_text:  # a token that ends in the sample's own words is its own
            prompt_length = common_length(vocabulary_ids, self._encode(request))
        ticket = self._make(request, vocabulary_ids, prompt_length, samples)
        window = self._decoder.context_length
        if window is not None and len(ticket.ids) + 1 > window:
            raise PromptTooLong(
                f"The prompt has {len(ticket.ids):,} tokens{_virtual_tokens_note(ticket)}; this model takes "
                f"{window - 1:,} and an answer. Shorten it."
            )
        if request.form and samples:
            ticket.constraint = self._forms.build(request.form, request.prefill, request.generated_text)
        return ticket

    def for_scoring(self, request: Request, text: str | Sequence[int]) -> Ticket | None:
        """For scoring an answer; None if there is no token in it. Raises as `for_samples` does."""
        if isinstance(text, str):
            vocabulary_ids = self._encode(request, request.generated_text + text)
            start = common_length(vocabulary_ids, self._encode(request, request.generated_text))
        else:
            check_tokens(("text",), text, self._decoder.vocabulary_size)
            prompt = self._encode(request, request.generated_text)
            vocabulary_ids, start = np.concatenate([prompt, np.array(text, dtype=np.int64)]), len(prompt)
        ticket = self._make(request, vocabulary_ids[:-1], start, 0, tuple(vocabulary_ids[start:].tolist()))
        window, size = self._decoder.context_length, len(ticket.ids) + 1
        if window is not None and size > window:
            raise PromptTooLong(
                f"Prompt and answer have {size:,} tokens{_virtual_tokens_note(ticket)}; this model takes {window:,}. "
                "Shorten them."
            )
        return ticket if ticket.answer else None

    def _encode(self, request: Request, generated_text: str = "") -> NDArray[np.int64]:
        ids = np.array(encode(self._tokenizer, request.messages, request.prefill + generated_text), dtype=np.int64)
        if len(ids) and (most := int(ids.max())) >= self._rows:  # for the others of its pass too, it would be an error
            name = self._tokenizer.convert_ids_to_tokens(most)
            raise NotSupported(
                f"The prompt has the token {name!a} ({most:,}), which the tokenizer knows and this model does not: "
                f"its tokens are 0 to {self._rows - 1:,}. Write it otherwise."
            )
        return ids

    def _make(
        self,
        request: Request,
        vocabulary_ids: NDArray[np.int64],
        prompt_length: int,
        samples: int,
        answer: tuple[int, ...] = (),
    ) -> Ticket:
        use, virtual = self._adapters.resolve(request.adapter, request.scale)
        sampling, window, size = request.sampling, self._decoder.context_length, len(virtual) + len(vocabulary_ids)
        most = sampling.max_tokens if samples else 0
        return Ticket(
            request=request,
            ids=np.concatenate([virtual, vocabulary_ids]),
            prompt_length=prompt_length,
            limit=most if window is None else min(most, window - size),
            seed=secrets.randbits(63) if sampling.seed is None else sampling.seed,
            sample_count=samples,
            shares_prompt=self._decoder.ways.shares and samples > 1 and samples * size >= MIN_COPIED_TOKENS,
            virtual_count=len(virtual),
            use=use,
            answer=answer,
        )


def check_tokens(path: tuple[str, ...], tokens: Iterable[int], vocabulary_size: int) -> None:
    """Raises InvalidSetup, about the value at that path, for a token that does not exist."""
    for token in tokens:
        if not 0 <= token < vocabulary_size:
            rule = f"has token {token}; this model's tokens are 0 to {vocabulary_size - 1:,}."
            raise InvalidSetup(path=path, rule=rule)


def _virtual_tokens_note(ticket: Ticket) -> str:
    return f", {ticket.virtual_count:,} of them virtual ones of the adapter" if ticket.virtual_count else ""
