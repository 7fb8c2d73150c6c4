"""Slots and stored prefixes: any architecture decodes as `generate` does, and rows never touch each other."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_models import CONFIGS, VOCABULARY, tiny_model
from transformers import BloomConfig, BloomForCausalLM, MambaConfig, MambaForCausalLM

from playground.backends.local.forward.decoder import Decoder
from playground.backends.local.forward.precision import prepare
from playground.backends.local.kv.cache import SlotCache
from playground.backends.local.kv.layout import LayerShape, Layout
from playground.backends.local.kv.prefix_cache import CachedPrefix, NextLogits, PrefixCache
from playground.backends.local.weights.wide_lora import BASE, AdapterUse
from playground.errors import ModelUnavailable
from playground.types import Origin

LAYOUT = Layout((LayerShape(2, 4, 6), LayerShape(1, 4, 4)), torch.float32, torch.device("cpu"))


def prompts(*lengths: int) -> list[list[int]]:
    generator = torch.Generator().manual_seed(4)
    return [torch.randint(3, VOCABULARY, (length,), generator=generator).tolist() for length in lengths]


def greedy(model: Any, ids: list[int], tokens: int) -> list[int]:
    """What `generate` answers."""
    output = model.generate(
        torch.tensor([ids]), max_new_tokens=tokens, do_sample=False, eos_token_id=None, pad_token_id=2
    )
    return output[0, len(ids) :].tolist()  # type: ignore[no-any-return]


def prefilled(decoder: Decoder, ids: list[int], chunk: int) -> tuple[SlotCache, torch.Tensor]:
    cache = SlotCache(decoder.layout, 1, len(ids))
    cache.add_row()
    for start in range(0, len(ids), chunk):
        logits = decoder.prefill(cache, ids[start : start + chunk], BASE)
    return cache, logits


@pytest.mark.parametrize("fused", [False, True], ids=["plain", "fused"])
@pytest.mark.parametrize("name", CONFIGS)
@torch.inference_mode()
def test_rows_of_unlike_length_decode_as_generate_does(name: str, fused: bool) -> None:
    """Chunked prompts, a row that joins late, a row that leaves, growth: each row's tokens stay those of `generate`."""
    expected = {len(ids): greedy(tiny_model(name), ids, 24) for ids in prompts(5, 30, 13)}
    model = prepare(tiny_model(name), "float32") if fused else tiny_model(name)
    decoder = Decoder(model)
    batch, got = SlotCache(decoder.layout, 2, 32), {length: [] for length in expected}
    order: list[int] = []

    def join(ids: list[int]) -> None:
        source, logits = prefilled(decoder, ids, chunk=7)
        batch.add_row_copy(source, 0, len(ids))
        order.append(len(ids))
        got[len(ids)].append(int(logits.argmax()))

    def step() -> None:
        if max(batch.lengths) + 1 > batch.capacity:
            batch.resize(batch.rows, batch.capacity + 16)
        for length, token in zip(
            order, decoder.decode(batch, [got[n][-1] for n in order], [BASE] * len(order)).argmax(-1), strict=True
        ):
            got[length].append(int(token))

    five, thirty, thirteen = prompts(5, 30, 13)
    join(five)
    join(thirty)
    for _ in range(8):
        step()
    batch.resize(3, batch.capacity)
    join(thirteen)
    for _ in range(8):
        step()
    batch.remove(0)
    order[0] = order.pop()
    for _ in range(7):
        step()
    assert {n: len(tokens) for n, tokens in got.items()} == {5: 17, 30: 24, 13: 16}
    for length, tokens in got.items():
        assert tokens == expected[length][: len(tokens)]


@pytest.mark.parametrize(
    "model",
    [
        BloomForCausalLM(BloomConfig(hidden_size=64, n_layer=2, n_head=4, vocab_size=VOCABULARY)),
        MambaForCausalLM(MambaConfig(hidden_size=32, num_hidden_layers=2, vocab_size=VOCABULARY, state_size=4)),
    ],
    ids=["alibi", "state-space"],
)
def test_an_architecture_that_cannot_is_refused_by_name(model: Any) -> None:
    with pytest.raises(ModelUnavailable, match=type(model).__name__):
        Decoder(model)


@given(
    st.lists(
        st.one_of(st.tuples(st.just("add"), st.integers(1, 9)), st.tuples(st.just("remove"), st.integers(0, 9))),
        max_size=15,
    )
)
@settings(deadline=None, max_examples=60)
def test_rows_keep_their_content_when_others_come_and_go(moves: list[tuple[str, int]]) -> None:
    cache, expected = SlotCache(LAYOUT, 2, 9), []
    for number, (move, size) in enumerate(moves, 1):
        if move == "add":
            source = SlotCache(LAYOUT, 1, size)
            for layer in source.layers:
                layer.keys += number
                layer.values += number / 2
            source.add_row()
            cache.resize(len(expected) + 3, 9)
            cache.add_row_copy(source, 0, size)
            expected.append((number, size))
        elif expected:
            place = size % len(expected)
            cache.remove(place)
            expected[place] = expected[-1]
            expected.pop()
            cache.resize(len(expected) + 2, 9)
    assert cache.lengths == [size for _, size in expected]
    assert cache.bytes == (len(expected) + 2) * 9 * LAYOUT.bytes_per_token
    for layer in cache.layers:
        for row, (number, size) in enumerate(expected):
            assert (layer.keys[row, :, :size] == number).all()
            assert (layer.values[row, :, :size] == number / 2).all()
        for row, size in enumerate([*cache.lengths, 0, 0]):  # what a row left could be no number, and masks let that by
            assert not layer.keys[row, :, size:].any()
            assert not layer.values[row, :, size:].any()


