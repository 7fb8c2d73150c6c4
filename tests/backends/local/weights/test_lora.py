"""Adapters in one batch with the base: rows as the merged model answers, the base untouched, nothing left behind."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from engine_requests import answers, deltas, ids_of, news, request
from random_adapters import lora
from tiny_models import tiny_model

from playground.backends.local.backend import LocalBackend
from playground.backends.local.forward.decoder import Decoder
from playground.backends.local.forward.fused_layers import fuse_layers
from playground.backends.local.forward.precision import prepare
from playground.backends.local.kv.cache import SlotCache
from playground.backends.local.weights.lora import LoraAdapter, LoraWeights
from playground.backends.local.weights.wide_lora import BASE, AdapterUse, RowMask, WideLora
from playground.errors import GenerationFailed, InvalidSetup, LimitReached, ModelUnavailable, UnknownModel
from playground.types import Origin

pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")

Backends = Callable[..., LocalBackend]
ATTENTION = {"r": 8, "lora_alpha": 16, "target_modules": ["q_proj", "v_proj"]}
ALL = {"r": 4, "use_rslora": True, "rank_pattern": {"o_proj": 2}, "target_modules": "all-linear"}
CONV = {"r": 8, "lora_alpha": 4, "fan_in_fan_out": True, "target_modules": ["c_attn"]}
CONFIGS = {
    "llama": (ATTENTION, ALL),
    "gpt2": (CONV, ALL | {"fan_in_fan_out": True, "rank_pattern": {"c_fc": 2}}),
    "qwen2": (ATTENTION, ALL),
    "gemma3-mixed": (ATTENTION, ALL),
    "mistral-sliding": (ATTENTION, ALL),
}
ENDLESS = {"max_tokens": 300, "logit_bias": {2: -100.0}}


def generated(model: Any, tokenizer: Any, text: str, tokens: int) -> list[int]:
    """What `generate` answers, without the token that ends it."""
    turns = [{"role": "user", "content": text}]
    prompt = tokenizer.apply_chat_template(turns, add_generation_prompt=True, return_tensors="pt", return_dict=False)
    output = model.generate(prompt, max_new_tokens=tokens, do_sample=False)[0, prompt.shape[1] :].tolist()
    return [token for token in output if token != tokenizer.eos_token_id]


@pytest.mark.parametrize("name", CONFIGS)
def test_every_row_is_what_the_merged_model_answers(backend_of: Backends, tokenizer: Any, name: str) -> None:
    first, second = CONFIGS[name]
    adapter, merged = lora(tiny_model(name), "first", 1, (0.5, 1, 2), **first)
    other, (merged_other,) = lora(tiny_model(name), "second", 2, (1,), **second)
    models = dict(zip([("first", 0.5), ("first", 1.0), ("first", 2.0)], merged, strict=True))
    models |= {("", 1.0): tiny_model(name), ("first", 0.0): tiny_model(name), ("second", 1.0): merged_other}
    backend = backend_of(name)
    backend.attach(adapter)
    backend.attach(other)
    asked = [(text, *use) for text in ("the cat sat", "a house") for use in models]
    streams = [backend.stream(request(text, adapter=by, scale=scale, max_tokens=25)) for text, by, scale in asked]
    found = [list(news(stream)) for stream in streams]
    for (text, by, scale), got in zip(asked, found, strict=True):
        assert ids_of(got) == generated(models[by, scale], tokenizer, text, 25), (text, by, scale)
        label = f"{by} (random)" if by and scale else ""
        weights = type(tiny_model(name)).__name__
        assert [delta.origin for delta in got[:2]] == [
            Origin(weights=weights, adapter=label, scale=scale if label else 1.0),
            None,
        ]
    assert len({tuple(ids_of(got)) for got in found}) >= 8, "the adapters must make a difference"


def test_seeded_rows_are_what_the_merged_model_draws(tokenizer: Any) -> None:
    """In float64 rounding flips no draw."""

    def exact(model: Any) -> LocalBackend:
        fuse_layers(model.double(), None, tile=False)
        return LocalBackend(model, tokenizer)

    adapter, (merged,) = lora(tiny_model("llama"), "first", 1, (0.7,), **ATTENTION)
    backends = {use: exact(model) for use, model in ((("", 1.0), tiny_model("llama")), (("first", 0.7), merged))}
    drawn: dict[str, Any] = {"n": 2, "temperature": 1.1, "top_p": 0.9, "seed": 5, "frequency_penalty": 0.3}
    expected = {use: answers(backend, request(**drawn)) for use, backend in backends.items()}
    backend = backends["", 1.0]
    backend.attach(adapter)
    for _ in range(2):  # the second time, prompts come from the store
        streams = {use: backend.stream(request(adapter=use[0], scale=use[1], **drawn)) for use in backends}
        for use, stream in streams.items():
            texts = ["", ""]
            for delta in news(stream):
                texts[delta.index] += delta.text
            assert texts == expected[use]
    for made in backends.values():
        made.close()


@pytest.mark.parametrize("precision", ["float32", "bfloat16", "auto"])
@pytest.mark.parametrize("name", CONFIGS)
@torch.inference_mode()
def test_a_row_without_adapter_has_the_very_same_numbers_beside_others(name: str, precision: Any) -> None:
    decoder = Decoder(prepare(tiny_model(name), precision))

    def logits(*uses: AdapterUse) -> torch.Tensor:
        batch = SlotCache(decoder.layout, len(uses), 8)
        for use in uses:
            source = SlotCache(decoder.layout, 1, 8)
            source.add_row()
            decoder.prefill(source, [5, 6, 7, 8], use)
            batch.add_row_copy(source, 0, 4)
        return decoder.decode(batch, [9] * len(uses), uses)

    alone = logits(BASE, BASE, BASE)
    for number, config in enumerate(CONFIGS[name]):
        decoder.lora.attach(decoder.lora.check(lora(tiny_model(name), str(number), number, **config)[0]))
    mixed = logits(BASE, AdapterUse("0", 2.0), AdapterUse("1"))
    assert torch.equal(mixed[0], alone[0])
    assert not torch.equal(mixed[1], alone[1])
    assert not torch.equal(mixed[2], alone[2])
    for number in ("0", "1"):
        decoder.lora.detach(number)
    assert decoder.lora.bytes == 0
    assert torch.equal(logits(BASE, BASE, BASE), alone)


def test_adapters_come_and_go_while_others_decode(backend_of: Backends) -> None:
    backend = backend_of()
    (plain,) = answers(backend, request(**ENDLESS))
    running = backend.stream(request(**ENDLESS))
    said = next(news(running)).text
    (first, _), (second, _) = (lora(tiny_model("llama"), "voice", seed, **ATTENTION) for seed in (1, 2))
    texts = []
    for adapter in (first, second):  # another under the same name: nothing of the first may be left
        backend.attach(adapter)
        using = backend.stream(request(adapter="voice", **ENDLESS))
        next(news(using))
        with pytest.raises(LimitReached, match="'voice' is answering"):
            backend.detach("voice")
        using.close()
        texts += answers(backend, request(adapter="voice"))
        backend.detach("voice")
        assert backend.adapters == ()
        assert backend.stats.adapter_bytes == 0
    assert texts == [answers(backend_with(backend_of, each), request(adapter="voice"))[0] for each in (first, second)]
    with pytest.raises(UnknownModel, match="'voice'"):
        backend.detach("voice")
    with pytest.raises(UnknownModel, match="'voice'"):
        backend.stream(request(adapter="voice"))
    assert said + "".join(delta.text for delta in news(running)) == plain


def backend_with(backend_of: Backends, adapter: LoraAdapter) -> LocalBackend:
    backend = backend_of()
    backend.attach(adapter)
    return backend


Q = "model.layers.1.self_attn.q_proj"


@pytest.mark.parametrize(
    ("weights", "match"),
    [
        ({}, "no weights in it"),
        ({"model.layers.7.self_attn.q_proj": ((4, 64), (64, 4))}, r"no model\.layers\.7\.self_attn\.q_proj"),
        ({"model.embed_tokens": ((4, 64), (64, 4))}, r"model\.embed_tokens, a Embedding"),
        ({Q: ((4, 32), (64, 4))}, r"\[4, 32\] and \[64, 4\] for .*q_proj; that module is \[64, 64\]"),
        ({Q: ((4, 64), (64, 5))}, "q_proj"),
        ({Q: ((4, 64), (64, 4), torch.nan)}, "q_proj that are not numbers"),
        ({Q: ((4, 64), (64, 4), torch.inf)}, "q_proj that are not numbers"),
    ],
)
def test_what_does_not_fit_is_refused_whole(backend_of: Backends, weights: dict[str, Any], match: str) -> None:
    def made(a: tuple[int, int], b: tuple[int, int], value: float = 1.0) -> LoraWeights:
        return LoraWeights(torch.zeros(a), torch.full(b, value), 1.0)

    backend = backend_of()
    plain = answers(backend, request())
    good = {"model.layers.0.self_attn.q_proj": made((4, 64), (64, 4))} if weights else {}
    with pytest.raises(ModelUnavailable, match=match) as refused:
        backend.attach(LoraAdapter("bad", good | {path: made(*each) for path, each in weights.items()}, "bad one"))
    assert "bad one" in str(refused.value)
    assert backend.adapters == ()
    assert backend.stats.adapter_bytes == 0
    assert answers(backend, request()) == plain


def test_memory_that_runs_out_leaves_the_others_as_they_were(
    backend_of: Backends, monkeypatch: pytest.MonkeyPatch
) -> None:
    (first, _), (second, _) = (lora(tiny_model("llama"), str(seed), seed, **ALL) for seed in (1, 2))
    backend, join, joins = backend_with(backend_of, first), WideLora._join, [0]
    (said,), held = answers(backend, request("a dog", adapter="1")), backend.stats.adapter_bytes

    def scarce(wide: WideLora) -> None:
        joins[0] += 1
        if joins[0] == 4:
            raise MemoryError("no room")
        join(wide)

    monkeypatch.setattr(WideLora, "_join", scarce)
    with pytest.raises(MemoryError, match="no room"):
        backend.attach(second)
    assert backend.adapters == ("1",)
    assert backend.stats.adapter_bytes == held
    assert answers(backend, request("a dog at home", adapter="1")) != [said]
    assert answers(backend, request("a dog", adapter="1")) == [said]
    backend.attach(second)


def test_a_name_is_given_once(backend_of: Backends) -> None:
    adapter, _ = lora(tiny_model("llama"), "voice", 1, **ATTENTION)
    backend = backend_with(backend_of, adapter)
    with pytest.raises(InvalidSetup, match="'voice' is taken"):
        backend.attach(adapter)


def test_memory_is_what_the_weights_need(backend_of: Backends) -> None:
    """In the model's precision, and nothing held twice, however many adapters come and go."""
    backend = backend_of(precision="bfloat16")
    sizes: dict[str, int] = {}
    for number, config in enumerate([ATTENTION, ALL, ATTENTION, ALL]):
        adapter, _ = lora(tiny_model("llama"), str(number), number, **config)
        sizes[adapter.name] = sum(2 * (w.a.numel() + w.b.numel()) for w in adapter.weights.values())
        backend.attach(adapter)
    for name in ("1", "0"):
        assert backend.stats.adapter_bytes == sum(sizes.values())
        backend.detach(name)
        del sizes[name]
    assert backend.stats.adapter_bytes == sum(sizes.values()) > 0


