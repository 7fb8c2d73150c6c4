"""Rows that share a beginning: numbers are those of copies, each byte is held and counted once, the last frees it."""

import gc
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from patience import until
from tiny_models import tiny_model
from torch.nn import functional

from playground.backends.base import Request
from playground.backends.local.backend import LocalBackend
from playground.backends.local.forward.decoder import Decoder
from playground.backends.local.forward.precision import prepare
from playground.backends.local.kv.cache import SlotCache
from playground.backends.local.kv.layout import LayerShape, Layout
from playground.backends.local.kv.prefix_cache import MIN_SHARED_TOKENS, CachedPrefix, PrefixCache
from playground.backends.local.weights.wide_lora import BASE, AdapterUse
from playground.types import Delta, Message, Sampling

Backends = Callable[..., LocalBackend]
LAYOUT = Layout((LayerShape(2, 4, 4),), torch.float64, torch.device("cpu"))
LONG = "the cat sat on the mat and the dog ran to the house " * 10


def filled(tokens: int, prefix: SlotCache | None = None) -> SlotCache:
    cache = SlotCache(LAYOUT, 1, tokens)
    cache.add_row(prefix)
    cache.layers[0].keys.normal_()
    cache.layers[0].values.normal_()
    cache.lengths = [tokens]
    return cache


def whole(cache: SlotCache, row: int, name: str) -> torch.Tensor:
    """All that a row follows, and its own, `[heads, tokens, size]`."""
    prefix = cache.prefixes[row]
    chain = [] if prefix is None else prefix.with_prefixes
    own = getattr(cache.layers[0], name)[row, :, : cache.lengths[row]]
    return torch.cat([*(getattr(link.layers[0], name)[0] for link in chain), own], 1)


# -------------------------------------------------------------------------------------------- same numbers
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(1, 7)), min_size=1, max_size=9))
@settings(deadline=None, max_examples=60)
def test_attention_is_that_over_all_keys_in_one_piece(rows: list[tuple[int, int]]) -> None:
    torch.manual_seed(1)
    root = filled(9)
    prefixes = [None, root, filled(3, root), filled(5, root), filled(4)]
    cache = SlotCache(LAYOUT, len(rows), 8)
    for which, own in rows:
        cache.add_row(prefixes[which])
        cache.lengths[-1] = own
    cache.layers[0].keys.normal_()
    cache.layers[0].values.normal_()
    query, new_keys, new_values = (torch.randn(len(rows), 2, some, 4, dtype=torch.float64) for some in (3, 1, 1))
    places = cache.begin_step()
    mask = torch.zeros(len(rows), 1, 1, max(cache.lengths) + 1, dtype=torch.float64)
    mask.masked_fill_((torch.arange(mask.shape[-1]) > places[:, None])[:, None, None], -1e300)
    got = cache.layers[0].attend(query, new_keys, new_values, mask, 0.5)
    for row, (which, own) in enumerate(rows):
        assert cache.offsets[row] == (0, 9, 12, 14, 4)[which]
        cache.lengths[row] = own + 1
        expected = functional.scaled_dot_product_attention(
            query[row], whole(cache, row, "keys"), whole(cache, row, "values"), scale=0.5
        )
        torch.testing.assert_close(got[row], expected)


@pytest.mark.parametrize("name", ["llama", "qwen2"])
@torch.inference_mode()
def test_a_row_goes_on_after_its_siblings_left_and_the_stem_goes_with_the_last(name: str) -> None:
    ids = torch.arange(3, 60).tolist()
    decoder = Decoder(prepare(tiny_model(name), "float32"))
    assert decoder.ways.shares
    prefix = SlotCache(decoder.layout, 1, 40)
    prefix.add_row()
    decoder.prefill(prefix, ids[:40], BASE)
    prompt = SlotCache(decoder.layout, 1, 17)
    prompt.add_row(prefix)
    decoder.prefill(prompt, ids[40:47], BASE)  # in chunks, over what it follows
    logits = decoder.prefill(prompt, ids[47:], BASE)
    plain = tiny_model(name)
    expected = plain.generate(torch.tensor([ids]), max_new_tokens=12, do_sample=False, eos_token_id=None)[0, 57:]
    batch = SlotCache(decoder.layout, 4, 16)
    batch.add_row()  # a stranger, who follows nothing
    for _ in range(3):
        batch.add_row(prompt)
    got, order = [int(logits.argmax())], ["stranger", "sibling", "other sibling", "this"]
    for step in range(11):
        if step in (2, 4, 6):  # the last takes the place of who goes
            leaver = {2: "sibling", 4: "other sibling", 6: "stranger"}[step]
            place = order.index(leaver)
            batch.remove(place)
            order[place] = order[-1]
            order.pop()
        fed = [got[-1] if who == "this" else 20 + step + len(who) for who in order]
        got.append(int(decoder.decode(batch, fed, [BASE] * len(fed))[order.index("this")].argmax()))
    assert got == expected.tolist()
    gone = [weakref.ref(prefix), weakref.ref(prompt)]
    del prefix, prompt
    gc.collect()
    assert all(ref() is not None for ref in gone)
    batch.remove(0)
    gc.collect()
    assert all(ref() is None for ref in gone)


