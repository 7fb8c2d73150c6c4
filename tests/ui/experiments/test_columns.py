"""The columns of an experiment: rows that are ticked, edited, doubled, moved and removed, and keep what they say."""

from collections.abc import Iterator, Mapping
from typing import Any

import gradio as gr
import pytest

from playground import setups
from playground.errors import InvalidSetup, LimitReached
from playground.evaluation.plan import Technique
from playground.strategies import STRATEGIES
from playground.ui.experiments import columns_panel, technique_rows
from playground.ui.experiments.columns_panel import ColumnsPanel, EditedRow
from playground.ui.experiments.technique_rows import MOST, Row

PLAIN = setups.parse({"task": {"input": "Hi"}})
FULL = Technique(
    name="Mine", strategy="self_consistency", options={"paths": 5}, task={"role": "You are: careful"},
    template="{input}\nNow.", sampling={"temperature": 0.5, "stop": ["\n"], "seed": 3},
)  # fmt: skip
SHOTS = Technique(strategy="few_shot", task={"examples": [{"input": "1", "output": "one"}]})
ROWS = technique_rows.rows([FULL, Technique(), SHOTS])


@pytest.fixture
def panel() -> Iterator[ColumnsPanel]:
    with gr.Blocks():
        yield columns_panel.build()


def held(panel: ColumnsPanel, *written: Mapping[Any, Any]) -> dict[Any, Any]:
    """What the widgets hold after these updates."""
    values = {box: box.value for box in panel.widgets}
    for updates in written:
        for box, update in updates.items():
            if not (isinstance(update, Mapping) and "__type__" in update):
                values[box] = update
            elif "value" in update:
                values[box] = update["value"]
    return values


def opened(panel: ColumnsPanel, row: Row, common: Mapping[str, Any] = {}) -> dict[Any, Any]:
    return held(panel, panel.write(ROWS, ["1", "2", "3"], EditedRow(row["id"], common)))


def widget(panel: ColumnsPanel, name: str) -> Any:
    editor = panel.editor
    options = (f for fields in editor.technique.options.values() for f in fields)
    fields = (*editor.texts, *editor.task.fields, *editor.sampling.fields, *options)
    return next(f.widget for f in fields if f.parameter.name == name)


def test_what_an_experiment_says_comes_back_as_it_was(panel: ColumnsPanel) -> None:
    read = panel.read(held(panel, panel.write(ROWS, ["1", "3"])))
    assert [Technique(**one) for one in read] == [FULL, SHOTS]


@pytest.mark.parametrize("row", ROWS, ids=technique_rows.title)
@pytest.mark.parametrize("common", [{}, {"temperature": 0.5}, {"max_tokens": 9}])
def test_a_row_that_is_only_looked_at_stays_as_it_was(row: Row, common: Mapping[str, Any], panel: ColumnsPanel) -> None:
    assert panel.rows_now(opened(panel, row, common)) == ROWS


def test_what_is_edited_is_said_and_what_is_set_back_is_not(panel: ColumnsPanel) -> None:
    values = opened(panel, ROWS[0], {"temperature": 0.2})
    values |= {widget(panel, "temperature"): 0.2, widget(panel, "top_p"): 0.9, widget(panel, "role"): ""}
    values |= {widget(panel, "name"): "Yours", widget(panel, "paths"): 7}
    row = panel.rows_now(values)[0]
    assert row["sampling"] == {"stop": ["\n"], "seed": 3, "top_p": 0.9}
    assert (row["name"], row["options"], row["task"]) == ("Yours", {"paths": 7}, {})
    assert panel.rows_now(values)[1:] == ROWS[1:]


def test_another_technique_keeps_what_it_has_a_use_for(panel: ColumnsPanel) -> None:
    values = opened(panel, ROWS[0]) | {panel.editor.technique.strategy: "role"}
    row = panel.rows_now(values)[0]
    assert (row["strategy"], row["options"], row["task"]) == ("role", {}, {"role": "You are: careful"})
    values[panel.editor.technique.strategy] = "zero_shot"
    assert panel.rows_now(values)[0]["task"] == {"role": "You are: careful"}, "a role goes with every technique"
    values = opened(panel, ROWS[2]) | {panel.editor.technique.strategy: "zero_shot"}
    assert panel.rows_now(values)[2]["task"] == {}, "and examples do not"


