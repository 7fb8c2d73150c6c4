"""Rows that a model wrote, as the form holds them: those that are ticked are learned, and nothing else."""

from typing import Any
from unittest.mock import Mock

import pytest

from playground.errors import InvalidSetup
from playground.finetuning.preparation.rows import TrainingRow, messages_of
from playground.ui.finetune.writing import panel as writing_panel
from playground.ui.finetune.writing.handlers import WritingHandlers, state_text
from playground.ui.gate.values import check_outputs

ROWS = tuple(
    TrainingRow(messages=messages_of(f"Say {word}."), answer=word, id=word) for word in ("one", "two", "three")
)


def read(rows: Any, kept: Any) -> Any:
    import gradio as gr

    with gr.Blocks():
        panel = writing_panel.build()
    return panel.read({panel.rows: rows, panel.kept: kept})


@pytest.mark.parametrize(
    ("kept", "words"),
    [(["0", "2"], ("one", "three")), (["2", "9", 1, None, "2"], ("three",)), (["0", "1", "2"], "all")],
)
def test_those_that_are_ticked_are_learned(kept: Any, words: Any) -> None:
    rows, title = read(ROWS, kept)
    assert title == "Written by a model"
    assert tuple(row.answer for row in rows) == (("one", "two", "three") if words == "all" else words)


@pytest.mark.parametrize(
    ("rows", "kept", "match"),
    [
        ((), [], "No model has written any rows yet"),
        (ROWS, [], "kept none"),
        (ROWS, "0", "kept none"),
        (None, None, "No"),
    ],
)
def test_without_any_it_says_what_to_do(rows: Any, kept: Any, match: str) -> None:
    with pytest.raises(InvalidSetup, match=match):
        read(rows, kept)


def test_what_is_asked_for_follows_what_is_written() -> None:
    import gradio as gr

    with gr.Blocks():
        panel = writing_panel.build()
    handlers = WritingHandlers(panel=panel, shared=Mock(), line=Mock())
    for kind, answers in (("answers", True), ("more", False)):
        updates = handlers.ask_for(kind)
        check_outputs(updates)  # the gate lets them out
        shown = {widget: update["visible"] for widget, update in updates.items()}
        assert shown == {panel.prompts: answers, panel.seeds: not answers, panel.wanted: not answers}


def test_what_was_left_out_is_counted() -> None:
    assert state_text(0, {}, going=True) == "The model begins."
    assert state_text(2, {"asked before": 3}, going=False) == "2 rows written. Left out: 3 asked before."