@pytest.mark.parametrize("name", ["llama", "gpt2", "mistral-sliding", "gemma3-mixed"])
def test_models_whose_layers_cannot_share_have_copies(backend_of: Backends, name: str) -> None:
    """Other layers than the fused ones, and windows: a row follows nothing, and still says the same."""
    fused = name == "mistral-sliding"
    backend = backend_of(prepare(tiny_model(name), "float32") if fused else tiny_model(name))
    assert not backend._decoder.ways.shares
    together = texts(backend, request(LONG, n=3))
    assert together == texts(backend_of(tiny_model(name)), request(LONG, n=1)) * 3


# ---------------------------------------------------------------------------------------------- in a store
def entry(store: PrefixCache, ids: list[int], use: AdapterUse = BASE) -> CachedPrefix:
    """Computed as far as it was not known."""
    made = store.start(np.array(ids), use, LAYOUT, split=True)
    made.cache.lengths = [made.cache.capacity]
    store.add(made, 10**9)
    return made


def test_beginnings_that_differ_later_are_split_once_and_followed_by_all() -> None:
    store, header, size = PrefixCache(), list(range(150)), LAYOUT.bytes_per_token
    first = entry(store, [*header, 200, 201])
    first.cache.layers[0].keys.normal_()
    before = first.cache.layers[0].keys.clone()
    second, third = entry(store, [*header, 300]), entry(store, [*header, 400, 401, 402])
    (prefix,) = {second.cache.prefixes[0], third.cache.prefixes[0]}
    assert prefix is not None
    assert prefix.size == 150
    assert store.bytes() == (150 + 2 + 1 + 3) * size
    again, _ = store.longest_match(first.ids, BASE)
    assert again is not None
    assert again.cache.prefixes == [prefix]
    assert torch.equal(whole(again.cache, 0, "keys"), before[0])
    assert torch.equal(whole(second.cache, 0, "keys")[:, :150], before[0, :, :150])
    # Shorter than it is worth, inside of a prefix, and under an adapter: a copy of its own.
    for ids, use in (
        ([*range(MIN_SHARED_TOKENS - 1), 500], BASE),
        ([*range(140), 500], BASE),
        ([*header, 1], AdapterUse("a")),
    ):
        assert entry(store, ids, use).cache.prefixes == [None]


def test_what_others_hold_is_not_the_stores_to_count_or_to_drop() -> None:
    store, size = PrefixCache(), LAYOUT.bytes_per_token
    held = entry(store, list(range(100, 200)))
    entry(store, list(range(200, 300)))
    assert store.bytes() == 200 * size
    assert store.bytes({held.cache}) == 100 * size
    store.shrink(0, {held.cache})
    assert store.longest_match(held.ids, BASE) == (held, 100)
    store.shrink(0)
    assert store.bytes() == 0


# ---------------------------------------------------------------------------------------------- in an engine
def request(text: str, n: int = 1, **sampling: Any) -> Request:
    settings = Sampling(**{"temperature": 0, "max_tokens": 20, "logit_bias": {2: -100.0}, **sampling})
    return Request(messages=(Message("user", text),), n=n, sampling=settings)


def texts(backend: LocalBackend, asked: Request) -> list[str]:
    return read(asked, backend.stream(asked))


def read(asked: Request, stream: Any) -> list[str]:
    said = [""] * asked.n
    for delta in deltas(stream):
        said[delta.index] += delta.text
    return said


def deltas(stream: Any) -> Iterator[Delta]:
    return (event for event in stream if isinstance(event, Delta))


def test_samples_hold_their_prompt_once_and_free_it(backend_of: Backends) -> None:
    backend = backend_of()
    token = backend._decoder.layout.bytes_per_token
    stream = backend.stream(request(LONG, n=8, max_tokens=100))
    size = next(deltas(stream)).prompt_tokens
    assert size is not None
    stats = backend.stats
    assert stats.rows == 8
    assert stats.slot_bytes == 8 * 128 * token, "the rows' own tokens, and no copy of the prompt"
    assert stats.prompt_bytes == size * token
    assert stats.prefix_bytes == 0, "what the rows hold is not counted again"
    stream.close()
    until(lambda: backend.stats.rows == 0)
    stats = backend.stats
    assert (stats.slot_bytes, stats.prompt_bytes, stats.prefix_bytes) == (0, 0, size * token)