@pytest.mark.parametrize("name", STRATEGIES)
def test_the_editor_shows_what_the_technique_uses(name: str, panel: ColumnsPanel) -> None:
    shown = panel.editor.show(held(panel) | {panel.editor.technique.strategy: name})
    visible = {part for part, frame in panel.editor.task.frames.items() if shown[frame]["visible"]}
    assert visible == {part for part in STRATEGIES[name]().used_fields if part in technique_rows.PARTS}


@pytest.mark.parametrize("ticked", [None, 5, "1", ["9"], [["1"]], [{}], {"1": 1}])
def test_forged_ticks_are_refused(ticked: Any, panel: ColumnsPanel) -> None:
    values = held(panel, panel.write(ROWS, ["1"])) | {panel.ticked: ticked}
    with pytest.raises(InvalidSetup, match="tick them again"):
        panel.read(values)
    assert panel.names(values) == []


def test_at_least_one_is_ticked(panel: ColumnsPanel) -> None:
    with pytest.raises(InvalidSetup, match="No column is ticked"):
        panel.read(held(panel, panel.write(ROWS, [])))


@pytest.mark.parametrize("odd", [None, 5, "nope", [], {}])
def test_a_forged_technique_is_refused(odd: Any, panel: ColumnsPanel) -> None:
    with pytest.raises(InvalidSetup, match="`strategy` is"):
        panel.read(opened(panel, ROWS[0]) | {panel.editor.technique.strategy: odd})


def test_rows_are_called_what_sets_them_apart() -> None:
    full, plain, shots = map(technique_rows.label, ROWS)
    assert full.startswith("Mine \u00b7 Self-consistency")
    assert "own prompt template" in full
    assert "temperature 0.5" in full
    assert plain == "Zero-shot"
    assert shots == "Few-shot \u00b7 examples"
    options = {"avoid_words": ["very", "of course"], "most_words": 9}
    (negative,) = technique_rows.rows([Technique(strategy="negative", options=options)])
    (formed,) = technique_rows.rows(
        [Technique(name="Mine", task={"role": "A poet.", "form": "labels", "form_text": "yes"})]
    )
    assert technique_rows.label(formed) == "Mine \u00b7 Zero-shot \u00b7 role \u00b7 form of the answer"
    assert technique_rows.label(negative) == "Negative \u00b7 words to avoid very, of course \u00b7 most words 9"


def test_rows_without_a_tick_stay_beside_new_ones() -> None:
    new = technique_rows.rows([FULL])
    kept = technique_rows.with_unticked(new, ROWS, ["3"])
    assert [technique_rows.title(row) for row in kept] == ["Mine", "Zero-shot"]
    assert len({row["id"] for row in kept}) == 2


def test_moving_and_doubling_keep_every_row() -> None:
    assert [row["id"] for row in technique_rows.move(ROWS, "1", 1)] == ["2", "1", "3"]
    assert technique_rows.move(ROWS, "1", -1) == ROWS
    assert technique_rows.move(ROWS, "3", 1) == ROWS
    doubled = technique_rows.duplicate(ROWS, ROWS[0])
    assert doubled == {**ROWS[0], "id": "4", "name": "Mine (2)"}


def test_there_are_so_many_columns_and_no_more() -> None:
    full = technique_rows.rows([Technique()] * MOST)
    for more in (
        lambda: technique_rows.with_room(full),
        lambda: technique_rows.duplicate(full, full[0]),
        lambda: technique_rows.with_setup(full, PLAIN),
    ):
        with pytest.raises(LimitReached, match=f"{MOST} columns"):
            more()
    assert len(technique_rows.with_unticked(full, ROWS, [])) == MOST


def test_the_playgrounds_setup_comes_under_a_name_of_its_own() -> None:
    first = technique_rows.with_setup([], PLAIN)
    second = technique_rows.with_setup([first], PLAIN)
    assert first["name"] != second["name"]
    assert first["id"] != second["id"]
