"""Probes of the real default model: an adapter that forgets is found out, and one at no strength changes nothing."""

import json
from pathlib import Path

import pytest

from playground.backends.catalog import Catalog
from playground.errors import NotSupported
from playground.finetuning import named_weights
from playground.finetuning.__main__ import main
from playground.finetuning.probes.forgetting import passages, probe_forgetting, questions
from playground.finetuning.probes.reader import CatalogReader
from playground.returning import Returning
from playground.types import Message, Weights

BASE = Weights(model="default")


def reader(catalog: Catalog, adapter: str, scale: float = 1.0) -> CatalogReader:
    for _ in catalog.open("default", adapter):
        pass
    return CatalogReader(catalog, Weights(model="default", adapter=adapter, scale=scale))


def test_an_adapter_that_forgets_is_found_out(real_catalog: Catalog) -> None:
    before, after = CatalogReader(real_catalog, BASE), reader(real_catalog, "sentiment")
    work = Returning(probe_forgetting(before, after, passages()[:8], questions()[:4]))
    list(work)
    prose, skills = work.value.figures
    assert prose.change.low > 1
    assert skills.before.value > skills.after.value == 0


def test_at_no_strength_an_adapter_changes_nothing(real_catalog: Catalog) -> None:
    before, after = CatalogReader(real_catalog, BASE), reader(real_catalog, "sentiment", scale=0.0)
    work = Returning(probe_forgetting(before, after, passages()[:2], questions()[:2]))
    list(work)
    prose, skills = work.value.figures
    assert abs(prose.change.value) < 0.02
    assert skills.change.value == 0


def test_answers_go_on_from_how_they_begin_and_are_as_sure_as_they_are(real_catalog: Catalog) -> None:
    asked = ((Message("user", "What is the capital of France?"),), "The capital of France is")
    (answer,) = CatalogReader(real_catalog, BASE).answers([asked], 8)
    assert answer.text.strip().startswith("Paris")
    assert 0.5 < answer.confidence <= 1


def test_a_model_without_probabilities_is_refused() -> None:
    from playground.backends.catalog import ModelEntry
    from playground.backends.scripted import ScriptedBackend

    backend = ScriptedBackend()
    entry = ModelEntry(
        name="default", title="", kind="scripted", load=lambda _: backend, capabilities=backend.capabilities
    )
    catalog = Catalog([entry])
    for _ in catalog.open("default"):
        pass
    with pytest.raises(NotSupported, match="gives no probabilities"):
        next(iter(CatalogReader(catalog, BASE).likelihoods([((Message("user", "a"),), "b")])))


def test_the_command_prints_and_writes_what_was_found(
    real_catalog: Catalog, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(named_weights, "Catalog", lambda *_, **__: real_catalog)  # which has it loaded
    (tmp_path / "held.csv").write_text(
        "review,label\n" + "".join(f"I like the {thing}.,Positive\n" for thing in ("tea", "rug", "lamp", "soup"))
    )
    arguments = ["sentiment", "--held-out", str(tmp_path / "held.csv"), "--only", "calibration"]
    assert main(["probe", *arguments, "--json", str(tmp_path / "found.json")]) == 0
    said = capsys.readouterr()
    assert "## Calibration" in said.out
    assert "What this cannot show:" in said.out
    assert "calibration: 8 of 8, held-out rows" in said.err
    (found,) = json.loads((tmp_path / "found.json").read_text())
    assert found["figures"][0]["after"]["value"] > found["figures"][0]["before"]["value"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["sentiment", "--only", "memorisation"], "The probe of memorisation needs --trained and --held-out"),
        (["sentiment", "--held-out", "missing.csv"], "missing.csv cannot be read"),
        (["no/such/folder"], "no/such/folder"),
    ],
)
def test_what_is_missing_is_named(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe", *arguments]) == 2
    assert said in capsys.readouterr().err
