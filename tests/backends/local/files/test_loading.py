"""What is said of a loaded model, GGUF files, and memory that is free again once a model is unloaded."""

import gc
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import peft
import psutil
import pytest
import torch
from folders import save_adapter, save_model, write_gguf
from patience import until
from tiny_models import CONFIGS
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

from playground import setups
from playground.backends import commands, memory
from playground.backends.catalog import Catalog
from playground.backends.local.files.inspection import inspect, licence
from playground.backends.local.files.loading import load
from playground.errors import ModelUnavailable
from playground.running import runner
from playground.settings import Settings

FLOAT = Settings(precision="float32")


def finish(loading: Generator[Any, None, Any]) -> Any:
    while True:
        try:
            next(loading)
        except StopIteration as end:
            return end.value


def answer(catalog: Catalog, name: str, tokens: int = 8) -> list[int]:
    setup = setups.parse(
        {"model": name, "task": {"input": "the cat"}, "sampling": {"temperature": 0, "max_tokens": tokens}}
    )
    *_, run = runner.run(setup, catalog)
    assert run.status == "done"
    return [token.id for token in run.steps[0].completions[0].tokens]


@pytest.mark.parametrize("name", ["llama", "gpt2", "qwen3", "gemma3-mixed"])
def test_what_is_said_of_a_model(name: str, tokenizer: Any, tmp_path: Path) -> None:
    folder = save_model(tmp_path / name, name, tokenizer)
    (folder / "README.md").write_text("---\nlicense: apache-2.0\ntags: [x]\n---\nText\n")
    catalog = Catalog()
    info = finish(commands.load_model(catalog, FLOAT, str(folder)))
    details, plain = info.details, AutoModelForCausalLM.from_pretrained(folder)
    assert (details.architecture, details.parameters) == (type(plain).__name__, plain.num_parameters())
    assert (details.stored, details.precision, details.device) == ("float32", "float32", "cpu")
    assert details.memory_bytes == 4 * details.parameters
    assert (details.context_length, details.chat, details.licence) == (512, True, "apache-2.0")
    assert details.seconds > 0
    assert (info.name, info.kind, info.loaded, info.capabilities.adapters) == (name, "local", True, True)
    ids = tokenizer.apply_chat_template(
        [{"role": "user", "content": "the cat"}], add_generation_prompt=True, return_tensors="pt", return_dict=False
    )
    expected = plain.generate(ids, max_new_tokens=8, do_sample=False)[0, ids.shape[1] :].tolist()
    assert answer(catalog, info.name) == [i for i in expected if i != 2]


def test_a_model_in_several_files(tokenizer: Any, tmp_path: Path) -> None:
    folder = save_model(tmp_path / "parts", "llama", tokenizer, max_shard_size="100KB")
    assert len(list(folder.glob("*.safetensors"))) > 2
    catalog = Catalog()
    info = finish(commands.load_model(catalog, FLOAT, str(folder)))
    assert info.details.parameters == 123_200
    next(folder.glob("model-00002*")).unlink()
    with pytest.raises(ModelUnavailable, match=r"index.json names model-00002-of-\d+.safetensors, which is not in"):
        finish(commands.load_model(catalog, FLOAT, str(folder), "again"))


def test_one_file_comes_before_several(tokenizer: Any, tmp_path: Path) -> None:
    folder = save_model(tmp_path / "both", "llama", tokenizer)
    (folder / "model.safetensors.index.json").write_text('{"weight_map": {"a": "model-00001-of-00002.safetensors"}}')
    assert finish(commands.load_model(Catalog(), FLOAT, str(folder))).details.parameters == 123_200


