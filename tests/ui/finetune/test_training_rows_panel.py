"""Rows of one's own in the tab: read, read again when something changes, refused in words, parted and checked."""

from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from gradio.utils import deep_hash

from playground.errors import InvalidSetup
from playground.finetuning.preparation.checks import check_rows
from playground.finetuning.preparation.rows import TrainingRow, messages_of
from playground.finetuning.training_data import Parts
from playground.settings import Settings
from playground.ui.finetune import data_panel, row_checks_values
from playground.ui.finetune.data_panel import OWN, DataPanel
from playground.ui.finetune.own_rows_panel import OwnRowsHandlers

ROWS = "question,answer\n" + "".join(f"Is number {n} even?,{'yes' if n % 2 == 0 else 'no'}\n" for n in range(40))


@pytest.fixture
def panel() -> DataPanel:
    with gr.Blocks():
        return data_panel.build()


def given(panel: DataPanel, **values: Any) -> dict[Any, Any]:
    """What the widgets hold, with some of it replaced."""
    own = panel.own
    held = {field.widget: field.widget.value for field in (*own.reading, *panel.amount)}
    held |= {own.given: None, own.skip: False, own.pasted: "", own.upload: None, panel.name: OWN}
    return {**held, **{getattr(own, name): value for name, value in values.items()}}


def test_pasted_rows_become_parts_that_share_no_question(panel: DataPanel) -> None:
    handlers = OwnRowsHandlers(panel=panel.own, settings=Settings())
    updates = handlers.paste_rows(given(panel, pasted=ROWS))
    assert (
        updates[panel.own.state]["text"] == "40 rows: input from \u201cquestion\u201d, answer from \u201canswer\u201d."
    )
    values = given(panel, given=updates[panel.own.given])
    shown = [data_panel.describe(panel, name)[panel.sealed]["visible"] for name in (OWN, panel.name.value)]
    assert shown == [True, False]  # of built-in data nothing is sealed
    data, parts = panel.read(values, 0)
    assert (data.title, list(map(len, (parts.training, parts.validation, parts.held_out)))) == (
        "Pasted rows",
        [28, 4, 8],
    )
    assert data.prompts == tuple(row.messages for row in parts.validation[:3])
    assert panel.read(values, 1)[1] != parts == panel.read(values, 0)[1]


def test_gradio_can_tell_whether_the_rows_changed(panel: DataPanel) -> None:
    """It does as soon as something listens to that, such as the estimate, and fails on what has no hash."""
    handlers = OwnRowsHandlers(panel=panel.own, settings=Settings())
    first, second = (handlers.paste_rows(given(panel, pasted=ROWS))[panel.own.given] for _ in range(2))
    assert deep_hash(first) == deep_hash(first) != deep_hash(second)


def test_a_file_is_opened_and_read_again_in_other_words(panel: DataPanel, tmp_path: Path) -> None:
    (tmp_path / "even.csv").write_text(ROWS)
    handlers = OwnRowsHandlers(panel=panel.own, settings=Settings())
    kept = handlers.open_file(given(panel, upload=str(tmp_path / "even.csv")))[panel.own.given]
    template = next(field.widget for field in panel.own.reading if field.parameter.name == "template")
    again = handlers.read_again({**given(panel, given=kept), template: "Answer yes or no: {input}"})
    rows, title = panel.own.read(again)
    assert title == "even"
    assert rows[0].messages[-1].content == "Answer yes or no: Is number 0 even?"


def test_what_cannot_be_read_is_said_and_not_trained_on(panel: DataPanel) -> None:
    handlers = OwnRowsHandlers(panel=panel.own, settings=Settings())
    updates = handlers.paste_rows(given(panel, pasted="question\nHow?\n"))
    assert updates[panel.own.state]["wrong"]
    with pytest.raises(InvalidSetup, match="Your rows cannot be used yet"):
        panel.read(given(panel, given=updates[panel.own.given]), 0)
    with pytest.raises(InvalidSetup, match="no rows of your own yet"):
        panel.read(given(panel), 0)
    assert handlers.paste_rows(given(panel))[panel.own.given] is None


def test_a_stranger_pastes_less(panel: DataPanel) -> None:
    handlers = OwnRowsHandlers(panel=panel.own, settings=Settings(public=True))
    with pytest.raises(gr.Error, match="At most 1 MB can be pasted"):
        handlers.paste_rows(given(panel, pasted="a,b\n" * 2**19))


def test_findings_are_listed_with_rows_as_the_model_sees_them(default_model: tuple[Any, Any]) -> None:
    tokenizer = default_model[1]
    rows = tuple(TrainingRow(messages=messages_of(f"Is {n} even?"), answer="yes", id=str(n)) for n in range(25))
    parts = Parts(training=rows, validation=rows[:2])
    findings = check_rows(parts.training, parts.validation, tokenizer=tokenizer, window=8192)
    value = row_checks_values.checks_value(parts, findings, tokenizer)
    assert value["title"] == "25 rows to learn from, 2 rows to look at while it learns."
    assert [one["word"] for one in value["findings"]] == ["Stop", "Stop", "Note"]
    first, _ = value["rows"]
    assert "".join(token["text"] for token in first["tokens"] if token["counted"]) == "yes<|im_end|>"
    good = row_checks_values.checks_value(parts, findings[-1:], tokenizer)
    assert [one["word"] for one in good["findings"]] == ["Good", "Note"]


def test_of_a_long_row_the_ends_are_shown(default_model: tuple[Any, Any]) -> None:
    row = TrainingRow(messages=messages_of("word " * 2000), answer="yes", id="1")
    (shown,) = row_checks_values.checks_value(Parts(training=(row,), validation=()), (), default_model[1])["rows"]
    assert len(shown["tokens"]) == 600
    assert shown["tokens"][-1]["text"] == "<|im_end|>"
    assert "the first and last 300 of them shown" in shown["facts"]