def prefix(ids: list[int], use: AdapterUse = BASE) -> CachedPrefix:
    cache = SlotCache(LAYOUT, 1, len(ids))
    cache.add_row()
    cache.lengths = [len(ids)]
    return CachedPrefix(np.array(ids), cache, use)


BYTE = LAYOUT.bytes_per_token


def test_the_longest_common_beginning_is_found_under_the_same_adapter_and_scale() -> None:
    store = PrefixCache()
    uses = (BASE, AdapterUse("a", 1.0), AdapterUse("a", 0.5), AdapterUse("b", 1.0))
    for ids, use in (([1, 2, 3, 4, 5, 6], uses[0]), ([1, 2, 3, 4, 9, 9], uses[0]), ([1, 2, 3, 4, 5, 6, 7], uses[1])):
        store.add(prefix(ids, use), 100 * BYTE)
    query = np.array([1, 2, 3, 4, 5, 6, 7, 8])
    assert [store.longest_match(query, use)[1] for use in uses] == [6, 7, 0, 0]
    assert store.longest_match(np.array([1, 2, 3]), BASE) == (None, 0)


def test_a_continuation_replaces_what_it_continues() -> None:
    store = PrefixCache()
    store.add(prefix([1, 2, 3, 4, 5]), 100 * BYTE)
    store.add(prefix([1, 2, 3, 4, 5, 6, 7]), 100 * BYTE)
    store.add(prefix([1, 2, 3, 4, 5, 6]), 100 * BYTE)
    assert store.bytes() == 7 * BYTE


def test_of_equal_beginnings_the_one_whose_logits_are_known_is_found() -> None:
    store = PrefixCache()
    prompt, one, other = prefix([1, 2, 3, 4, 5]), prefix([1, 2, 3, 4, 5, 6]), prefix([1, 2, 3, 4, 5, 7])
    prompt.logits_by_length[5] = NextLogits(torch.ones(1), Origin(weights="x"))
    for added in (prompt, one, other):  # two answers to one prompt: the first took the prompt's logits over
        store.add(added, 100 * BYTE)
    for _ in range(3):
        assert store.longest_match(prompt.ids, BASE) == (one, 5)
    begun = store.start(prompt.ids, BASE, LAYOUT)
    assert begun.cache.lengths == [5]
    assert begun.logits_by_length[5] is prompt.logits_by_length[5]

    assert store.start(prompt.ids, BASE, LAYOUT, max_reused=2).cache.lengths == [2]


def test_virtual_tokens_are_known_however_few() -> None:
    store, virtual, ids = PrefixCache(), prefix([-1, -2]), np.array([-1, -2, 5, 6])
    assert store.start(ids, BASE, LAYOUT).cache.size == 0
    assert store.start(ids, BASE, LAYOUT, virtual).cache.size == 2


def test_what_an_adapter_computed_is_forgotten_with_it() -> None:
    store, uses = PrefixCache(), (BASE, AdapterUse("a", 1.0), AdapterUse("a", 0.5))
    for use in uses:
        store.add(prefix([1, 2, 3, 4, 5], use), 100 * BYTE)
    for first in (-1, -3):
        store.add(prefix([first, first - 1, 3, 4, 5]), 100 * BYTE)
    store.forget("a", np.empty(0, dtype=np.int64))
    assert [store.longest_match(np.array([1, 2, 3, 4, 5]), use)[1] for use in uses] == [5, 0, 0]
    store.forget("b", np.array([-3, -4]))
    assert [store.longest_match(np.array([first, first - 1, 3, 4]), BASE)[1] for first in (-1, -3)] == [4, 0]
    assert store.bytes() == 10 * BYTE


def test_the_least_recently_used_goes_first_and_the_budget_holds() -> None:
    store = PrefixCache()
    for first in (10, 20, 30):
        store.add(prefix([first] * 5), 15 * BYTE)
    store.longest_match(np.array([10] * 5), BASE)
    store.add(prefix([40] * 5), 15 * BYTE)
    found = {first: store.longest_match(np.array([first] * 5), BASE)[1] for first in (10, 20, 30, 40)}
    assert found == {10: 5, 20: 0, 30: 5, 40: 5}
    store.add(prefix([50] * 20), 15 * BYTE)  # larger than the budget: not kept, nothing lost
    assert store.bytes() == 15 * BYTE
    store.shrink(0)
    assert store.bytes() == 0
