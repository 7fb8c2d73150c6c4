"""Which quick ways a model takes is found by trying: one that is lost is said in details, list and log."""

import copy
import logging
from pathlib import Path
from typing import Any

import peft
import pytest
import torch
from folders import Quiet, save_adapter, save_model
from tiny_models import CONFIGS, tiny_model

from playground.backends.base import Request
from playground.backends.details import FastPaths
from playground.backends.local.backend import LocalBackend
from playground.backends.local.forward import probe
from playground.backends.local.forward.decoder import Decoder
from playground.backends.local.forward.fused_layers import FusedLayer
from playground.backends.local.forward.precision import prepare
from playground.backends.local.kv.slot_layer import SlotLayer
from playground.backends.local.opening import open_model
from playground.backends.local.transformers_internals import CACHE
from playground.backends.sources import ModelSource
from playground.settings import Settings
from playground.types import Message

FLOAT = Settings(precision="float32")


def called_otherwise(self: FusedLayer, hidden_states: Any, **named: Any) -> Any:
    """A library that hands its layers keys and values under a name that a fused layer does not know."""
    named["keys_and_values"] = named.pop(CACHE, None)
    return LEAN(self, hidden_states, **named)


LEAN = FusedLayer.forward


def plain_as_otherwise(layer: Any) -> None:
    """The layer's own forward, under the new name."""
    own = type(layer).forward
    layer.forward = lambda hidden, **named: own(layer, hidden, **{CACHE: named.pop("keys_and_values", None)}, **named)


@pytest.fixture
def renamed(monkeypatch: pytest.MonkeyPatch) -> None:
    """transformers calls its layers' argument otherwise from now on."""
    began = FusedLayer.__init__

    def begin(self: FusedLayer, layer: Any, *rest: Any) -> None:
        plain_as_otherwise(layer)
        began(self, layer, *rest)

    monkeypatch.setattr(FusedLayer, "__init__", begin)
    monkeypatch.setattr(FusedLayer, "forward", called_otherwise)


def test_the_default_model_takes_every_quick_way(default_model: tuple[Any, Any]) -> None:
    model = prepare(copy.deepcopy(default_model[0]), "auto")
    ways = Decoder(model).ways
    assert ways.slow_parts == ""
    assert (ways.layers, ways.fused, ways.not_fused) == (30, 30, "")
    assert (ways.shares, ways.joins) == (True, True)
    assert ways.products == 4 * 30 + 1  # four a layer and the output
    assert ways.four_bits == 4 * 30, "the weights were published in four bits: nothing is lost by reading them so"


@pytest.mark.parametrize(
    ("name", "fused", "shares", "joins", "missing"),
    [
        ("llama", 2, True, True, ""),
        ("qwen2", 2, True, True, ""),
        ("mistral-sliding", 2, False, False, "looks back 9 tokens at most"),
        ("gpt2", 0, False, False, "GPT2LMHeadModel has layers of another kind than Llama, Mistral, Qwen2"),
        ("gemma3-mixed", 0, False, False, "0 of 2 layers are fused"),
    ],
)
def test_what_is_slower_is_said_with_the_reason(name: str, fused: int, shares: bool, joins: bool, missing: str) -> None:
    ways = Decoder(prepare(tiny_model(name), "float32")).ways
    assert (ways.layers, ways.fused, ways.shares, ways.joins) == (2, fused, shares, joins)
    assert missing in ways.slow_parts
    assert bool(missing) == bool(ways.slow_parts)


def test_one_layer_with_another_activation_is_counted_apart() -> None:
    config = copy.deepcopy(CONFIGS["llama"])
    model = tiny_model("llama")
    config.hidden_act = "gelu"
    model.model.layers[1].self_attn.config = config
    ways = Decoder(prepare(model, "float32")).ways
    assert (ways.layers, ways.fused, ways.shares) == (2, 1, False)
    assert ways.not_fused == "its activation is gelu, not silu"


@pytest.mark.usefixtures("renamed")
@pytest.mark.parametrize("precision", ["float32", "auto"])
def test_a_library_that_calls_layers_otherwise_is_noticed_and_adapters_act_all_the_same(
    precision: Any, tokenizer: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = save_model(tmp_path / "tiny", "llama", tokenizer)
    tuned = save_adapter(
        tmp_path / "voice", folder, peft.LoraConfig(r=4, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM")
    )
    settings = Settings(precision=precision)
    with caplog.at_level(logging.INFO):
        backend: Any = open_model(ModelSource(kind="folder", place=str(folder)), "Tiny", settings, Quiet())
    ways = backend.details.ways
    assert (ways.layers, ways.fused, ways.shares, ways.joins) == (2, 0, False, False)
    assert "2 of them were: transformers calls them in a way that they do not know" in ways.not_fused
    assert f"Tiny is slower than it could be: 0 of 2 layers are fused ({ways.not_fused})" in caplog.text
    backend.attach(tmp_path / "voice", "voice", "Voice", "", Quiet())
    messages = (Message("user", "the cat sat"),)
    base, adapted = (
        backend.next_token(Request(messages=messages, adapter=name)).logits.log_softmax(-1) for name in ("", "voice")
    )
    ids = torch.tensor([tokenizer.encode(backend.prompt_text(messages), add_special_tokens=False)])
    expected = tuned(input_ids=ids).logits[0, -1].log_softmax(-1).detach()
    assert (adapted - expected).abs().max() < (1e-3 if precision == "float32" else 0.5)
    assert (adapted - base).abs().max() > 0.5
    backend.close()


@pytest.mark.parametrize(
    ("broken", "missing"), [("attend", "rows that begin alike do not share that (it gives other numbers so")]
)
def test_a_way_that_gives_other_numbers_is_not_taken(
    broken: str, missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = SlotLayer.attend

    def forgetful(self: SlotLayer, *given: Any) -> Any:
        self.prefixes = ()  # what came before the row's own tokens
        return plain(self, *given)

    monkeypatch.setattr(SlotLayer, broken, forgetful)
    ways = Decoder(prepare(tiny_model("llama"), "float32")).ways
    assert not ways.shares
    assert not ways.joins
    assert missing in ways.slow_parts


def test_a_model_that_answers_otherwise_from_slots_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "MAX_ROUNDING", -1.0)
    with pytest.raises(probe.ModelUnavailable, match="gives other answers in the shared batch"):
        Decoder(prepare(tiny_model("llama"), "float32"))


def test_the_log_says_that_all_is_well(tokenizer: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = save_model(tmp_path / "tiny", "qwen2", tokenizer)
    with caplog.at_level(logging.INFO):
        backend: Any = open_model(ModelSource(kind="folder", place=str(folder)), "Tiny", FLOAT, Quiet())
    assert "Tiny takes every quick way: all 2 layers are fused." in caplog.text
    assert isinstance(backend.details.ways, FastPaths)
    backend.close()


def test_a_backend_says_its_ways(backend_of: Any) -> None:
    backend: LocalBackend = backend_of("gpt2")
    assert backend.ways.fused == 0
