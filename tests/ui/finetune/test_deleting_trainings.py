"""A training is deleted with what it made in the list of models, and also when it cannot be read any more."""

import json
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import gradio as gr
import pytest

from playground.backends.catalog import Catalog
from playground.backends.details import AdapterDetails
from playground.backends.entries import AdapterEntry, ModelEntry
from playground.backends.scripted import ScriptedBackend
from playground.backends.sources import ModelSource
from playground.errors import ModelInUse, ModelUnavailable, TrainingFailed
from playground.finetuning.jobs.job import End, Job, JobFolder
from playground.finetuning.jobs.learned import loading_learned, name_of
from playground.finetuning.jobs.standing import Standing
from playground.finetuning.jobs.training_jobs import TrainingJobs
from playground.finetuning.preparation.rows import TrainingRow, messages_of
from playground.finetuning.recipe import Recipe
from playground.settings import Settings
from playground.ui.finetune import history_panel
from playground.ui.finetune.history_panel import HistoryHandlers
from playground.ui.finetune.training_values import history_value

ROWS = [TrainingRow(messages=messages_of("Say one."), answer="one")]
BACKEND = ScriptedBackend()


@pytest.fixture
def jobs(tmp_path: Path) -> TrainingJobs:
    return TrainingJobs(tmp_path / "trainings", tmp_path / "cache")


def keep(tmp_path: Path, key: str, method: Any = "lora", owner: str = "") -> JobFolder:
    """A training that has ended well."""
    job = Job(
        id=key, title="Words", model="m", model_title="Tiny", recipe=Recipe(method=method), data="Words",
        source=ModelSource(kind="packaged", place="default"), prompts=(), made=0.0, owner=owner,
    )  # fmt: skip
    folder = JobFolder(tmp_path / "trainings" / key)
    folder.create(job, ROWS, [])
    folder.write_end(End(ending="done", words="Done."))
    return folder


def damage(folder: JobFolder) -> None:
    data = json.loads((folder.path / "job.json").read_text("utf-8"))
    data["recipe"]["momentum"] = 0.9
    (folder.path / "job.json").write_text(json.dumps(data), "utf-8")


def handlers(jobs: TrainingJobs, catalog: Catalog, visitor: str = "") -> HistoryHandlers:
    sessions = SimpleNamespace(visitor=lambda request: visitor, of=lambda request: catalog)
    shared = Mock(sessions=sessions, settings=Settings())
    with gr.Blocks():
        panel = history_panel.build()
    return HistoryHandlers(panel=panel, running=Mock(), jobs=jobs, shared=shared)


def delete(made: HistoryHandlers, key: str) -> Any:
    return made.delete("", 1, 5, SimpleNamespace(_data={"key": key}), Mock())  # type: ignore[arg-type]


def test_one_that_cannot_be_read_is_listed_and_deleted(jobs: TrainingJobs, tmp_path: Path) -> None:
    good, bad, torn = (keep(tmp_path, key) for key in ("20260103-1-a", "20260102-1-b", "20260101-1-c"))
    damage(bad)
    (torn.path / "job.json").write_text("{", "utf-8")
    first, *others = jobs.listed()
    assert isinstance(first, Standing)
    assert (first.job.id, others) == (good.path.name, [bad.path.name, torn.path.name])
    made = handlers(jobs, Catalog([]))
    rows = made.list(Mock())[made.panel.list]
    assert [(row["title"], row["readable"], row["ended"]) for row in rows] == [
        ("Words", True, True), ("A training that cannot be read", False, True),
        ("A training that cannot be read", False, True),
    ]  # fmt: skip
    for folder in (bad, torn):
        delete(made, folder.path.name)
        assert not folder.path.exists()
    assert history_value(jobs.listed()) == rows[:1]


def test_what_cannot_be_read_is_still_its_owners_alone(jobs: TrainingJobs, tmp_path: Path) -> None:
    bad = keep(tmp_path, "20260102-1-b", owner="anna")
    damage(bad)
    assert jobs.listed() == jobs.listed("otto") == ()
    with pytest.raises(TrainingFailed, match="is not there any more"):
        delete(handlers(jobs, Catalog([]), "otto"), bad.path.name)
    assert jobs.listed("anna") == (bad.path.name,)
    delete(handlers(jobs, Catalog([]), "anna"), bad.path.name)
    assert jobs.listed("anna") == ()


def test_one_that_is_being_merged_is_not_deleted(jobs: TrainingJobs, tmp_path: Path) -> None:
    folder = keep(tmp_path, "20260102-1-a")
    with folder.merging, pytest.raises(TrainingFailed, match="is being merged; stop that before it is deleted"):
        jobs.delete(folder.path.name)
    assert folder.read_job()
    jobs.delete(folder.path.name)
    assert not folder.path.exists()


@pytest.mark.parametrize(("now", "refused"), [("changed", True), ("as it was", False), ("", False), (None, False)])
def test_an_adapter_is_not_loaded_on_other_files_than_it_was_trained_on(
    jobs: TrainingJobs, tmp_path: Path, now: str | None, refused: bool
) -> None:
    keep(tmp_path, "20260102-1-aaaaaa").write_base("as it was")
    (one,) = jobs.standings()
    entry = ModelEntry(
        name="m", title="M", kind="local", load=lambda _: BACKEND, capabilities=BACKEND.capabilities,
        contents=lambda: now,
    )  # fmt: skip
    asked = partial(loading_learned, one, jobs.place_of_result(one.job.id), Catalog([entry]), Settings())
    if refused:
        with pytest.raises(ModelUnavailable, match="was trained on other files than Tiny has now"):
            asked()
    else:
        assert asked()


def test_what_it_made_leaves_the_list_of_models_with_it(jobs: TrainingJobs, tmp_path: Path) -> None:
    adapter, whole = keep(tmp_path, "20260102-1-aaaaaa"), keep(tmp_path, "20260101-1-bbbbbb", method="full")
    one, two = jobs.standings()
    details = AdapterDetails(name="learned", title="Words")
    catalog = Catalog([
        ModelEntry(name="m", title="M", kind="local", load=lambda _: BACKEND, capabilities=BACKEND.capabilities),
        AdapterEntry(model="m", name=name_of(one), title="Words", load=lambda *_: details, added=True),
        AdapterEntry(model="m", name="other", title="Other", load=lambda *_: details, added=True),
        ModelEntry(
            name=name_of(two), title="Words", kind="local", load=lambda _: BACKEND, capabilities=BACKEND.capabilities,
            added=True,
        ),
    ])  # fmt: skip
    made = handlers(jobs, catalog)
    with catalog.keep_loaded("m", name_of(one)), pytest.raises(ModelInUse):
        delete(made, adapter.path.name)
    folder = JobFolder(adapter.path)
    with folder.merging, pytest.raises(TrainingFailed, match="is being merged"):
        delete(made, adapter.path.name)
    assert [other.name for other in catalog.info("m").adapters] == [name_of(one), "other"]
    assert delete(made, adapter.path.name)[made.shared.model_changes] == 6
    assert [other.name for other in catalog.info("m").adapters] == ["other"]
    delete(made, whole.path.name)
    assert [info.name for info in catalog.models()] == ["m"]
    assert made.shared.model_changes not in delete(made, keep(tmp_path, "20260103-1-cccccc").path.name)
