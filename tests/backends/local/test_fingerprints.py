"""Which weights a source stands for: the same as long as they are the same."""

import os
from pathlib import Path

import pytest

from playground.backends.local import fingerprints
from playground.backends.local.fingerprints import contents, fingerprint
from playground.backends.sources import ModelSource
from playground.settings import Settings

SETTINGS = Settings()


def folder(path: Path, weights: bytes = b"weights") -> ModelSource:
    path.mkdir(exist_ok=True)
    (path / "model.safetensors").write_bytes(weights)
    (path / "config.json").write_text("{}")
    (path / "README.md").write_text("About it.")
    return ModelSource(kind="folder", place=str(path))


def test_the_same_files_elsewhere_are_the_same_weights(tmp_path: Path) -> None:
    one, copy = folder(tmp_path / "one"), folder(tmp_path / "copy")
    assert fingerprint(one, SETTINGS) == fingerprint(copy, SETTINGS)
    (tmp_path / "copy" / "README.md").write_text("Other words.")
    assert fingerprint(one, SETTINGS) == fingerprint(copy, SETTINGS)
    (tmp_path / "copy" / "config.json").write_text('{"a": 1}')
    assert fingerprint(one, SETTINGS) != fingerprint(copy, SETTINGS)
    assert fingerprint(one, SETTINGS) != fingerprint(folder(tmp_path / "other", b"Weights"), SETTINGS)


def test_precision_counts() -> None:
    packaged = ModelSource(kind="packaged", place="SmolLM2-135M-Instruct")
    assert "sha256" in fingerprint(packaged, SETTINGS)
    assert fingerprint(packaged, SETTINGS) != fingerprint(packaged, Settings(precision="int8"))


def test_large_files_go_by_size_and_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fingerprints, "MAX_HASHED", 3)
    file = tmp_path / "model.gguf"
    file.write_bytes(b"weights")
    source = ModelSource(kind="gguf", place=str(file))
    before = fingerprint(source, SETTINGS)
    assert fingerprint(source, SETTINGS) == before
    os.utime(file, ns=(1, 1))
    assert fingerprint(source, SETTINGS) != before


def test_a_hub_is_known_by_what_was_fetched(tmp_path: Path) -> None:
    settings, source = Settings(cache=tmp_path), ModelSource(kind="hub", place="org/name")
    assert fingerprint(source, settings) == ""
    home = tmp_path / "hub" / "org--name"
    home.mkdir(parents=True)
    for commit in ("a" * 40, "b" * 40):
        (home / "main.model").write_text(commit)
        assert commit in fingerprint(source, settings)
    assert fingerprint(source, settings, adapter=True) == ""


@pytest.mark.parametrize("kind", ["folder", "gguf"])
def test_what_is_gone_is_unknown(tmp_path: Path, kind: str) -> None:
    source = ModelSource(kind=kind, place=str(tmp_path / "gone"))  # type: ignore[arg-type]
    assert fingerprint(source, SETTINGS) == ""


def test_machines_are_compared_by_every_byte_and_not_by_place_or_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fingerprints, "MAX_HASHED", 3)  # where results are kept, large files go by place and time
    one, copy = folder(tmp_path / "one"), folder(tmp_path / "copy")
    os.utime(tmp_path / "copy" / "model.safetensors", ns=(1, 1))
    assert fingerprint(one, SETTINGS) != fingerprint(copy, SETTINGS)
    assert contents(one, SETTINGS) == contents(copy, SETTINGS)
    weights = tmp_path / "copy" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"?")
    os.utime(weights, ns=(2, 2))
    assert contents(one, SETTINGS) != contents(copy, SETTINGS)


def test_weights_that_are_still_to_be_fetched(tmp_path: Path) -> None:
    settings, packaged = Settings(cache=tmp_path), ModelSource(kind="packaged", place="SmolLM2-135M-Instruct")
    assert contents(packaged, settings) is None  # its checksum decides
    folder(tmp_path / "SmolLM2-135M-Instruct")
    assert contents(packaged, settings)
    assert contents(ModelSource(kind="hub", place="org/name"), settings) == ""  # nobody knows what will come
    assert contents(ModelSource(kind="folder", place=str(tmp_path / "gone")), settings) == ""