def test_the_origin_is_what_was_applied_and_not_what_was_asked(
    backend_of: Backends, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter, _ = lora(tiny_model("llama"), "voice", 1, **ATTENTION)
    backend, aim = backend_with(backend_of, adapter), RowMask.set_uses
    (plain,) = answers(backend, request())
    with monkeypatch.context() as patch:  # an engine that forgets the adapter
        patch.setattr(RowMask, "set_uses", lambda mask, uses: aim(mask, [BASE] * len(uses)))
        found = deltas(backend, request("the cat", adapter="voice"))
    assert "".join(delta.text for delta in found) == plain
    assert found[0].origin == Origin(weights="LlamaForCausalLM")
    with monkeypatch.context() as patch:  # one that mixes rows up when they share a batch
        patch.setattr(RowMask, "set_uses", lambda mask, uses: aim(mask, uses if len(uses) == 1 else uses[::-1]))
        streams = [backend.stream(request("a dog", adapter=name, **ENDLESS)) for name in ("", "voice")]
        with pytest.raises(GenerationFailed, match="Another adapter"):
            list(streams[0])


def test_next_token_is_under_the_adapter(backend_of: Backends) -> None:
    adapter, _ = lora(tiny_model("llama"), "voice", 1, **ATTENTION)
    backend = backend_with(backend_of, adapter)
    asked = request(adapter="voice", scale=0.5, max_tokens=1, top_logprobs=1)
    (token,) = [token for delta in deltas(backend, asked) for token in delta.tokens]
    logits = {
        scale: backend.next_token(replace(asked, adapter="voice", scale=scale)).logits.log_softmax(-1)
        for scale in (0.0, 0.5, 1.0)
    }
    assert logits[0.5][token.id].item() == pytest.approx(token.logprob, abs=1e-4)
    assert torch.equal(logits[0.0], backend.next_token(replace(asked, adapter="")).logits.log_softmax(-1))
    assert not torch.allclose(logits[0.5], logits[1.0])


@pytest.mark.parametrize("scale", [1e-7, 0.1234565, 2.0])
def test_the_origin_has_the_scale_as_it_was_asked(backend_of: Backends, scale: float) -> None:
    adapter, _ = lora(tiny_model("llama"), "voice", 1, **ALL)
    found = deltas(backend_with(backend_of, adapter), request(adapter="voice", scale=scale))
    assert found[0].origin == Origin(weights="LlamaForCausalLM", adapter="voice (random)", scale=scale)


def test_numbers_that_overflow_fail_the_rows_that_use_them_and_no_other(backend_of: Backends) -> None:
    huge = LoraWeights(torch.full((4, 128), 9e29), torch.full((64, 4), 9e29), 1.0)
    backend = backend_with(backend_of, LoraAdapter("huge", {"model.layers.0.mlp.down_proj": huge}, "huge"))
    plain = answers(backend, request(**ENDLESS))
    for sampling in ({}, {"temperature": 1.0}, {"temperature": 1.0, "top_p": 0.9}):
        running = backend.stream(request(**ENDLESS))
        said = next(news(running)).text
        with pytest.raises(GenerationFailed, match="no valid probabilities"):
            answers(backend, request("the cat " * 20, adapter="huge", **sampling))
        assert [said + "".join(delta.text for delta in news(running))] == plain
