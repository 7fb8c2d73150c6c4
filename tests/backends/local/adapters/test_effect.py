"""Who wrote it is shown by effect: an adapter that changes nothing says so, also when it stopped to behind our back."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import peft
import pytest
import torch
from engine_requests import answers, deltas, news, request
from folders import Quiet, save_adapter, save_model
from random_adapters import lora
from tiny_models import tiny_model
from transformers import AutoModelForCausalLM

from playground.backends.local import adapted_model
from playground.backends.local.adapters import adapter_registry
from playground.backends.local.backend import LocalBackend
from playground.backends.local.forward.fused_layers import fused_layers_of
from playground.backends.local.opening import open_model
from playground.backends.local.weights.wide_lora import WideLora
from playground.backends.sources import ModelSource
from playground.errors import GenerationFailed
from playground.settings import Settings
from playground.types import Delta

pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")

ATTENTION = {"r": 8, "lora_alpha": 16, "target_modules": ["q_proj", "v_proj"]}
CAUSAL: dict[str, Any] = {"task_type": "CAUSAL_LM"}
ENDLESS = {"max_tokens": 300, "logit_bias": {2: -100.0}}
SHARED = peft.LoraConfig(r=4, target_modules=["q_proj", "v_proj"], **CAUSAL)
ALONE = peft.IA3Config(target_modules=["k_proj", "down_proj"], feedforward_modules=["down_proj"], **CAUSAL)
TOKENS = peft.TrainableTokensConfig(token_indices=[7, 300], target_modules=["embed_tokens"], **CAUSAL)


@pytest.fixture
def folder(tokenizer: Any, tmp_path: Path) -> Path:
    return save_model(tmp_path / "tiny", "llama", tokenizer)


def opened(folder: Path, precision: Any = "float32") -> Any:
    return open_model(ModelSource(kind="folder", place=str(folder)), "Tiny", Settings(precision=precision), Quiet())


def begun(folder: Path, base: Path, config: Any) -> None:
    """An adapter as it is before training: it changes nothing."""
    peft.get_peft_model(AutoModelForCausalLM.from_pretrained(base), config).save_pretrained(folder)


def origin_of(backend: Any, **sampling: Any) -> Any:
    stream = backend.stream(request("the cat", max_tokens=3, **sampling))
    return next(event for event in stream if isinstance(event, Delta)).origin


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize(
    ("config", "alone"), [(SHARED, False), (ALONE, True), (TOKENS, True)], ids=["LoRA", "IA3", "tokens"]
)
def test_an_adapter_says_how_much_it_changes_and_one_that_changes_nothing_says_that(
    config: Any, alone: bool, precision: Any, folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    save_adapter(tmp_path / "trained", folder, config)
    begun(tmp_path / "begun", folder, config)
    backend = opened(folder, precision)
    trained, fresh = (backend.attach(tmp_path / n, n, n.title(), "", Quiet()) for n in ("trained", "begun"))
    assert trained.shared != alone
    assert trained.effect > 0.05
    assert trained.warnings == ()
    assert fresh.effect == 0
    assert fresh.warnings == (adapted_model.NO_EFFECT,)
    assert "Begun has no effect on Tiny." in caplog.text
    assert "Trained has no effect" not in caplog.text
    assert [adapter.effect for adapter in backend.details.adapters] == [trained.effect, 0]
    assert not origin_of(backend, adapter="trained").without_effect
    said = origin_of(backend, adapter="begun")
    assert (said.adapter, said.without_effect) == ("begun", True)
    assert not origin_of(backend).without_effect
    backend.close()


def bypassed(backend: LocalBackend) -> None:
    """Products that do not know of adapters any more."""
    for layer in fused_layers_of(backend._decoder.model):
        for product in layer.products:
            product.adding = ()


def unmasked(backend: LocalBackend) -> None:
    for wide in backend._decoder.lora._wide.values():
        wide.mask = None


def fused_no_more(backend: LocalBackend) -> None:
    """transformers' own forward in place of the layers that hold the adapters."""
    for layer in fused_layers_of(backend._decoder.model):
        del layer._layer.forward


def emptied(backend: LocalBackend) -> None:
    with torch.inference_mode():
        for wide in backend._decoder.lora._wide.values():
            for tensor in wide.tensors:
                tensor.zero_()


def in_part(backend: LocalBackend) -> None:
    fused_layers_of(backend._decoder.model)[0].products[0].adding = ()


