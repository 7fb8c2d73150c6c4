"""Merging on the page: what is said while it goes on, Stop, what is refused, and where it lies afterwards."""

from collections.abc import Generator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import gradio as gr
import pytest

from playground.backends.sources import ModelSource
from playground.errors import TrainingFailed
from playground.finetuning.jobs.job import End, Job, JobFolder
from playground.finetuning.jobs.training_jobs import TrainingJobs
from playground.finetuning.preparation.rows import TrainingRow, messages_of
from playground.finetuning.recipe import Recipe
from playground.settings import Settings
from playground.ui.finetune.files import merge_panel
from playground.ui.finetune.files.merge_panel import MergeHandlers
from playground.ui.handlers.one_at_a_time import Stoppable

ROWS = [TrainingRow(messages=messages_of("Say one."), answer="one")]


def keep(tmp_path: Path, key: str, method: Any = "lora") -> JobFolder:
    """A training that has ended well."""
    job = Job(
        id=key, title="Words", model="m", model_title="Tiny", recipe=Recipe(method=method), data="Words", prompts=(),
        source=ModelSource(kind="packaged", place="default"), made=0.0,
    )  # fmt: skip
    folder = JobFolder(tmp_path / "trainings" / key)
    folder.create(job, ROWS, [])
    folder.write_end(End(ending="done", words="Done."))
    return folder


@pytest.fixture
def handlers(tmp_path: Path) -> MergeHandlers:
    with gr.Blocks() as page:
        page.waits_for = Mock()  # type: ignore[attr-defined]
        panel = merge_panel.build(page)
    jobs = TrainingJobs(tmp_path / "trainings", tmp_path / "cache")
    shared: Any = SimpleNamespace(
        sessions=SimpleNamespace(visitor=lambda request: ""), settings=Settings(cache=tmp_path / "cache")
    )
    return MergeHandlers(panel=panel, running=Mock(), jobs=jobs, shared=shared)


def run(made: MergeHandlers, key: str, going: Stoppable | None = None) -> list[str]:
    values = {made.running.chosen: key, made.panel.line.turn: going or Stoppable()}
    return [news[made.panel.state]["text"] for news in made.merge(values, Mock())]


def test_it_says_what_it_does_and_where_the_model_lies(
    handlers: MergeHandlers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def follow(folder: JobFolder, cache: Path) -> Generator[str, None, str]:
        assert cache == tmp_path / "cache"
        yield "Loading Tiny"
        yield "Loading Tiny"
        yield "Writing the model"
        folder.merged.mkdir()
        return f"{folder.merged} holds the model."

    monkeypatch.setattr(merge_panel, "follow_merge", follow)
    folder = keep(tmp_path, "20260102-1-aaaaaa")
    assert handlers.show_merged(folder.path.name, Mock())[handlers.panel.state]["text"] == ""
    assert run(handlers, folder.path.name) == [
        "It begins.", "Loading Tiny.", "Writing the model.",
        f"{folder.merged} holds the model. Give that folder to the Models tab to ask it.",
    ]  # fmt: skip
    shown = handlers.show_merged(folder.path.name, Mock())
    assert shown[handlers.panel.frame]["visible"]
    assert shown[handlers.panel.state]["text"].startswith(f"{folder.merged} holds the model, as safetensors")


def test_a_stop_closes_it_and_a_failure_stands_in_its_place(
    handlers: MergeHandlers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    going, closed = Stoppable(), []

    def endless(folder: JobFolder, cache: Path) -> Generator[str, None, str]:
        try:
            while True:
                yield "Loading Tiny"
                going.halt.set()
        finally:
            closed.append(True)

    def broken(folder: JobFolder, cache: Path) -> Generator[str, None, str]:
        yield "Loading Tiny"
        raise TrainingFailed("The disk is full.")

    folder = keep(tmp_path, "20260102-1-aaaaaa")
    monkeypatch.setattr(merge_panel, "follow_merge", endless)
    assert run(handlers, folder.path.name, going)[-1] == "Stopped; nothing of the merged model is kept."
    assert closed == [True]
    monkeypatch.setattr(merge_panel, "follow_merge", broken)
    assert run(handlers, folder.path.name)[-1] == "The disk is full."


def test_what_cannot_be_merged_shows_no_button_and_is_refused(handlers: MergeHandlers, tmp_path: Path) -> None:
    whole = keep(tmp_path, "20260102-1-aaaaaa", method="full")
    assert not handlers.show_merged(whole.path.name, Mock())[handlers.panel.frame]["visible"]
    with pytest.raises(gr.Error, match="what it left is one already"):
        run(handlers, whole.path.name)
    for key in ("", "20260101-gone"):
        assert not handlers.show_merged(key, Mock())[handlers.panel.frame]["visible"]
    with pytest.raises(gr.Error, match="is not there any more"):
        run(handlers, "20260101-gone")
