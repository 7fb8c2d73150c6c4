"""Recipes and searches as files of the form, and what a shared server refuses of them."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import gradio as gr
import pytest

from playground.backends.catalog import Catalog
from playground.backends.entries import ModelEntry
from playground.backends.scripted import ScriptedBackend
from playground.backends.sources import ModelSource
from playground.finetuning import estimate
from playground.finetuning.jobs.standing import History
from playground.finetuning.jobs.training_jobs import TrainingJobs
from playground.finetuning.recipe import PRESETS, Recipe
from playground.finetuning.recipe_files import write_recipe
from playground.finetuning.search.search_file import read_search, write_search
from playground.finetuning.search.space import parse_search
from playground.finetuning.training.events import TryBegun, TryEnded
from playground.settings import Settings
from playground.ui.finetune import estimating, form
from playground.ui.finetune.estimating import EstimateHandlers
from playground.ui.finetune.files import recipe_files
from playground.ui.finetune.files.recipe_files import RecipeFileHandlers
from playground.ui.finetune.limits import used_seconds
from playground.ui.finetune.running_panel import TrainingHandlers
from playground.ui.finetune.search import search_form, search_panel
from playground.ui.finetune.search.search_panel import SearchHandlers
from playground.ui.finetune.search.search_values import EXAMPLE

BACKEND = ScriptedBackend()
RECIPE = Recipe(method="prompt_tuning", steps=7, rate=0.3)


def catalog() -> Catalog:
    source = ModelSource(kind="folder", place="/somewhere")
    entry = ModelEntry(
        name="m", title="M", kind="local", load=lambda _: BACKEND, capabilities=BACKEND.capabilities, source=source
    )
    return Catalog([entry])


def build(tmp_path: Path, *, public: bool = False) -> tuple[RecipeFileHandlers, SearchHandlers]:
    models = catalog()
    settings = Settings(public=public, training_minutes=5)
    sessions = SimpleNamespace(visitor=lambda _: "anna" if public else "", of=lambda _: models)
    with gr.Blocks():
        filled = form.build(models, public=public)
        files, searched = recipe_files.build(), search_form.build()
        tries = search_panel.build()
    jobs = TrainingJobs(tmp_path / "trainings", tmp_path / "cache")
    panel = Mock(changes=gr.State(0))
    panel.show = lambda standing: {"shown": standing}
    training = TrainingHandlers(panel=panel, form=filled, jobs=jobs, shared=Mock(settings=settings, sessions=sessions))
    return (
        RecipeFileHandlers(files=files, form=filled, public=public),
        SearchHandlers(form=searched, panel=tries, training=training),
    )


def values_of(search: SearchHandlers) -> dict[Any, Any]:
    """The form as it is before anybody touches it."""
    inputs = {*search.training.form.inputs, *search.form.inputs}
    return {**{box: box.value for box in inputs}, search.training.panel.changes: 0}


def test_a_recipe_goes_out_and_comes_back(tmp_path: Path) -> None:
    files, _ = build(tmp_path)
    held = files.open_recipe(write_recipe(RECIPE).encode())
    read = {box: update["value"] if isinstance(update, dict) else update for box, update in held.items()}
    saved = files.save_recipe(read)[files.files.save]
    assert saved["name"] == "prompt_tuning.recipe.yaml"
    assert saved["text"] == write_recipe(RECIPE)
    with pytest.raises(gr.Error, match="`ranks` is not known"):
        files.open_recipe(b"ranks: 3")
    with pytest.raises(gr.Error, match="not UTF-8 text"):
        files.open_recipe(b"\xff\xfe")


@pytest.mark.parametrize(
    ("typed", "rate"), [("0.001", 0.001), (" 1e-3 ", 0.001), ("2E-05", 2e-5), (".5", 0.5), ("", None)]
)
def test_a_learning_rate_is_typed_as_people_type_it(tmp_path: Path, typed: str, rate: float | None) -> None:
    _, search = build(tmp_path)
    recipe = search.training.form.recipe
    (box,) = [field.widget for field in recipe.numbers if field.parameter.name == "rate"]
    assert recipe.read({**values_of(search), box: typed}).rate == rate


def test_a_shared_server_takes_no_words_of_a_recipe(tmp_path: Path) -> None:
    files, search = build(tmp_path, public=True)
    files.open_recipe(write_recipe(Recipe(steps=7)).encode())
    own = write_recipe(Recipe(instruction="Say my words.")).encode()
    with pytest.raises(gr.Error, match="nobody trains on words of their own"):
        files.open_recipe(own)
    recipe = Recipe(instruction="Say my words.")
    text = write_search(recipe, parse_search({"over": {"rank": [2, 4]}}, recipe))
    with pytest.raises(gr.Error, match="nobody trains on words of their own"):
        search.open_search(text.encode())


def test_a_search_goes_out_and_comes_back(tmp_path: Path) -> None:
    _, search = build(tmp_path)
    values = values_of(search)
    saved = search.save_search(values)[search.form.save]["text"]
    recipe, read = read_search(saved)
    assert read.over == {"rate": {"from": 0.0003, "to": 0.01}, "rank": [4, 8, 16]}
    held = search.open_search(saved.encode())
    assert held[search.form.over] == list(EXAMPLE)
    assert recipe == Recipe()


def test_a_shared_server_makes_no_whole_models_by_a_search_either(tmp_path: Path) -> None:
    _, search = build(tmp_path, public=True)
    over = [{"name": "method", "values": "lora, full"}]
    with pytest.raises(gr.Error, match="makes a whole model, which is too large for a shared server"):
        search.start_search({**values_of(search), search.form.over: over}, Mock())
    assert search.training.jobs.listed("anna") == ()


def test_what_a_search_goes_over_is_refused_before_anything_begins(tmp_path: Path) -> None:
    _, search = build(tmp_path)
    for over, words in [
        ([{"name": "rank", "values": "0, 4"}], "`search.over.rank` is 0; it must be a whole number from 1"),
        ([{"name": "rank", "values": "4 to many"}], "`search.over.rank` is 'many'"),
        ([{"name": "words", "values": "a, b"}], "`search.over.words` is not known"),
        ("rank", "must be a list of at most 4 rows"),
        ([], "is empty; name at least one of"),
    ]:
        with pytest.raises(gr.Error, match=words):
            search.start_search({**values_of(search), search.form.over: over}, Mock())
    assert search.training.jobs.listed() == ()


def test_tries_that_are_over_count_as_time(tmp_path: Path) -> None:
    over = TryEnded(number=1, tries=3, values={"rank": 4}, loss=1.0, best_step=1, seconds=50.0)
    begun = TryBegun(number=2, tries=3, values={"rank": 8})
    standing: Any = SimpleNamespace(history=History(tries=(over, replace(over, number=2)), trying=begun))
    assert used_seconds(standing) == 100


def estimating_of(search: SearchHandlers) -> EstimateHandlers:
    training = search.training
    return EstimateHandlers(
        form=training.form, search=search.form, words="training", jobs=training.jobs, shared=training.shared
    )


def chosen(key: str) -> gr.EventData:
    return gr.EventData(None, {"key": key})


def held_after(values: dict[Any, Any], updates: dict[Any, Any]) -> dict[Any, Any]:
    written = {box: one.get("value", values.get(box)) if isinstance(one, dict) else one for box, one in updates.items()}
    return {**values, **{box: value for box, value in written.items() if box in values}}


@pytest.mark.parametrize(("key", "seconds"), [("two_minutes", 120), ("ten_minutes", 600)])
def test_a_preset_takes_the_time_that_it_is_named_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str, seconds: int
) -> None:
    _, search = build(tmp_path)
    made, form = estimating_of(search), search.training.form
    monkeypatch.setattr(estimating, "parameters_of", lambda _: 134_500_000)
    monkeypatch.setattr(estimate.psutil, "cpu_count", lambda **_: 2)
    (steps,) = [field.widget for field in form.recipe.numbers if field.parameter.name == "steps"]
    before = {**values_of(search), steps: None}  # what stood there may have been wrong
    updates = made.fill_preset(before, chosen(key), Mock())
    assert updates[form.recipe.presets] == key
    values = held_after(before, updates)
    known = made._read(values, Mock(), form.recipe.read(values))
    assert known
    assert 0.85 * seconds < known.takes(known.recipe).seconds < 1.05 * seconds  # a look more is no step
    assert made.estimate_training(values, Mock())[form.recipe.presets] == key
    changed = made.estimate_training({**values, steps: values[steps] + 1}, Mock())
    assert changed[form.recipe.presets] == ""  # it is not what the button gave any more


def test_a_preset_of_a_model_that_nobody_knows_has_the_steps_of_its_recipe(tmp_path: Path) -> None:
    _, search = build(tmp_path)
    updates = estimating_of(search).fill_preset(values_of(search), chosen("two_minutes"), Mock())
    (steps,) = [field.widget for field in search.training.form.recipe.numbers if field.parameter.name == "steps"]
    assert updates[steps]["value"] == PRESETS["two_minutes"].recipe.steps


def test_what_all_tries_take_is_said_before_a_search_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, search = build(tmp_path)
    made, values = estimating_of(search), values_of(search)
    unknown = made.estimate_training(values, Mock())
    assert "known once the model has been loaded" in unknown["training"]["text"]
    monkeypatch.setattr(estimating, "parameters_of", lambda _: 134_500_000)
    said = made.estimate_training(values, Mock())
    assert said["training"]["text"].startswith("About ")
    assert " for 8 tries (roughly" in said[search.form.words]["text"]
    over = [{"name": "rank", "values": "0, 4"}]
    wrong = made.estimate_training({**values, search.form.over: over}, Mock())[search.form.words]
    assert wrong["wrong"]
    assert "it must be a whole number from 1" in wrong["text"]
    rate = next(one.widget for one in search.training.form.recipe.numbers if one.parameter.name == "rate")
    for box, label in ((rate, "Learning rate"), (search.training.form.data.amount[0].widget, "Use at most")):
        named = made.estimate_training({**values, box: "schnell"}, Mock())["training"]["text"]
        assert named.startswith(f"\u201c{label}\u201d is ")
