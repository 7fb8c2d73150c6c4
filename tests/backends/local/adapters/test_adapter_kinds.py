"""Every kind of adapter that PEFT makes for causal models answers here as it does in PEFT."""

import threading
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import peft
import pytest
import torch
from folders import Quiet, edit_config, save_adapter, save_model
from patience import PATIENCE

from playground.backends.base import Request
from playground.backends.local import opening
from playground.backends.local.adapted_model import AdaptedModel
from playground.backends.local.opening import attach, open_model
from playground.backends.sources import ModelSource
from playground.errors import NotSupported
from playground.settings import Settings
from playground.types import Delta, Message, Origin, Sampling

MESSAGES = (Message("user", "the cat sat"),)
ANSWER = [10, 20, 30, 40]
SETTINGS = Settings(precision="float32")
QV, QO = ["q_proj", "v_proj"], ["q_proj", "o_proj"]
CAUSAL: dict[str, Any] = {"task_type": "CAUSAL_LM"}
LORA: dict[str, Any] = {"r": 4, "target_modules": QV, **CAUSAL}

SHARED = {
    "LoRA": peft.LoraConfig(**LORA),
    "LoRA with patterns": peft.LoraConfig(
        **LORA, rank_pattern={"layers.0.self_attn.q_proj": 2}, alpha_pattern={"v_proj": 32}
    ),
    "LoRA everywhere": peft.LoraConfig(**LORA | {"target_modules": "all-linear"}),
    "rsLoRA": peft.LoraConfig(**LORA, use_rslora=True),
    "prompt tuning": peft.PromptTuningConfig(num_virtual_tokens=5, **CAUSAL),
    "p-tuning": peft.PromptEncoderConfig(num_virtual_tokens=5, encoder_hidden_size=16, **CAUSAL),
    "prefix tuning": peft.PrefixTuningConfig(num_virtual_tokens=5, **CAUSAL),
    "prefix tuning projected": peft.PrefixTuningConfig(
        num_virtual_tokens=5, prefix_projection=True, encoder_hidden_size=16, **CAUSAL
    ),
}
ALONE = {
    "DoRA": peft.LoraConfig(**LORA, use_dora=True),
    "LoRA with biases": peft.LoraConfig(**LORA, bias="all"),
    "LoRA with a head": peft.LoraConfig(**LORA, modules_to_save=["lm_head"]),
    "LoRA of embeddings": peft.LoraConfig(**LORA | {"target_modules": ["embed_tokens", "q_proj"]}),
    "LoRA with tokens": peft.LoraConfig(**LORA, trainable_token_indices=[5, 6]),
    "(IA)\u00b3": peft.IA3Config(target_modules=[*QV, "down_proj"], feedforward_modules=["down_proj"], **CAUSAL),
    "LoHa": peft.LoHaConfig(r=4, target_modules=QV, **CAUSAL),
    "LoKr": peft.LoKrConfig(r=4, target_modules=QV, **CAUSAL),
    "AdaLoRA": peft.AdaLoraConfig(total_step=10, target_modules=QV, **CAUSAL),
    "OFT": peft.OFTConfig(r=0, oft_block_size=4, target_modules=QV, **CAUSAL),
    "BOFT": peft.BOFTConfig(boft_block_size=4, target_modules=QV, **CAUSAL),
    "VeRA": peft.VeraConfig(r=4, target_modules=QO, **CAUSAL),
    "norms": peft.LNTuningConfig(target_modules=["input_layernorm"], **CAUSAL),
    "FourierFT": peft.FourierFTConfig(n_frequency=50, target_modules=QV, **CAUSAL),
    "HRA": peft.HRAConfig(r=4, target_modules=QV, **CAUSAL),
    "MiSS": peft.MissConfig(r=4, target_modules=QV, **CAUSAL),
    "RandLoRA": peft.RandLoraConfig(r=4, target_modules=QO, **CAUSAL),
    "SHiRA": peft.ShiraConfig(r=4, target_modules=QV, **CAUSAL),
    "C\u00b3A": peft.C3AConfig(block_size=4, target_modules=QV, **CAUSAL),
    "WaveFT": peft.WaveFTConfig(n_frequency=50, target_modules=QO, **CAUSAL),
    "VB-LoRA": peft.VBLoRAConfig(r=4, num_vectors=16, vector_length=16, topk=2, target_modules=QV, **CAUSAL),
    "trainable tokens": peft.TrainableTokensConfig(token_indices=[10, 20, 30], **CAUSAL),
    "DeLoRA": peft.DeloraConfig(r=4, target_modules=QV, **CAUSAL),
    "GraLoRA": peft.GraloraConfig(r=4, gralora_k=2, target_modules=QV, **CAUSAL),
}


