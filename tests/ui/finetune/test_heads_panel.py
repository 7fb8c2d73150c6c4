"""The form of a head, and what came of one, as the page shows it."""

import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import gradio as gr
import pytest

from playground.backends.catalog import Catalog
from playground.errors import InvalidSetup
from playground.finetuning.heads.best_of_n import BestOfN, JudgedAnswer
from playground.finetuning.heads.kept import KeptHead, read_trained, write_trained
from playground.finetuning.heads.kinds import HEADS
from playground.finetuning.heads.plan import HeadPlan, HeadScore, TrainedHead
from playground.settings import Settings
from playground.types import Finding
from playground.ui.app import build_app
from playground.ui.finetune.heads import best_of_n_panel, drawing
from playground.ui.finetune.heads import panel as heads_panel
from playground.ui.finetune.heads.values import best_of_n_value, card_text, findings_value, scores_value, title_of
from playground.ui.gate.values import check_outputs

HEAD = TrainedHead(
    plan=HeadPlan(steps=9), encoder="all-MiniLM-L6-v2", data="built-in rows",
    scores=(HeadScore(name="Accuracy", rows=40, before=(0.25, 0.1, 0.4), after=(0.8, 0.7, 0.9)),), trained=10,
    parameters=100, seconds=61.0, made=5.0,
)  # fmt: skip


@pytest.fixture
def panel() -> heads_panel.HeadsPanel:
    with gr.Blocks() as page:
        return heads_panel.build(page)


def values_of(panel: heads_panel.HeadsPanel, **changed: Any) -> dict[Any, Any]:
    values = {widget: widget.value for widget in panel.inputs}
    return values | {getattr(panel, name): value for name, value in changed.items()}


@pytest.mark.parametrize("kind", HEADS)
def test_the_form_gives_a_plan_with_rows(panel: heads_panel.HeadsPanel, kind: Any) -> None:
    plan, (rows, held_out), title = panel.plan(values_of(panel, kind=kind))
    assert (plan.kind, plan.trains, title) == (kind, "encoder_and_head", "built-in rows")
    assert rows
    assert held_out
    shown = heads_panel.describe(panel, kind, "own")
    assert HEADS[kind].fails in shown[panel.card]
    assert HEADS[kind].hint.split("\n")[0] in shown[panel.given]["info"]
    check_outputs(shown)  # the gate lets it out


@pytest.mark.parametrize(
    "changed", [{"kind": "magic"}, {"data": "elsewhere"}, {"kind": 7}, {"data": "own", "given": ""}]
)
def test_what_is_not_offered_is_refused(panel: heads_panel.HeadsPanel, changed: dict[str, Any]) -> None:
    with pytest.raises(InvalidSetup):
        panel.plan(values_of(panel, **changed))
    if "kind" in changed:
        with pytest.raises(InvalidSetup, match="must be one of classification, tokens"):
            heads_panel.chosen(changed["kind"])


def test_no_widget_is_taken_for_the_list_of_encoders_of_a_search(panel: heads_panel.HeadsPanel) -> None:
    assert not any("of-encoder" in (field.widget.elem_classes or []) for field in panel.numbers)


def test_scores_stand_before_and_after() -> None:
    (table,) = scores_value(HEAD)
    assert table["rows"] == [{"head": "Accuracy", "cells": ["25.0% (10.0% to 40.0%)", "80.0% (70.0% to 90.0%)"]}]
    assert "On 40 rows held out" in table["note"]
    assert "10 of 100 weights of all-MiniLM-L6-v2" in table["note"]
    assert scores_value(None) == []
    job = SimpleNamespace(id="20300101-101010-abc123", title="Label a text: built-in rows", made=0.0)
    kept = KeptHead(standing=SimpleNamespace(job=job), head=HEAD, folder=Path())  # type: ignore[arg-type]
    assert re.fullmatch(r"Label a text: built-in rows \(accuracy 80%, \d{4}-\d\d-\d\d \d\d:\d\d\)", title_of(kept))
    assert all(word in card_text(HEADS["reward"]) for word in ("What is trained", "What it takes", "When it fails"))


def test_the_reward_model_that_was_chosen_stays_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (
        KeptHead(
            standing=SimpleNamespace(job=SimpleNamespace(id=key, title="Pairs", made=0.0)),  # type: ignore[arg-type]
            head=replace(HEAD, plan=HeadPlan(kind="reward")), folder=Path(),
        )
        for key in ("20300102-101010-bbbbbb", "20300101-101010-aaaaaa")
    )  # fmt: skip
    monkeypatch.setattr(drawing, "kept_heads", lambda jobs: (first, second))
    with gr.Blocks() as page:
        form = best_of_n_panel.build(page)
    handlers = drawing.BestOfNHandlers(panel=form, shared=Mock(sessions=Mock(of=lambda request: Catalog([]))))
    for chosen, shown in ((None, first), (second.key, second), ("gone", first)):
        assert handlers.offer_answering(None, None, chosen, Mock())[form.reward]["value"] == shown.key


def test_what_is_found_is_shown_with_its_probability() -> None:
    found = (Finding(label="WHO", probability=0.75, start=0, end=3), Finding(label="mood", probability=0.5))
    (table,) = findings_value("Ann sings", found)
    assert [(row["head"], *row["cells"]) for row in table["rows"]] == [
        ("WHO", "Ann", "75.0%"),
        ("mood", "the whole text", "50.0%"),
    ]
    assert findings_value("Ann", ())[0]["rows"][0]["head"] == "Nothing"


def test_best_of_n_stands_beside_base_and_tuned() -> None:
    def judged(text: str, reward: float) -> JudgedAnswer:
        return JudgedAnswer(text=text, reward=reward)

    found = BestOfN(likeliest=judged("a", 0.0), drawn=(judged("b", 2.0), judged("", -1.0)), tuned=judged("c", 3.0))
    table, curve = best_of_n_value(found)
    assert [(row["head"], row["cells"]) for row in table["rows"]] == [
        ("Base, likeliest answer", ["a", "+0.00"]),
        ("Base, best of 2", ["b", "+2.00"]),
        ("Base, worst of 2", ["(nothing)", "-1.00"]),
        ("Tuned, likeliest answer", ["c", "+3.00"]),
    ]
    assert [row["cells"] for row in curve["rows"]] == [["+0.50"], ["+2.00"]]


def test_what_came_of_a_head_is_read_again_but_not_that_of_another_version(tmp_path: Path) -> None:
    write_trained(tmp_path, HEAD)
    assert read_trained(tmp_path) == HEAD
    (tmp_path / "head.json").write_text('{"plan": {"kind": "magic"}, "scores": []}')
    assert read_trained(tmp_path) is None
    assert read_trained(tmp_path / "nowhere") is None


def test_strangers_train_no_heads(page: Any, catalog_of: Any, tmp_path: Any) -> None:
    shared = build_app(Settings(cache=tmp_path, store=str(tmp_path / "store.sqlite"), public=True), catalog_of())
    try:
        own, strangers = ({fn.name for fn in one.fns.values()} for one in (page, shared))
    finally:
        shared.close()
    handlers = {"train_head", "read_with_head", "draw_and_judge"}
    assert handlers <= own
    assert not handlers & strangers
