"""Base class of task models, which read the last user message, whole or not at all."""

import time
from collections.abc import Generator, Sequence
from threading import Lock
from typing import Any, ClassVar

from playground.backends.base import Capabilities, NextToken, Request
from playground.backends.details import ModelDetails
from playground.backends.local.weights.threads import with_all_threads
from playground.errors import ModelUnavailable, NotSupported, PromptTooLong
from playground.types import Delta, Finding, Message, Origin, Token

UNBOUNDED = 1_000_000  # what tokenizers say when they know no limit is larger than this


class TaskModel:
    """A `Backend` over a model for one task. Safe to use from many threads: one text is read at a time.

    `label` is what people read as the name of its weights. Subclasses say in `_find` what they find in a text.
    """

    task: ClassVar[str]
    sampling: ClassVar[frozenset[str]] = frozenset()  # the settings it honours

    def __init__(self, model: Any, tokenizer: Any, label: str, details: ModelDetails) -> None:
        if not tokenizer.is_fast:
            raise ModelUnavailable(
                f"{label} has a tokenizer that cannot say where its tokens lie; it needs a fast one."
            )
        self._model, self._tokenizer, self._label, self._details = model, tokenizer, label, details
        self._lock = Lock()
        limits = (details.context_length, tokenizer.model_max_length)
        self._max_tokens = min((limit for limit in limits if limit and limit < UNBOUNDED), default=None)
        self._capabilities = Capabilities(
            sampling=self.sampling,
            prefill=False,
            samples=bool(self.sampling),
            logprobs=False,
            task=self.task,
            chat=False,
            context_length=self._max_tokens,
        )

    @property
    def capabilities(self) -> Capabilities:
        return self._capabilities

    @property
    def details(self) -> ModelDetails:
        return self._details

    def stream(self, request: Request) -> Generator[Delta, None, None]:
        """Raises PromptTooLong at once, or InvalidSetup for a text that the task cannot be done on."""
        text = last_user_message(request.messages)
        tokens = self._check(text)
        return self._stream(request, text, tokens)

    def _stream(self, request: Request, text: str, tokens: int) -> Generator[Delta, None, None]:
        started, origin = time.monotonic(), Origin(weights=self._label)
        with self._lock:
            findings, answer = with_all_threads(lambda: self._find(text))
        for index in range(request.n):
            yield Delta(
                index=index,
                text=answer,
                prompt_tokens=tokens,
                finish_reason="stop",
                seconds=time.monotonic() - started,
                origin=origin,
                findings=findings,
            )

    def _find(self, text: str) -> tuple[tuple[Finding, ...], str]:
        """What is in the text, and the same in words."""
        raise NotImplementedError  # abstract

    def _check(self, text: str) -> int:
        """Length of the text in tokens. Raises PromptTooLong."""
        tokens = self._length(text)
        if self._max_tokens is not None and tokens > self._max_tokens:
            raise PromptTooLong(
                f"The text has {tokens:,} tokens; this model reads {self._max_tokens:,} at most. Shorten it."
            )
        return tokens

    def _length(self, text: str) -> int:
        with self._lock:
            return len(self._tokenizer(text, verbose=False)["input_ids"])

    def count_tokens(self, messages: tuple[Message, ...], prefill: str = "") -> int:
        return self._length(last_user_message(messages))

    def prompt_text(self, messages: tuple[Message, ...], prefill: str = "") -> str:
        with self._lock:
            return str(self._tokenizer.decode(self._tokenizer(last_user_message(messages), verbose=False)["input_ids"]))

    def next_token(self, request: Request) -> NextToken:
        raise NotSupported(f"{self._label} is made for one task and predicts no next token; choose a language model.")

    def score(self, request: Request, text: str | Sequence[int]) -> tuple[Token, ...]:
        raise NotSupported(f"{self._label} is made for one task and scores no text; choose a language model.")

    def close(self) -> None:
        """The memory is free once nobody holds on to the model."""


def last_user_message(messages: Sequence[Message]) -> str:
    """What a model for one task reads of a conversation: the last thing the user said."""
    return next((message.content for message in reversed(messages) if message.role == "user"), "")
