"""Work of the Fine-tune tab says in its place how it ended: stopped, or failed and why."""

from collections.abc import Generator, Iterator
from typing import Any
from unittest.mock import Mock

import gradio as gr
import pytest

from playground.errors import GenerationFailed, PlaygroundError
from playground.finetuning.preparation.rows import TrainingRow, messages_of
from playground.finetuning.preparation.writing.from_prompts import Written
from playground.ui.finetune.in_place import run_in_place
from playground.ui.finetune.writing import panel as writing_panel
from playground.ui.finetune.writing.handlers import WritingHandlers
from playground.ui.gate.values import check_outputs
from playground.ui.handlers.messages import BUG
from playground.ui.handlers.one_at_a_time import Stoppable

STOPPED = {"kept": "usable", "state": "stopped"}


def work_that(error: Exception | None, closed: list[str]) -> Generator[dict[str, Any], None, dict[str, Any]]:
    try:
        yield {"found": 1}
        if error:
            raise error
        return {"state": "done"}
    finally:
        closed.append("closed")


def run(error: Exception | None, going: Stoppable, closed: list[str]) -> Iterator[dict[str, Any]]:
    return run_in_place(work_that(error, closed), going, "state", lambda: STOPPED)


@pytest.mark.parametrize(("error", "said"), [(PlaygroundError("No room."), "No room."), (KeyError("row"), BUG)])
def test_it_says_why_where_its_result_would_stand(error: Exception, said: str) -> None:
    found, failed = run(error, Stoppable(), [])
    assert found == {"found": 1}
    assert failed == {"kept": "usable", "state": {"text": said, "wrong": True}}


def test_it_shows_what_came_of_it_or_that_it_was_stopped() -> None:
    assert list(run(None, Stoppable(), []))[-1] == {"state": "done"}
    going, closed = Stoppable(), list[str]()
    updates = run(None, going, closed)
    next(updates)
    going.halt.set()
    assert (list(updates), closed) == ([STOPPED], ["closed"])


def test_closing_it_closes_the_work_and_says_nothing() -> None:
    closed: list[str] = []
    updates = run(KeyError("row"), Stoppable(), closed)
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
    handlers: Any = WritingHandlers(panel=panel, shared=Shared(), line=Mock())  # type: ignore[arg-type]
    monkeypatch.setattr(WritingHandlers, "_begin", lambda *_: ("m", written()))
    shown: dict[Any, Any] = {}
    for updates in handlers.write_rows({handlers.line.turn: Stoppable()}, None):
        check_outputs(updates)
        for widget, update in updates.items():
            is_update = isinstance(update, dict) and isinstance(shown.get(widget), dict)
            shown[widget] = {**shown[widget], **update} if is_update else update
    assert shown[panel.rows] == (row,)
    assert shown[panel.kept]["value"] == ["0"]
    assert shown[panel.kept]["interactive"]
    assert shown[panel.state] == {"text": "The endpoint went away.", "wrong": True}