@pytest.mark.parametrize("switched_off", [bypassed, fused_no_more, in_part])
def test_products_that_pass_an_adapter_by_are_noticed_at_once(
    backend_of: Callable[..., LocalBackend], switched_off: Callable[[LocalBackend], None]
) -> None:
    backend = backend_of()
    backend.attach(lora(tiny_model("llama"), "voice", 1, **ATTENTION)[0])
    (plain,) = answers(backend, request())
    assert deltas(backend, request(adapter="voice"))[0].origin.adapter == "voice (random)"
    switched_off(backend)
    with pytest.raises(GenerationFailed, match="The adapter was not applied, or only in part"):
        answers(backend, request("a dog", adapter="voice"))
    assert answers(backend, request()) == [plain]


def test_masks_that_are_gone_leave_the_base_and_the_pane_says_so(backend_of: Callable[..., LocalBackend]) -> None:
    backend = backend_of()
    backend.attach(lora(tiny_model("llama"), "voice", 1, **ATTENTION)[0])
    unmasked(backend)
    assert deltas(backend, request("a dog", adapter="voice"))[0].origin.adapter == ""


def test_products_that_pass_an_adapter_by_while_it_writes_end_its_rows_and_no_others(
    backend_of: Callable[..., LocalBackend], monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = backend_of()
    backend.attach(lora(tiny_model("llama"), "voice", 1, **ATTENTION)[0])
    (plain,) = answers(backend, request("the cat", **ENDLESS))
    streams = [backend.stream(request("the cat", adapter=name, **ENDLESS)) for name in ("", "voice")]
    first = [next(news(stream)) for stream in streams]
    assert first[1].origin.adapter == "voice (random)"
    monkeypatch.setattr(WideLora, "add_to", lambda _, output, x: output)
    with pytest.raises(GenerationFailed, match="Another adapter than the one named was applied"):
        list(news(streams[1]))
    assert first[0].text + "".join(delta.text for delta in news(streams[0])) == plain


def test_weights_that_are_gone_are_noticed_when_an_adapter_is_measured_again(
    backend_of: Callable[..., LocalBackend], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    backend = backend_of()
    backend.attach(lora(tiny_model("llama"), "voice", 1, **ATTENTION)[0])
    asked = request(adapter="voice", max_tokens=3)
    assert not deltas(backend, asked)[0].origin.without_effect
    emptied(backend)
    monkeypatch.setattr(adapter_registry, "REMEASURE_AFTER", 0.0)
    assert deltas(backend, asked)[0].origin.without_effect, "also of a prompt that was read before"
    assert backend.effect("voice") == 0
    assert "Adapter voice changed the model's answers when it was loaded, and no longer does." in caplog.text


def test_it_is_not_measured_at_every_request(
    backend_of: Callable[..., LocalBackend], monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = backend_of()
    backend.attach(lora(tiny_model("llama"), "voice", 1, **ATTENTION)[0])
    measured: list[Any] = []
    plain = adapter_registry.fixed_prompt_logprobs
    monkeypatch.setattr(adapter_registry, "fixed_prompt_logprobs", lambda *args: measured.append(args) or plain(*args))
    for _ in range(3):
        answers(backend, request(adapter="voice", max_tokens=2))
    assert len(measured) <= 1
    monkeypatch.setattr(adapter_registry, "REMEASURE_AFTER", 0.0)
    answers(backend, request(adapter="voice", max_tokens=2))
    assert measured


def test_a_copy_that_lost_what_was_merged_into_it_is_noticed(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_adapter(tmp_path / "voice", folder, ALONE)
    backend = opened(folder)
    backend.attach(tmp_path / "voice", "voice", "Voice", "", Quiet())
    assert not origin_of(backend, adapter="voice").without_effect
    merged, base = backend._merged["voice"]._decoder.model, backend._model
    with torch.no_grad():
        for mine, other in zip(fused_layers_of(merged), fused_layers_of(base), strict=True):
            mine.__dict__.update({n: v for n, v in other.__dict__.items() if n in {"_query_key_value", "_down"}})
    monkeypatch.setattr(adapted_model, "REMEASURE_AFTER", 0.0)
    assert origin_of(backend, adapter="voice").without_effect
    assert backend.details.adapters[0].effect == 0
    backend.close()


def test_an_adapter_that_cannot_be_measured_is_not_attached(
    backend_of: Callable[..., LocalBackend], monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = backend_of()
    with monkeypatch.context() as patch:
        patch.setattr(adapter_registry, "largest_difference", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            backend.attach(lora(tiny_model("llama"), "voice", 1, **ATTENTION)[0])
    assert backend.adapters == ()
    backend.attach(lora(tiny_model("llama"), "voice", 1, **ATTENTION)[0])
