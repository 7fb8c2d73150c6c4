"""What is said of rows of one's own: how they are shared out, and why there are none."""

from typing import Any

import gradio as gr
import pytest

from playground.errors import InvalidSetup
from playground.evaluation import experiments
from playground.evaluation.plan import Item
from playground.settings import Settings
from playground.ui.experiments import data_panel, technique_rows
from playground.ui.experiments import form as experiment_form
from playground.ui.experiments.data_changes import PASTED, DataHandlers
from playground.ui.experiments.own_rows import OwnRows, better_kind, describe_shares, items_of


@pytest.mark.parametrize(
    ("count", "size", "shots", "words"),
    [
        (12, 100, 8, "12 rows: 8 kept as examples, 4 asked."),
        (12, 100, 0, "12 rows: 12 asked."),
        (12, 5, 0, "12 rows: 5 asked."),
        (12, 5, 4, "12 rows: 4 kept as examples, 5 of the other 8 asked."),
        (2, 100, 8, "2 rows: 2 kept as examples, 0 asked."),
        (1, None, None, "1 row: 1 asked."),
        (0, 5, 8, ""),
    ],
)
def test_what_becomes_of_the_rows(count: int, size: Any, shots: Any, words: str) -> None:
    assert describe_shares(count, size, shots) == words


@pytest.mark.parametrize(
    ("references", "kind", "words"),
    [
        (["5", "1,200", "-3.5", "$4", "7%"], "text", "are numbers: choose the answer type Number"),
        (["5", "five"], "text", ""),
        (["5"], "number", ""),
        (["Yes", "no"], "text", "choose the answer type Yes / no"),
        ([], "text", ""),
    ],
)
def test_a_better_answer_type_is_suggested(references: list[str], kind: str, words: str) -> None:
    items = [Item(input="x", references=(reference,)) for reference in references] or [Item(input="x")]
    assert words in "".join(better_kind(items, kind))
    assert bool(words) == bool(better_kind(items, kind))


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (None, "no data of your own yet"),
        (OwnRows(filename="a.csv", fault="It is empty."), "\u201ca.csv\u201d cannot be used yet. It is empty."),
        (OwnRows(content="x", fault="It is bad."), "What was pasted cannot be used yet. It is bad."),
    ],
)
def test_without_rows_it_says_why(rows: OwnRows | None, words: str) -> None:
    with pytest.raises(InvalidSetup, match=words):
        items_of(rows)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "picture.csv is not a text file (it looks like a PNG picture)"),
        (b"", "The file is empty."),
    ],
)
def test_a_bad_file_is_refused_in_words_and_empties_what_was_there(tmp_path: Any, content: bytes, why: str) -> None:
    with gr.Blocks():
        panel = data_panel.build()
    file = tmp_path / "picture.csv"
    file.write_bytes(content)
    handlers = DataHandlers(panel=panel, settings=Settings())
    opened = handlers.open_file({panel.upload: str(file), panel.own_rows: OwnRows(items=(Item(input="old"),))})
    assert why in opened[panel.state]["text"]
    with pytest.raises(InvalidSetup, match=r"picture\.csv"):
        items_of(opened[panel.own_rows])


def test_what_is_too_long_to_be_pasted_is_said_at_the_field_and_empties_what_was_there() -> None:
    with gr.Blocks():
        panel = data_panel.build()
    held = {panel.pasted: "x" * (PASTED + 1), panel.own_rows: OwnRows(items=(Item(input="old"),))}
    pasted = DataHandlers(panel=panel, settings=Settings(public=True)).paste(held)
    assert pasted[panel.state] == {"text": pasted[panel.own_rows].fault, "wrong": True}
    with pytest.raises(InvalidSetup, match="At most 1 MB can be pasted"):
        items_of(pasted[panel.own_rows])


def test_another_data_set_is_asked_and_scored_by_what_suits_it() -> None:
    known = experiments.shipped_experiments()["ladder"]
    with gr.Blocks() as demo:
        form, _ = experiment_form.build([], [known])
        experiment_form.wire(form)
    (chosen,) = [f for f in demo.fns.values() if (form.data.name._id, "input") in f.targets]
    title, about = (f.widget for f in form.texts)
    listed = technique_rows.rows(known.techniques)
    own = {**technique_rows.duplicate(listed, listed[0]), "template": "Mine: {input}"}
    panel = form.techniques
    held = {panel.rows: [*listed, own], panel.ticked: [own["id"]], panel.edited: None, form.scorer: "numeric"}
    held |= {form.sampling: "temperature: 0.0\nmax_tokens: 96", form.data.name: "sentiment", form.reset_for: ""}
    assert chosen.fn is not None
    updates = chosen.fn({**held, title: known.title, about: "My question."})
    assert (updates[form.scorer], updates[form.scorer_options]) == ("", "")
    *rest, mine = updates[panel.rows]
    assert {row["template"] for row in rest} == {""}
    assert mine == own
    assert updates[panel.ticked]["value"] == [own["id"]]
    assert updates[title] != known.title
    assert about not in updates  # what a person wrote stays
    again = chosen.fn({**held, form.reset_for: "sentiment", title: known.title, about: "My question."})
    assert list(again) == [form.reset], "a list tells of one choice more than once"
    assert updates[form.reset]["text"] == (
        "With the other data, these were reset: the prompt template of Zero-shot and Role (now that of the data), the "
        "scorer (now the one that suits the data) and \u201cTitle\u201d. Kept from before, so check it: max tokens."
    )
