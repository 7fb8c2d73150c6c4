"""Requests to an engine and what came of them, for tests of its parts."""

from collections.abc import Iterator
from typing import Any

import pytest

from playground.backends.base import Request
from playground.backends.local.backend import LocalBackend
from playground.types import Delta, Message, Sampling


def request(
    text: str = "the cat",
    n: int = 1,
    prefix: str = "",
    begun: str = "",
    adapter: str = "",
    scale: float = 1.0,
    **sampling: Any,
) -> Request:
    settings = Sampling(**{"temperature": 0, "max_tokens": 20, **sampling})
    messages = (Message("user", text),)
    return Request(
        messages=messages, n=n, prefill=prefix, generated_text=begun, adapter=adapter, scale=scale, sampling=settings
    )


def answers(backend: LocalBackend, asked: Request) -> list[str]:
    texts = [""] * asked.n
    for event in backend.stream(asked):
        if isinstance(event, Delta):
            texts[event.index] += event.text
    return texts


def news(stream: Any) -> Iterator[Delta]:
    """Without what it says while it has none."""
    return (event for event in stream if isinstance(event, Delta))


def deltas(backend: LocalBackend, asked: Request) -> list[Delta]:
    return list(news(backend.stream(asked)))


def ids_of(found: list[Delta]) -> list[int]:
    return [token.id for delta in found for token in delta.tokens]


def count_prompt_tokens(backend: LocalBackend, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    computed: list[int] = []
    prefill = backend._decoder.prefill
    monkeypatch.setattr(
        backend._decoder,
        "prefill",
        lambda cache, ids, adapter: (computed.append(len(ids)), prefill(cache, ids, adapter))[1],
    )
    return computed
