"""Work of the Fine-tune tab that fails says so in its place, and its Stop goes."""

from collections.abc import Iterator
from typing import Any

import gradio as gr
import pytest

from playground.errors import GenerationFailed, PlaygroundError
from playground.finetuning.preparation.rows import TrainingRow, messages_of
from playground.finetuning.preparation.writing.from_prompts import Written
from playground.ui.finetune.failing import fail_in_place
from playground.ui.finetune.writing import panel as writing_panel
from playground.ui.finetune.writing.handlers import WritingHandlers
from playground.ui.gate.values import check_outputs
from playground.ui.handlers.messages import BUG


def work_that(error: Exception, closed: list[str]) -> Iterator[dict[str, Any]]:
    try:
        yield {"found": 1}
        raise error
    finally:
        closed.append("closed")


@pytest.mark.parametrize(("error", "said"), [(PlaygroundError("No room."), "No room."), (KeyError("row"), BUG)])
def test_it_says_why_where_its_result_would_stand(error: Exception, said: str) -> None:
    found, failed = fail_in_place(work_that(error, []), "state", {"stop": "hidden"})
    assert found == {"found": 1}
    assert failed == {"stop": "hidden", "state": {"text": said, "wrong": True}}


def test_closing_it_closes_the_work_and_says_nothing() -> None:
    closed: list[str] = []
    updates = fail_in_place(work_that(KeyError("row"), closed), "state", {})
    next(updates)
    updates.close()  # type: ignore[attr-defined]
    assert closed == ["closed"]


class Shared:
    """A page whose list has one model, which is loaded."""

    class Listed:
        def open(self, model: str) -> Iterator[None]:
            return iter(())

    sessions = type("Sessions", (), {"of": lambda self, request: Shared.Listed()})()


def test_rows_that_were_written_before_it_failed_can_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    row = TrainingRow(messages=messages_of("Say one."), answer="one", id="0")

    def written() -> Iterator[Written]:
        yield Written(row=row)
        raise GenerationFailed("The endpoint went away.")

    with gr.Blocks():
        panel = writing_panel.build()
    handlers: Any = WritingHandlers(panel=panel, shared=Shared(), line=None)  # type: ignore[arg-type]
    monkeypatch.setattr(WritingHandlers, "_begin", lambda *_: ("m", written()))
    shown: dict[Any, Any] = {}
    for updates in handlers.write_rows({}, None):
        check_outputs(updates)
        for widget, update in updates.items():
            is_update = isinstance(update, dict) and isinstance(shown.get(widget), dict)
            shown[widget] = {**shown[widget], **update} if is_update else update
    assert shown[panel.rows] == (row,)
    assert shown[panel.kept]["value"] == ["0"]
    assert shown[panel.kept]["interactive"]
    assert shown[panel.stop]["visible"] is False
    assert shown[panel.state] == {"text": "The endpoint went away.", "wrong": True}
