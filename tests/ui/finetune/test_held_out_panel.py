"""What was learned on sealed items, in the tab: what is asked of which training, and what is kept of it."""

from collections.abc import Generator, Iterator
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import gradio as gr
import pytest

from playground.backends.sources import ModelSource
from playground.errors import InvalidSetup, NotSupported
from playground.finetuning.held_out.asked import Asked
from playground.finetuning.held_out.judging import HeldOutResult, HeldOutScore, Judged
from playground.finetuning.held_out.kept import read_held_out
from playground.finetuning.jobs.job import End, Job, JobFolder
from playground.finetuning.jobs.training_jobs import TrainingJobs
from playground.finetuning.preparation.rows import Row, TrainingRow, messages_of
from playground.finetuning.recipe import Recipe
from playground.settings import Settings
from playground.ui.finetune.held_out import judging
from playground.ui.finetune.held_out.judging import HeldOutHandlers
from playground.ui.handlers.one_at_a_time import Stoppable

SCORE = HeldOutScore(asked="Bare", learned=True, items=4, failed=0, mean=0.5, low=0.1, high=0.9, right=2, tokens=30.0)
RESULT = HeldOutResult(title="Words", scorer="Label", digest="a", scores=(SCORE,), sentences=("One is better.",))


def rows(name: str, count: int) -> list[Row]:
    return [
        TrainingRow(messages=messages_of(f"{name} {number}?"), answer=("good", "bad")[number % 2])
        for number in range(count)
    ]


def keep(tmp_path: Path, key: str, data: str, sealed: int) -> JobFolder:
    """A training that has ended well."""
    job = Job(
        id=key, title="Words", model="default", model_title="Tiny", recipe=Recipe(), data=data, prompts=(), made=0.0,
        source=ModelSource(kind="packaged", place="smollm2-135m"),
    )  # fmt: skip
    folder = JobFolder(tmp_path / "trainings" / key)
    folder.create(job, rows("learned", 6), rows("looked", 2), rows("sealed", sealed))
    folder.write_end(End(ending="done", words="Done."))
    folder.result.mkdir()
    return folder


@pytest.fixture
def handlers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HeldOutHandlers:
    catalog = Mock()
    catalog.open.return_value = []
    sessions = SimpleNamespace(visitor=lambda request: "", of=lambda request: catalog)
    places = SimpleNamespace(hold=lambda visitor: nullcontext())
    shared = Mock(sessions=sessions, settings=Settings(), places=places)
    monkeypatch.setattr(judging, "visitor_of", lambda request: None)
    monkeypatch.setattr(judging, "loading_learned", lambda *_: [])
    with gr.Blocks() as page:
        page.waits_for = Mock()  # type: ignore[attr-defined]
        panel = judging.build(page)
    jobs = TrainingJobs(tmp_path / "trainings", tmp_path / "cache")
    return HeldOutHandlers(panel=panel, running=Mock(), jobs=jobs, shared=shared)


def answered(monkeypatch: pytest.MonkeyPatch) -> list[Asked]:
    """What is asked from now on, and is answered at once."""
    asked: list[Asked] = []

    def judge(one: Asked, answering: Any) -> Generator[Judged, None, HeldOutResult]:
        asked.append(one)
        yield Judged(words="Asking both: 1 of 4 answers")
        return RESULT

    monkeypatch.setattr(judging, "judge", judge)
    return asked


def run(made: HeldOutHandlers, key: str, collection: Any = "", going: Stoppable | None = None) -> Iterator[Any]:
    panel = made.panel
    given = {made.running.chosen: key, panel.collection: collection}
    return made.judge({panel.line.turn: going or Stoppable(), **given}, Mock())


def test_sealed_rows_are_asked_and_what_is_found_is_kept_also_in_the_card(
    handlers: HeldOutHandlers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = answered(monkeypatch)
    folder = keep(tmp_path, "20260101-1-a", "Mine", sealed=6)
    *_, last = run(handlers, folder.path.name)
    assert "in its card" in last[handlers.panel.state]["text"]
    assert last[handlers.panel.found][0]["rows"][0]["cells"] == ["learned", "50 % (2 of 4)", "10 % to 90 %", "30"]
    assert [item.input for item in asked[0].part.items] == [f"sealed {number}?" for number in range(6)]
    assert read_held_out(folder.result) == RESULT
    assert "One is better." in (folder.result / "README.md").read_text("utf-8")
    shown = handlers.show_kept(folder.path.name, Mock())
    assert shown[handlers.panel.found] == last[handlers.panel.found]
    assert shown[handlers.panel.frame]["visible"]


def test_built_in_data_has_sealed_items_of_its_own_and_documents_can_be_asked_too(
    handlers: HeldOutHandlers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = answered(monkeypatch)
    folder = keep(tmp_path, "20260101-1-a", "Sentiment in one word", sealed=0)
    list(run(handlers, folder.path.name, "ferry_island"))
    assert len(asked[0].part.items) == 90
    assert asked[0].part.collection == "ferry_island"


def test_what_cannot_be_scored_is_refused_before_anything_is_loaded(handlers: HeldOutHandlers, tmp_path: Path) -> None:
    folder = keep(tmp_path, "20260101-1-a", "Mine", sealed=0)
    with pytest.raises(NotSupported, match="No row of this training was sealed"):
        list(run(handlers, folder.path.name))
    few = keep(tmp_path, "20260102-1-b", "Mine", sealed=2)
    with pytest.raises(InvalidSetup, match="4 are the least"):
        list(run(handlers, few.path.name))
    for name in (None, 3, "../secret"):
        with pytest.raises(InvalidSetup, match="must be one of"):
            list(run(handlers, folder.path.name, name))


def test_a_stop_keeps_nothing_and_says_so(
    handlers: HeldOutHandlers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered(monkeypatch)
    folder = keep(tmp_path, "20260101-1-a", "Mine", sealed=6)
    going = Stoppable()
    work = run(handlers, folder.path.name, going=going)
    next(work)
    going.halt.set()
    *_, last = work
    assert last[handlers.panel.state]["text"].startswith("Stopped")
    assert read_held_out(folder.result) is None


def test_of_a_training_that_is_gone_nothing_is_shown(handlers: HeldOutHandlers) -> None:
    for key in ("", "20260101-1-a"):
        shown = handlers.show_kept(key, Mock())
        assert not shown[handlers.panel.frame]["visible"]
        assert shown[handlers.panel.found] == []
