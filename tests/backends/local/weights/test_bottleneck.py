"""Bottleneck adapters in one batch with the base and with a LoRA: rows as plain hooks make them, the base untouched."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from engine_requests import answers, ids_of, news, request
from plain_bottleneck import random_bottleneck, with_bottleneck
from random_adapters import lora
from test_lora import generated
from tiny_models import tiny_model

from playground.backends.local.backend import LocalBackend
from playground.backends.local.forward.decoder import Decoder
from playground.backends.local.forward.precision import prepare
from playground.backends.local.kv.cache import SlotCache
from playground.backends.local.weights.lora import LoraAdapter
from playground.backends.local.weights.wide_bottleneck import BottleneckWeights
from playground.backends.local.weights.wide_lora import BASE, AdapterUse
from playground.errors import ModelUnavailable

pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")

Backends = Callable[..., LocalBackend]
BOTH, ONE = ("down_proj", "o_proj"), ("down_proj",)
OF_GPT2 = ("mlp.c_proj", "attn.c_proj")


@pytest.mark.parametrize(("name", "ends"), [("llama", BOTH), ("gpt2", OF_GPT2), ("gemma3-mixed", ONE)])
def test_every_row_is_what_the_model_with_plain_hooks_answers(
    backend_of: Backends, tokenizer: Any, name: str, ends: tuple[str, ...]
) -> None:
    low_rank = {"r": 4, "lora_alpha": 8, "target_modules": "all-linear", "fan_in_fan_out": name == "gpt2"}
    beside, (merged,) = lora(tiny_model(name), "lora", 5, (1,), **low_rank)
    first, second = (random_bottleneck(tiny_model(name), str(seed), seed, ends, width=5 + seed) for seed in (1, 2))
    models = {("1", scale): with_bottleneck(tiny_model(name), first, scale) for scale in (0.5, 1.0)}
    models |= {
        ("2", 1.0): with_bottleneck(tiny_model(name), second),
        ("lora", 1.0): merged,
        ("", 1.0): tiny_model(name),
    }
    backend = backend_of(name)
    for adapter in (first, beside, second):
        backend.attach(adapter)
    asked = [(text, *use) for text in ("the cat sat", "a house") for use in models]
    streams = [backend.stream(request(text, adapter=by, scale=scale, max_tokens=20)) for text, by, scale in asked]
    found = [list(news(stream)) for stream in streams]
    for (text, by, scale), got in zip(asked, found, strict=True):
        assert ids_of(got) == generated(models[by, scale], tokenizer, text, 20), (text, by, scale)
        assert got[0].origin.adapter == (f"{by} (random)" if by else "")
    assert len({tuple(ids_of(got)) for got in found}) >= 8, "the adapters must make a difference"


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@torch.inference_mode()
def test_the_base_has_the_very_same_numbers_beside_them_and_nothing_is_left_behind(precision: Any) -> None:
    decoder = Decoder(prepare(tiny_model("llama"), precision))

    def logits(*uses: AdapterUse) -> torch.Tensor:
        batch = SlotCache(decoder.layout, len(uses), 8)
        for use in uses:
            source = SlotCache(decoder.layout, 1, 8)
            source.add_row()
            decoder.prefill(source, [5, 6, 7, 8], use)
            batch.add_row_copy(source, 0, 4)
        return decoder.decode(batch, [9] * len(uses), uses)

    alone = logits(BASE, BASE, BASE)
    for number, ends in enumerate((BOTH, ONE)):
        adapter = random_bottleneck(tiny_model("llama"), str(number), number, ends)
        decoder.lora.attach(decoder.lora.check(adapter))
    mixed = logits(BASE, AdapterUse("0", 2.0), AdapterUse("1"))
    assert torch.equal(mixed[0], alone[0])
    assert not torch.equal(mixed[1], alone[1])
    assert not torch.equal(mixed[2], alone[2])
    held = decoder.lora.bytes
    decoder.lora.detach("0")
    again = logits(BASE, AdapterUse("1"), AdapterUse("1"))
    assert torch.allclose(again[1].float(), mixed[2].float(), atol=1e-5 if precision == "float32" else 0.1)
    assert 0 < decoder.lora.bytes < held
    decoder.lora.detach("1")
    assert decoder.lora.bytes == 0
    assert torch.equal(logits(BASE, BASE, BASE), alone)


DOWN = "model.layers.1.mlp.down_proj"
FITTING = ((4, 64), (4,), (64, 4), (64,))


@pytest.mark.parametrize(
    ("path", "shapes", "value", "match"),
    [
        ("model.layers.9.mlp.down_proj", FITTING, 0.1, r"no model\.layers\.9"),
        ("model.embed_tokens", FITTING, 0.1, "a Embedding"),
        (DOWN, ((4, 32), (4,), (64, 4), (64,)), 0.1, r"\[4, 32\] and \[4\] and \[64, 4\] and \[64\] for .*down_proj"),
        (DOWN, ((4, 64), (5,), (64, 4), (64,)), 0.1, "down_proj; that module is"),
        (DOWN, FITTING, float("nan"), "down_proj that are not numbers"),
    ],
)
def test_what_does_not_fit_is_refused_whole(
    backend_of: Backends, path: str, shapes: tuple[tuple[int, ...], ...], value: float, match: str
) -> None:
    backend = backend_of()
    plain = answers(backend, request())
    bad = BottleneckWeights(*(torch.full(shape, value) for shape in shapes))
    with pytest.raises(ModelUnavailable, match=match):
        backend.attach(LoraAdapter("bad", {path: bad}, "bad one"))
    assert backend.adapters == ()
    assert answers(backend, request()) == plain