@pytest.fixture(scope="module")
def base(tokenizer: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_model(tmp_path_factory.mktemp("base"), "llama", tokenizer)


@pytest.fixture(scope="module")
def model(base: Path) -> Iterator[AdaptedModel]:
    loaded = open_model(ModelSource(kind="folder", place=str(base)), "Tiny", SETTINGS, Quiet())
    assert isinstance(loaded, AdaptedModel)
    yield loaded
    loaded.close()


def load(model: AdaptedModel, folder: Path, name: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PEFT's, about how it merges
        return attach(model, ModelSource(kind="folder", place=str(folder)), name, name, "", SETTINGS, Quiet())


def request(adapter: str = "", scale: float = 1.0) -> Request:
    sampling = Sampling(temperature=0, max_tokens=12, top_logprobs=1)
    return Request(messages=MESSAGES, sampling=sampling, adapter=adapter, scale=scale)


def words(model: AdaptedModel, request: Request) -> tuple[list[int], Origin]:
    deltas = [event for event in model.stream(request) if isinstance(event, Delta)]
    (origin,) = {delta.origin for delta in deltas if delta.origin}
    return [token.id for delta in deltas for token in delta.tokens], origin


@pytest.mark.parametrize("kind", [*SHARED, *ALONE])
def test_it_answers_as_peft_does(kind: str, model: AdaptedModel, base: Path, tokenizer: Any, tmp_path: Path) -> None:
    tuned = save_adapter(tmp_path / "adapter", base, (SHARED | ALONE)[kind])
    plain = words(model, request())
    details = load(model, tmp_path / "adapter", "tuned")
    try:
        ids = tokenizer(model.prompt_text(MESSAGES), add_special_tokens=False)["input_ids"]
        with torch.no_grad():
            logits = tuned(input_ids=torch.tensor([ids + ANSWER])).logits[0, -len(ANSWER) - 1 :]
        expected = logits[:-1].log_softmax(-1)[range(len(ANSWER)), ANSWER]
        scored = torch.tensor([token.logprob for token in model.score(request("tuned"), ANSWER)])
        torch.testing.assert_close(scored, expected, atol=2e-4, rtol=0)
        unlike = torch.tensor([token.logprob for token in model.score(request(), ANSWER)])
        assert (unlike - expected).abs().max() > 0.01, "the adapter changes nothing that can be seen"

        drawn, origin = words(model, request("tuned"))
        assert drawn[0] == int(logits[0].argmax())
        assert (origin.weights, origin.adapter, origin.scale) == ("Tiny", "tuned", 1)
        assert words(model, request("tuned", scale=0))[0] == plain[0]
        assert words(model, request()) == plain
        assert (details.shared, bool(details.why)) == (kind in SHARED, kind in ALONE)
        assert kind.startswith(details.kind)
        assert model.details.adapters == (details,)
        if "LoRA" not in kind or kind in ALONE:
            with pytest.raises(NotSupported, match="1"):
                model.stream(request("tuned", scale=0.5))
    finally:
        model.detach("tuned")
    assert model.details.adapters == ()


def test_what_is_said_of_an_adapter(model: AdaptedModel, base: Path, tmp_path: Path) -> None:
    save_adapter(tmp_path / "adapter", base, SHARED["rsLoRA"])
    before = model.details.memory_bytes
    details = load(model, tmp_path / "adapter", "tuned")
    try:
        assert (details.kind, details.rank, details.parameters, details.targets) == ("rsLoRA", 4, 1792, tuple(QV))
        assert details.bytes <= 1.2 * (tmp_path / "adapter" / "adapter_model.safetensors").stat().st_size
        assert model.details.memory_bytes == before + details.bytes
        assert details.loaded
        assert details.warnings == ()
    finally:
        model.detach("tuned")


def test_an_adapter_that_names_another_base_is_loaded_with_a_warning(
    model: AdaptedModel, base: Path, tmp_path: Path
) -> None:
    save_adapter(tmp_path / "adapter", base, SHARED["LoRA"])
    edit_config(tmp_path / "adapter", base_model_name_or_path="/somewhere/else")
    details = load(model, tmp_path / "adapter", "tuned")
    model.detach("tuned")
    (warning,) = details.warnings
    assert "names /somewhere/else as its base" in warning


@pytest.mark.parametrize("kind", ["LoRA everywhere", "prompt tuning", "prefix tuning"])
@pytest.mark.parametrize("name", ["gpt2", "qwen3", "gemma3-mixed"])
def test_other_architectures(name: str, kind: str, tokenizer: Any, tmp_path: Path) -> None:
    base = save_model(tmp_path / "base", name, tokenizer)
    tuned = save_adapter(tmp_path / "adapter", base, SHARED[kind])
    model = open_model(ModelSource(kind="folder", place=str(base)), "Tiny", SETTINGS, Quiet())
    assert isinstance(model, AdaptedModel)
    try:
        load(model, tmp_path / "adapter", "tuned")
        ids = tokenizer(model.prompt_text(MESSAGES), add_special_tokens=False)["input_ids"]
        with torch.no_grad():
            logits = tuned(input_ids=torch.tensor([ids + ANSWER])).logits[0, -len(ANSWER) - 1 : -1]
        expected = logits.log_softmax(-1)[range(len(ANSWER)), ANSWER]
        scored = torch.tensor([token.logprob for token in model.score(request("tuned"), ANSWER)])
        torch.testing.assert_close(scored, expected, atol=5e-4, rtol=0)
    finally:
        model.close()


def test_detaching_does_not_wait_for_another_that_is_being_read(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_adapter(tmp_path / "one", base, SHARED["LoRA"])
    save_adapter(tmp_path / "two", base, ALONE["LoHa"])
    model = open_model(ModelSource(kind="folder", place=str(base)), "base", SETTINGS, Quiet())
    assert isinstance(model, AdaptedModel)
    model.attach(tmp_path / "one", "one", "one", "", Quiet())
    reading, go, read = threading.Event(), threading.Event(), opening.load

    def slow(*where: Any) -> Any:
        reading.set()
        assert go.wait(PATIENCE), "detaching waited"
        return read(*where)

    monkeypatch.setattr(opening, "load", slow)
    with ThreadPoolExecutor(1) as pool:
        attaching = pool.submit(model.attach, tmp_path / "two", "two", "two", "", Quiet())
        assert reading.wait(PATIENCE)
        model.detach("one")
        go.set()
        attaching.result(PATIENCE)
    assert [adapter.name for adapter in model.details.adapters] == ["two"]
    model.close()