def test_a_long_prompt_does_not_widen_the_rows_of_others(backend_of: Backends) -> None:
    backend = backend_of()
    streams = [backend.stream(request(text, max_tokens=80)) for text in ("cat", LONG * 3)]
    for stream in streams:
        next(deltas(stream))
    assert backend.stats.slot_bytes == 2 * 128 * backend._decoder.layout.bytes_per_token
    for stream in streams:
        stream.close()


def test_shared_prompts_leave_room_for_more_rows(backend_of: Backends) -> None:
    text, token = LONG * 3, backend_of()._decoder.layout.bytes_per_token
    copies = 4 * 512 * token  # room for the prompt and the answer four times
    backend = backend_of(max_rows=16, kv_bytes=copies)
    stream = backend.stream(request(text, n=12, max_tokens=100))
    next(deltas(stream))
    assert backend.stats.rows == 12
    stream.close()
    streams = [backend.stream(request(LONG + str(i), n=1 + i % 3 * 4, max_tokens=20 + i)) for i in range(12)]
    for stream in streams:  # split, dropped and followed within the budget
        for _ in deltas(stream):
            stats = backend.stats
            assert stats.slot_bytes + stats.prompt_bytes + stats.prefix_bytes <= copies


def test_a_split_keeps_to_the_budget(backend_of: Backends, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the first leaves beyond the split is held by its rows; a second copy of it has no room."""
    probe = backend_of()
    first, second = request(LONG * 3, n=4, max_tokens=100), request(LONG + "x" * 200, n=2, max_tokens=100)
    sizes = [probe.count_tokens(one.messages) for one in (first, second)]
    token = probe._decoder.layout.bytes_per_token
    budget = (8 * 128 + sizes[0] + -(-sizes[1] // 128) * 128) * token
    backend, left = backend_of(kv_bytes=budget), []
    engine, decode = backend._engine, backend._decoder.decode

    def watched(*given: Any) -> torch.Tensor:
        left.append(engine._kv_budget._spare_bytes(engine._tickets) - engine._snapshot().prefix_bytes)
        return decode(*given)

    monkeypatch.setattr(backend._decoder, "decode", watched)
    running = backend.stream(first)
    next(deltas(running))
    assert all(texts(backend, second))
    assert min(left) >= 0
    running.close()


@pytest.mark.parametrize("temperature", [0.0, 1.2])
def test_texts_are_those_of_rows_alone_with_and_without_others(backend_of: Backends, temperature: float) -> None:
    """In float32, few-shot headers: samples and single requests after one header, among strangers, as if alone."""
    settings = {"temperature": temperature, "seed": 5, "max_tokens": 30}
    asked = [request(LONG + end, n, **settings) for end, n in (("cat?", 1), ("dog?", 4), ("house?", 1), ("mat?", 3))]
    alone = [texts(backend_of(), one) for one in asked]
    backend = backend_of()
    others = [backend.stream(request(f"{i} the dog", temperature=1, max_tokens=200)) for i in range(3)]
    for stream in others:
        next(deltas(stream))
    streams = [backend.stream(one) for one in asked]
    until(lambda: backend.stats.rows == 12)
    assert backend.between_steps(lambda: depths(backend)).result() >= 2, "a prompt after the header, followed by rows"
    assert [read(one, stream) for one, stream in zip(asked, streams, strict=True)] == alone
    for stream in others:
        stream.close()


def depths(backend: LocalBackend) -> int:
    prefixes = [
        prefix for batch in backend._engine._batches.values() for prefix in batch.cache.prefixes if prefix is not None
    ]
    return max((len(prefix.with_prefixes) for prefix in prefixes), default=0)


def test_a_prefix_may_be_forgotten_while_rows_follow_it(backend_of: Backends) -> None:
    backend, asked = backend_of(), request(LONG, n=4, temperature=1.2, seed=3, max_tokens=60)
    undisturbed = texts(backend_of(), asked)
    stream = backend.stream(asked)
    begun = next(deltas(stream))
    backend.between_steps(lambda: backend._engine.prefixes.shrink(0)).result()
    assert backend.stats.prompt_bytes > 0
    rest = read(asked, stream)
    rest[begun.index] = begun.text + rest[begun.index]
    assert rest == undisturbed
    until(lambda: backend.stats.rows == 0)
    stats = backend.stats
    assert (stats.slot_bytes, stats.prompt_bytes, stats.prefix_bytes) == (0, 0, 0)
