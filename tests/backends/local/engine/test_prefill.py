"""Prompts read together: the numbers of each alone, a common beginning read once, and nobody fails for another."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from patience import until
from tiny_models import tiny_model

from playground.backends.base import Request
from playground.backends.local.backend import LocalBackend
from playground.backends.local.forward.decoder import Decoder
from playground.backends.local.forward.precision import prepare
from playground.backends.local.kv.cache import SlotCache
from playground.backends.local.weights.wide_lora import BASE
from playground.errors import PlaygroundError
from playground.types import Delta, Message, Sampling

Backends = Callable[..., LocalBackend]
HEADER = "the cat sat on the mat and the dog ran to the house " * 8


@pytest.fixture(scope="module")
def decoder() -> Decoder:
    return Decoder(prepare(tiny_model("llama"), "float32"))


def request(text: str, **sampling: Any) -> Request:
    given = Sampling(**{"temperature": 0, "max_tokens": 6, "logit_bias": {2: -100.0}, **sampling})
    return Request(messages=(Message("user", text),), sampling=given)


def text_of(stream: Any) -> str:
    return "".join(event.text for event in stream if isinstance(event, Delta))


# ------------------------------------------------------------------------------------------------ in one pass
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 9), st.booleans()), min_size=1, max_size=6))
@settings(deadline=None, max_examples=30)
def test_each_prompt_gets_the_numbers_that_it_gets_alone(
    decoder: Decoder, prompts: list[tuple[int, int, bool]]
) -> None:
    """Any lengths, after any number of tokens known before, with and without a prefix that two of them share."""
    with torch.inference_mode():
        prefix = SlotCache(decoder.layout, 1, 4)
        prefix.add_row()
        decoder.prefill(prefix, [5, 6, 7, 8], BASE)

        def caches() -> list[SlotCache]:
            made = []
            for number, (known, size, follows) in enumerate(prompts):
                cache = SlotCache(decoder.layout, 1, known + size)
                cache.add_row(prefix if follows else None)
                if known:
                    decoder.prefill(cache, [3 + number] * known, BASE)
                made.append(cache)
            return made

        runs = [[10 + number + token for token in range(size)] for number, (_, size, _) in enumerate(prompts)]
        alone, together = caches(), caches()
        expected = torch.stack([decoder.prefill(c, run, BASE) for c, run in zip(alone, runs, strict=True)])
        assert torch.allclose(decoder.prefill_together(together, runs, BASE), expected, rtol=1e-4, atol=1e-4)
    for one, other in zip(alone, together, strict=True):
        assert one.lengths == other.lengths
        for mine, theirs in zip(one.layers, other.layers, strict=True):
            assert torch.allclose(mine.keys, theirs.keys, rtol=1e-4, atol=1e-4)
            assert torch.allclose(mine.values, theirs.values, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("kind", "joins"), [("llama", True), ("gpt2", False)])
def test_only_lean_layers_read_several_prompts(backend_of: Backends, kind: str, joins: bool) -> None:
    backend = backend_of(kind)
    assert backend._decoder.ways.joins == joins
    streams = [backend.stream(request(f"{i} dog")) for i in range(4)]
    assert [text_of(one) for one in streams] == [
        text_of(backend_of(kind).stream(request(f"{i} dog"))) for i in range(4)
    ]


# ------------------------------------------------------------------------------------------------ in an engine
class Watched:
    """Counts what a decoder reads, and holds its engine until all that is asked has arrived."""

    def __init__(self, backend: LocalBackend, monkeypatch: pytest.MonkeyPatch) -> None:
        self.backend, self.passes = backend, list[list[int]]()
        decoder = backend._decoder
        one, several = decoder.prefill, decoder.prefill_together

        def prefill(cache: Any, ids: Any, use: Any) -> torch.Tensor:
            self.passes.append([len(ids)])
            return one(cache, ids, use)

        def prefill_all(caches: Any, runs: Any, use: Any) -> torch.Tensor:
            self.passes.append([len(run) for run in runs])
            return several(caches, runs, use)

        monkeypatch.setattr(decoder, "prefill", prefill)
        monkeypatch.setattr(decoder, "prefill_together", prefill_all)

    @property
    def tokens(self) -> int:
        return sum(map(sum, self.passes))

    def ask(self, *asked: Request) -> list[Any]:
        """At one moment."""
        streams: list[Any] = []
        self.backend.between_steps(lambda: streams.extend(self.backend.stream(one) for one in asked)).result()
        return streams


@pytest.fixture
def watched(backend_of: Backends, monkeypatch: pytest.MonkeyPatch) -> Watched:
    return Watched(backend_of(), monkeypatch)


def test_short_prompts_that_arrive_together_are_read_together(watched: Watched) -> None:
    assert all(text_of(one) for one in watched.ask(request("mat")))  # the template is known
    watched.passes.clear()
    streams = watched.ask(*(request(f"{i} dogs") for i in range(6)))
    assert all(text_of(one) for one in streams)
    assert len(watched.passes) == 1
    assert len(watched.passes[0]) == 6


@pytest.mark.parametrize("chunk", [40, 512])
def test_a_header_that_all_have_is_read_once(watched: Watched, monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    """Also if they arrive at one moment, and if it takes several passes."""
    monkeypatch.setattr("playground.backends.local.engine.engine.CHUNK", chunk)
    monkeypatch.setattr("playground.backends.local.engine.engine.CHUNK_ALONE", chunk)
    asked = [request(HEADER + f"{i} dogs") for i in range(5)]
    alone = watched.backend.count_tokens(asked[0].messages)
    streams = watched.ask(*asked)
    assert all(text_of(one) for one in streams)
    assert watched.tokens < alone + 5 * 20


def test_a_short_prompt_does_not_wait_for_a_long_one_with_the_same_beginning(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playground.backends.local.engine.engine.CHUNK_ALONE", 40)
    prefill, advance = watched.backend._engine.prefill, watched.backend._engine.prefill.advance
    asked, read = list[Any](), list[int]()
    short = "the cat sat on the mat and the dog ran to the house. " * 4

    def note(*given: Any) -> int:
        if asked[1]._ticket.has_ended:  # noted here: by the time its text is heard of, the other may have been read too
            read.append(watched.tokens)
        return advance(*given)

    monkeypatch.setattr(prefill, "advance", note)
    both = request(short + HEADER * 2), request(short + "mat", max_tokens=1)
    watched.backend.between_steps(lambda: asked.extend(watched.backend.stream(one) for one in both)).result()
    for stream in asked:
        text_of(stream)
    assert read
    assert read[0] < watched.backend.count_tokens(both[0].messages)


def test_a_long_prompt_is_read_though_short_ones_keep_coming(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playground.backends.local.engine.engine.CHUNK_ALONE", 16)
    prefill, asked, most = watched.backend._engine.prefill, list[Any](), 200
    advance = prefill.advance

    def ask(*requests: Request) -> None:
        asked.extend(watched.backend.stream(one) for one in requests)

    def busy(*given: Any) -> int:
        """Whenever something was read, somebody new asks for as much as a step reads."""
        if not asked[0]._ticket.has_ended and len(asked) < most:
            ask(request(f"{len(asked)} dogs", max_tokens=1))
        return advance(*given)

    monkeypatch.setattr(prefill, "advance", busy)
    first = [request(text, max_tokens=1) for text in (HEADER, "cats", "house", "mat")]
    watched.backend.between_steps(lambda: ask(*first)).result()
    for stream in asked:
        text_of(stream)
    assert len(asked) < most


def test_who_waits_for_a_prompt_that_is_stopped_is_read_itself(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playground.backends.local.engine.engine.CHUNK_ALONE", 16)
    first, second = watched.ask(request(HEADER + "cat"), request(HEADER + "dog"))
    first.close()
    assert text_of(second) == text_of(watched.backend.stream(request(HEADER + "dog")))


def test_logits_that_are_none_fail_their_prompt_alone(backend_of: Backends, monkeypatch: pytest.MonkeyPatch) -> None:
    backend = backend_of()
    several = backend._decoder.prefill_together

    def broken(*given: Any) -> torch.Tensor:
        logits = several(*given)
        logits[1] = torch.nan
        return logits

    watched = Watched(backend, monkeypatch)
    text_of(backend.stream(request("mat")))
    monkeypatch.setattr(backend._decoder, "prefill_together", broken)
    first, second, third = watched.ask(*(request(f"{i} dogs") for i in range(3)))
    assert text_of(first)
    with pytest.raises(PlaygroundError, match="no valid probabilities"):
        text_of(second)
    assert text_of(third)


def test_prompts_whose_pass_fails_are_read_one_by_one_and_the_engine_goes_on(
    backend_of: Backends, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = backend_of()
    watched = Watched(backend, monkeypatch)
    text_of(backend.stream(request("mat")))
    running = backend.stream(request("house", max_tokens=200))
    next(event for event in running if isinstance(event, Delta))
    with monkeypatch.context() as patch:

        def broken(*given: Any) -> torch.Tensor:
            raise RuntimeError("out of memory")

        patch.setattr(backend._decoder, "prefill_together", broken)
        for stream in watched.ask(*(request(f"{i} dogs") for i in range(3))):
            assert text_of(stream)
        patch.setattr(backend._decoder, "prefill", broken)
        for stream in watched.ask(*(request(f"{i} houses") for i in range(3))):
            with pytest.raises(PlaygroundError, match="the server's log says why"):
                text_of(stream)
    assert text_of(running)
    assert text_of(backend.stream(request("9 dogs")))
    until(lambda: backend.stats.rows == 0)
