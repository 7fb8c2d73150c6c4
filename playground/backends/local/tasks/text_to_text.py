"""Sequence to sequence: another text comes out, such as a summary or a translation."""

import random
import time
from collections.abc import Generator
from typing import Any

import torch
from torch import Tensor

from playground.backends.base import Request
from playground.backends.local.engine.detokenise import Detokeniser
from playground.backends.local.engine.honoured import DRAWN
from playground.backends.local.engine.sampling import History, SamplingControls, next_tokens, random_stream
from playground.backends.local.engine.token_readings import TokenReading, read_tokens
from playground.backends.local.engine.vocabulary import Vocabulary
from playground.backends.local.tasks.base import TaskModel
from playground.backends.local.transformers_internals import CACHE, cache_of
from playground.backends.stop_strings import Piece, StopFilter
from playground.types import Delta, FinishReason, Origin, Sampling

ReadToken = tuple[int, TokenReading]


class TextToText(TaskModel):
    """Decodes token by token with the engine's own sampling; one row at a time."""

    task = "text_to_text"
    sampling = DRAWN | {"max_tokens", "stop", "top_logprobs"}  # see `_decode`

    def _stream(self, request: Request, text: str, tokens: int) -> Generator[Delta, None, None]:
        started, seed = time.monotonic(), request.sampling.seed
        seed = random.randrange(2**32) if seed is None else seed
        vocabulary = Vocabulary(self._tokenizer, self._model.generation_config)
        with self._lock:
            encoded = self._tokenizer(text, return_tensors="pt")
        for index in range(request.n):
            state = _DecoderState(self._model, encoded)
            yield Delta(
                index=index,
                prompt_tokens=tokens,
                origin=Origin(weights=self._label),
                seconds=time.monotonic() - started,
            )
            for news in _decode(state, vocabulary, request.sampling, seed, index):
                pieces, reason = news
                yield Delta(
                    index=index,
                    text="".join(piece.text for piece in pieces),
                    tokens=tuple(vocabulary.token(p.token[0], p.text, p.token[1]) for p in pieces),
                    finish_reason=reason,
                    seconds=time.monotonic() - started,
                )


class _DecoderState:
    """The text as the encoder reads it, and what was decoded so far. `next` is one step of the decoder."""

    @torch.inference_mode()
    def __init__(self, model: Any, encoded: Any) -> None:
        self._model = model
        inputs = encoded.to(model.device)
        self._mask = inputs["attention_mask"]
        self._encoded = model.get_encoder()(input_ids=inputs["input_ids"], attention_mask=self._mask)
        self._past: Any = None
        settings = model.generation_config
        start = settings.decoder_start_token_id
        if start is None:
            start = settings.bos_token_id if settings.bos_token_id is not None else settings.pad_token_id
        self.last = int(start or 0)
        self._forced = settings.forced_bos_token_id
        banned = [words[0] for words in settings.bad_words_ids or () if len(words) == 1]
        self._banned = [*banned, *(settings.suppress_tokens or ())]

    @torch.inference_mode()
    def next(self) -> Tensor:
        """Logits of the next token, `[1, vocabulary]`, float32."""
        output = self._model(
            encoder_outputs=self._encoded,
            attention_mask=self._mask,
            decoder_input_ids=torch.tensor([[self.last]], device=self._model.device),
            use_cache=True,
            **{CACHE: self._past},
        )
        self._past = cache_of(output)
        logits: Tensor = output.logits[:, -1].float().clone()
        if self._forced is not None:
            keep = logits[:, self._forced].clone()
            logits.fill_(-torch.inf)
            logits[:, self._forced], self._forced = keep, None
        elif self._banned:
            logits[:, self._banned] = -torch.inf
        return logits


def _decode(
    state: _DecoderState, vocabulary: Vocabulary, sampling: Sampling, seed: int, index: int
) -> Generator[tuple[list[Piece[ReadToken]], FinishReason | None], None, None]:
    """Text that became certain, and at last why it ended."""
    history, controls, stream = History(sampling), SamplingControls.of([sampling]), random_stream(seed, index)
    text, stops = Detokeniser(vocabulary.decode), StopFilter[ReadToken](sampling.stop)
    for count in range(1, sampling.max_tokens + 1):
        logits = state.next().cpu()
        tokens = next_tokens(logits, [history], controls, [stream])
        (reading,) = read_tokens(logits, tokens, [sampling.top_logprobs])
        state.last = token = int(tokens[0])
        history.add(token)
        if token in vocabulary.ends:
            yield stops.finish(), "stop"
            return
        pieces = stops.push(Piece((token, reading), text.push(token)))
        if stops.stopped:
            yield pieces, "stop"
            return
        if count == sampling.max_tokens:
            yield pieces + stops.finish(), "length"
            return
        yield pieces, None
