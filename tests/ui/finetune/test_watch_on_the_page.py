"""A watch on the page: how often it is looked at, what is said of the next look and of a drop, and where it may be."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import gradio as gr
import pytest

from playground.backends.catalog import Catalog, ModelEntry
from playground.backends.scripted import ScriptedBackend
from playground.evaluation import experiments
from playground.evaluation.store import Store
from playground.evaluation.watching.kept import Watches
from playground.evaluation.watching.looks import ColumnLook, Look
from playground.evaluation.watching.watch import Watch, watch_of
from playground.finetuning.jobs.training_jobs import TrainingJobs
from playground.settings import Settings
from playground.types import Weights
from playground.ui.app import build_app
from playground.ui.finetune.watching import watch_panel
from playground.ui.finetune.watching.scheduled import build_schedule
from playground.ui.finetune.watching.watch_handlers import WatchHandlers
from playground.ui.gate.values import check_outputs

DAY = 24 * 3600
PLAN = {
    "title": "Words", "data": {"name": "own", "shots": 0, "answer": "label", "labels": ["yes", "no"],
    "items": [{"id": "a", "input": "Item?", "references": ["yes"]}]}, "techniques": [{}],
    "sampling": {"max_tokens": 2}, "models": [{"model": "default"}],
}  # fmt: skip


def seen(made: float, right: int = 36) -> Look:
    items = {str(n): float(n < right) for n in range(40)}
    column = ColumnLook(mean=right / 40, low=0.1, high=0.9, failed=0, binary=True, items=items)
    return Look(made=made, seconds=1.0, columns={"Zero-shot": column})


@pytest.fixture
def watch() -> Watch:
    return watch_of(experiments.parse(PLAN))


@pytest.fixture
def handlers(tmp_path: Path) -> WatchHandlers:
    backend = ScriptedBackend(reply=lambda *_: "yes")
    entry = ModelEntry(
        name="default", title="Tiny", kind="local", load=lambda _: backend, capabilities=backend.capabilities
    )
    catalog, settings, store = Catalog([entry]), Settings(), Store(tmp_path / "store.sqlite")
    schedule = build_schedule(store, catalog, TrainingJobs(tmp_path / "trainings", tmp_path), settings)
    with gr.Blocks() as page:
        page.waits_for = Mock()  # type: ignore[attr-defined]
        panel = watch_panel.build(page)
    sessions = SimpleNamespace(of=lambda request: catalog)
    shared: Any = SimpleNamespace(store=store, schedule=schedule, sessions=sessions, settings=settings, catalog=catalog)
    return WatchHandlers(panel=panel, shared=shared)


def test_it_is_looked_at_every_day_until_somebody_says_by_hand(handlers: WatchHandlers, watch: Watch) -> None:
    panel, watches = handlers.panel, Watches(handlers.shared.store)
    watches.add(watch, seen(made=4e9))
    shown = handlers.schedule_watch(watch.key, DAY)
    check_outputs(shown)  # the gate lets no other change out
    assert "The next look by itself is at " in shown[panel.state]["text"]
    assert (shown[panel.every]["value"], shown[panel.clock]["active"]) == (DAY, True)
    assert watches.find(watch).due == 4e9 + DAY
    shown = handlers.schedule_watch(watch.key, 0)
    assert "by itself" not in shown[panel.state]["text"]
    assert (shown[panel.every]["value"], shown[panel.clock]["active"]) == (0, False)
    assert handlers.show_watch("")[panel.every]["visible"] is False  # a new one has not been looked at
    for bad in (5, "86400", True, None, [DAY]):
        with pytest.raises(gr.Error, match="it must be one of 0, 3600, 86400, 604800"):
            handlers.schedule_watch(watch.key, bad)


def test_a_drop_is_said_with_its_interval_whichever_watch_is_shown(handlers: WatchHandlers, watch: Watch) -> None:
    watches = Watches(handlers.shared.store)
    watches.add(watch, seen(1.0))
    assert handlers.show_watch("")[handlers.panel.alarms]["text"] == ""
    watches.add(watch, seen(2.0, right=16))
    for shown in (handlers.show_watch(""), handlers.offer_watches("", "", Mock())):
        said = shown[handlers.panel.alarms]
        assert said["wrong"]
        assert said["text"].startswith("\u201cWords, default\u201d, ")
        assert "-50 points against the reference (95 % interval " in said["text"].replace("\u2212", "-")


def test_what_is_connected_in_a_session_is_not_looked_at_without_it(handlers: WatchHandlers) -> None:
    elsewhere = watch_of(experiments.parse(PLAN), Weights(model="mine/model"))
    Watches(handlers.shared.store).add(elsewhere, seen(1.0))
    with pytest.raises(gr.Error, match="is connected in your session, with its key"):
        handlers.schedule_watch(elsewhere.key, DAY)


def test_it_is_asked_with_the_models_of_the_server(handlers: WatchHandlers, watch: Watch) -> None:
    schedule, watches = handlers.shared.schedule, Watches(handlers.shared.store)
    watches.schedule(watch, DAY)
    assert schedule._look_at_next() == 0.0
    (look,) = watches.find(watch).looks
    assert look.complete
    assert [one.mean for one in look.columns.values()] == [1.0]
    assert 0 < schedule._look_at_next() <= DAY


@pytest.mark.parametrize(("settings", "looks"), [
    ({}, True), ({"public": True}, False), ({"public": True, "watches": True}, True),
])  # fmt: skip
def test_a_shared_server_looks_by_itself_only_where_it_is_allowed(
    tmp_path: Path, catalog_of: Any, settings: dict[str, Any], looks: bool
) -> None:
    app = build_app(Settings(cache=tmp_path, store=str(tmp_path / "store.sqlite"), **settings), catalog_of())
    try:
        assert (getattr(app.begun, "__name__", "") == "start") == looks
    finally:
        app.close()