@pytest.mark.parametrize("card", ["date: 2024-13-45", "[", "license: [a, b]", "just text"])
def test_a_card_that_cannot_be_read_keeps_nobody_from_a_model(card: str, tokenizer: Any, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(f"---\n{card}\n---\n")
    assert licence(tmp_path) == ""


def test_a_gguf_file(tokenizer: Any, tmp_path: Path) -> None:
    path = tmp_path / "Tiny.Q4.gguf"
    write_gguf(path, tokenizer)
    catalog = Catalog()
    info = finish(commands.load_model(catalog, FLOAT, str(path)))
    assert (info.name, info.details.architecture, info.details.stored) == ("tiny.q4", "LlamaForCausalLM", "F32")
    assert (info.details.licence, info.details.context_length) == ("mit", 256)
    assert len(answer(catalog, info.name)) > 0


@pytest.mark.parametrize("architecture", ["llama", "qwen2"])
def test_an_outputs_matrix_that_is_the_inputs_is_kept_once(architecture: str, tokenizer: Any, tmp_path: Path) -> None:
    details = {}
    for tied in (False, True):
        path = tmp_path / f"{tied}.gguf"
        write_gguf(path, tokenizer, architecture, tied)
        catalog = Catalog()
        details[tied] = finish(commands.load_model(catalog, FLOAT, str(path), "tiny")).details
        model, own_tokenizer = load(tmp_path, path.name)
        assert (model.lm_head.weight is model.model.embed_tokens.weight) == tied
        assert inspect(tmp_path, path.name).parameters == details[tied].parameters, "what is asked for is what it takes"
        ids = own_tokenizer("the cat", return_tensors="pt")["input_ids"]  # there is no chat template in the file
        plain = model.to(torch.float32)
        expected = plain.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=8, do_sample=False)
        assert answer(catalog, "tiny") == [token for token in expected[0, ids.shape[1] :].tolist() if token != 2]
    once = len(tokenizer) * 64
    assert details[False].parameters - details[True].parameters == once
    assert details[False].memory_bytes - details[True].memory_bytes == 4 * once


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda path: path.write_bytes(b"PK" + path.read_bytes()), "tiny.gguf is no GGUF file"),
        (lambda path: path.write_bytes(path.read_bytes()[:5000]), "tiny.gguf is truncated or damaged"),
        (lambda path: path.write_bytes(path.read_bytes()[:-500]), "tiny.gguf is truncated or damaged"),
        (lambda path: path.write_bytes(path.read_bytes()[:10]), "tiny.gguf is truncated or damaged"),
    ],
)
def test_a_bad_gguf_file(change: Any, message: str, tokenizer: Any, tmp_path: Path) -> None:
    write_gguf(tmp_path / "tiny.gguf", tokenizer)
    change(tmp_path / "tiny.gguf")
    catalog = Catalog()
    with pytest.raises(ModelUnavailable, match=message):
        finish(commands.load_model(catalog, FLOAT, str(tmp_path / "tiny.gguf")))
    assert catalog.models() == ()


def test_words_that_cannot_be_read(tokenizer: Any, tmp_path: Path) -> None:
    folder = save_model(tmp_path / "tiny", "llama", tokenizer)
    (folder / "tokenizer.json").write_text('{"model": {"type": "BPE", "vocab": {}, "merges": ["a b"]}}')
    with pytest.raises(ModelUnavailable, match="tiny cannot be read"):
        finish(commands.load_model(Catalog(), FLOAT, str(folder)))


def test_a_gguf_file_of_an_unknown_architecture(tokenizer: Any, tmp_path: Path) -> None:
    write_gguf(tmp_path / "tiny.gguf", tokenizer, "brain")
    with pytest.raises(ModelUnavailable, match="architecture 'brain' cannot be read from GGUF"):
        finish(commands.load_model(Catalog(), FLOAT, str(tmp_path / "tiny.gguf")))


def resident() -> int:
    return int(psutil.Process().memory_info().rss)


@pytest.fixture
def thawed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The app frees memory as it does outside of tests; what was there before them is frozen again afterwards."""
    monkeypatch.setattr(memory, "gc", gc)
    yield
    gc.collect()
    gc.freeze()


def in_tensors() -> int:
    """Bytes of all tensors that somebody holds on to."""
    gc.unfreeze()  # what is frozen is not listed
    gc.collect()
    held = [one for one in gc.get_objects() if type(one) in (torch.Tensor, torch.nn.Parameter)]
    return sum(one.numel() * one.itemsize for one in held)


@pytest.mark.usefixtures("thawed")
@pytest.mark.parametrize("precision", ["float32", "auto"])
def test_unloading_frees_the_memory(precision: Any, tokenizer: Any, tmp_path: Path) -> None:
    torch.manual_seed(0)
    config: LlamaConfig = CONFIGS["llama"]  # type: ignore[assignment]
    wide = LlamaConfig(
        **{**config.to_diff_dict(), "hidden_size": 512, "intermediate_size": 8192, "num_hidden_layers": 3}
    )
    LlamaForCausalLM(wide).save_pretrained(tmp_path / "wide")
    tokenizer.save_pretrained(tmp_path / "wide")
    config = peft.LoraConfig(r=2, target_modules=["q_proj"], task_type="CAUSAL_LM")
    save_adapter(tmp_path / "adapter", tmp_path / "wide", config)
    settings, catalog = Settings(precision=precision), Catalog()
    finish(commands.load_model(catalog, settings, str(tmp_path / "wide"), "first"))  # what stays: libraries' own
    answer(catalog, "first", 3)
    catalog.unload("first")
    tensors = in_tensors()
    memory.return_freed_memory()
    before = resident()
    info = finish(commands.load_model(catalog, settings, str(tmp_path / "wide"), "second"))
    finish(commands.load_adapter(catalog, settings, "second", str(tmp_path / "adapter")))
    answer(catalog, "second", 3)
    held = resident() - before
    assert held > 100_000_000
    assert in_tensors() - tensors > 100_000_000
    assert held < 2.5 * info.details.memory_bytes  # the mapped file counts until the system wants its pages back
    catalog.unload("second")
    assert in_tensors() - tensors < 0.01 * held
    # Of the process, loosely: it also holds what libraries keep for later and what other tests left running.
    until(lambda: memory.return_freed_memory() or resident() - before < 0.5 * held)
