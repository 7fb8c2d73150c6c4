"""What the Sampling tab shows, as plain values: words, tables, colours and downloads."""

import csv
import io
import math
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from playground import setups
from playground.backends.base import Candidate, NextTokenDistribution
from playground.csv_text import csv_text
from playground.errors import InvalidSetup
from playground.evaluation.sweep import Sweep
from playground.parameters import parameters
from playground.types import Completion, Run, Sampling, Step, Task, Token
from playground.ui.sampling import next_token_values, sweep_values
from playground.ui.sampling.number_list import NumberList
from playground.ui.sampling.reading import Reading
from playground.ui.setup_form.labels import describe_error

GRID = Sweep(temperatures=(0.2, 1.0), top_ps=(0.5,), samples=2)


def candidate(id: int, own: float, final: float, cut_by: str = "", **more: Any) -> Candidate:
    given = {"text": f" t{id}", "logit": 1.0, "shift": 0.0, "tempered_probability": own, **more}
    return Candidate(id=id, model_probability=own, probability=final, cut_by=cut_by, **given)


def outlook(shown: list[Candidate], left: tuple[int, ...]) -> NextTokenDistribution:
    return NextTokenDistribution(candidates=tuple(shown), model_entropy=1.04, entropy=0.0, vocabulary=2000, left=left)


def test_the_sentence_counts_what_is_left_and_what_cut_the_rest() -> None:
    shown = [candidate(1, 0.5, 1.0), candidate(2, 0.3, 0, "top_p"), candidate(3, 0.2, 0, "top_k")]
    words = next_token_values.sentence(outlook(shown, left=(2000, 1500, 1, 1)), Sampling(top_p=0.4, top_k=1500))
    assert (
        words == "1 of all 2,000 tokens can still come, 1 of the 3 shown here; top-k 1500 cut 500; top-p 0.4 cut 1,499."
    )
    still = next_token_values.sentence(outlook(shown, left=(1, 1, 1, 1)), Sampling(temperature=0))
    assert still.endswith("; temperature 0 always takes the likeliest.")


@pytest.mark.parametrize(
    ("c", "sampling", "fate"),
    [
        (candidate(1, 0.5, 0.5), Sampling(), ""),
        (candidate(1, 0.5, 0, "min_p"), Sampling(), "cut by min-p"),
        (candidate(1, 0.5, 0), Sampling(temperature=0), "not the likeliest"),
        (candidate(1, 0.5, 0), Sampling(), "too unlikely"),
    ],
)
def test_what_became_of_a_token_is_said_in_words(c: Candidate, sampling: Sampling, fate: str) -> None:
    assert next_token_values.fate(c, sampling) == fate


def test_what_cannot_be_seen_is_marked() -> None:
    assert next_token_values.visible(" a\n\t") == "\u2423a\u21b5\u21e5"
    assert next_token_values.visible("") == "\u2205"
    assert next_token_values.visible("a\u00a0b") == "a\u237db"
    assert next_token_values.visible("\u200b") == "[U+200B]"


def test_bars_and_table_have_the_same_numbers() -> None:
    shown = [candidate(1, 0.5, 0.75, shift=-1.25), candidate(2, 0.25, 0, "top_k", text="\n")]
    value = next_token_values.next_token_value(outlook(shown, left=(2, 1, 1, 1)), Sampling(top_k=1))
    assert [(r["text"], r["finalLabel"], r["shift"], r["fate"]) for r in value["rows"]] == [
        ("\u2423t1", "75.0 %", "\u22121.25", ""), ("\u21b5", "0 %", "", "cut by top-k"),
    ]  # fmt: skip
    assert value["scale"] == 0.75
    assert value["entropy"] == "Entropy 1.04 nats before the settings, 0.00 nats after."
    assert next_token_values.candidate_table(shown) == [
        ["\u2423t1", 1, 1.0, -1.25, 50.0, 50.0, 75.0, ""], ["\u21b5", 2, 1.0, 0.0, 25.0, 25.0, 0.0, "top-k"],
    ]  # fmt: skip


def reading(spelled: int = 1) -> Reading:
    return Reading(SimpleNamespace(prefill="a"), None, lambda text: spelled * len(text))  # type: ignore[arg-type]


def test_a_token_that_cannot_be_written_is_not_appended() -> None:
    assert reading().writable(candidate(1, 1, 1, text="b"))
    assert not reading().writable(candidate(1, 1, 1, text="\ufffd"))
    assert not reading().writable(candidate(1, 1, 1, text="<|end|>"))


# ------------------------------------------------------------------------------------------------ the sweep
def said(text: str, finish: Any = "stop") -> Completion:
    return Completion(text=text, finish_reason=finish, completion_tokens=3, tokens=(Token(0, text, -1.0),))


def swept(*cells: tuple[Completion, ...]) -> Run:
    steps = tuple(Step(label="", messages=(), completions=cell) for cell in cells)
    return Run(setup=setups.parse({"task": {"input": "x"}}), status="running", steps=steps)


def test_equal_answers_are_collapsed() -> None:
    step = Step(label="", messages=(), completions=(said("Red."), said("red"), said("blue"), said("r", None)))
    assert sweep_values.answer_groups(step, Task()) == [
        {"answer": "Red.", "count": 2, "texts": [{"text": "Red.", "count": 1}, {"text": "red", "count": 1}]},
        {"answer": "blue", "count": 1, "texts": [{"text": "blue", "count": 1}]},
    ]


def test_a_label_is_what_the_answer_is_counted_by() -> None:
    step = Step(label="", messages=(), completions=(said("It is Red, I think"), said("red!")))
    (group,) = sweep_values.answer_groups(step, Task(answer="label", labels=("red",)))
    assert (group["answer"], group["count"]) == ("red", 2)


def test_the_map_fills_cell_by_cell() -> None:
    value = sweep_values.sweep_value(swept((said("red"), said("red"))), GRID)
    first, second = value["cells"]
    assert first["shown"]["agreement"] == {"text": "100 %", "level": sweep_values.LEVELS - 1}
    assert first["shown"]["logprob"]["text"] == "\u22121.00"
    assert (second["done"], second["of"], second["shown"]["agreement"]) == (0, 2, None)
    assert value["status"].startswith("Running \u00b7 2 of 4 answers")


@pytest.mark.parametrize("ending", ["cancelled", "refused", None])
def test_only_answers_that_came_to_their_end_count(ending: Any) -> None:
    run = replace(swept((said("red"), said("r", ending)), (said("", ending), said("", ending))), status="stopped")
    value = sweep_values.sweep_value(run, GRID)
    assert value["status"].startswith("Stopped \u00b7 1 of 4 answers")
    assert [cell["done"] for cell in value["cells"]] == [1, 0]
    assert [sum(group["count"] for group in cell["groups"]) for cell in value["cells"]] == [1, 0]


def test_answers_without_probabilities_have_no_mean_and_not_that_of_certain_ones() -> None:
    bare = replace(said("red"), tokens=())
    run = swept((bare, bare))
    first, second = sweep_values.sweep_value(run, GRID)["cells"]
    assert first["shown"]["logprob"] == {"text": "-", "level": 0}
    assert second["shown"]["logprob"] is None
    assert sweep_values.cell_table(run, GRID)[0][5] == ""


def test_colours_go_from_the_lowest_to_the_highest() -> None:
    value = sweep_values.sweep_value(swept((said("a"), said("b")), (said("c"), said("c"))), GRID)
    assert [cell["shown"]["distinct"]["level"] for cell in value["cells"]] == [sweep_values.LEVELS - 1, 0]
    assert [(m["low"], m["high"]) for m in value["measures"]][:2] == [("0 %", "100 %"), ("1", "2")]


def test_tables_have_a_row_a_cell_and_a_row_an_answer() -> None:
    run = swept((said("a"), said("b")), (said("c"), said("", None)))
    assert sweep_values.cell_table(run, GRID)[0] == [0.2, 0.5, 2, 2, 50.0, -1.0, 3.0]
    assert [row[2:5] for row in sweep_values.answer_table(run, GRID)][:2] == [[1, "a", "a"], [2, "b", "b"]]


@pytest.mark.parametrize("start", ["=1+1", "+x", "-x", "@x", "\tx", "\rx", "\nx", " =1+1", "\ufeff=1", "\uff1d1"])
def test_a_spreadsheet_runs_nothing(start: str) -> None:
    ((cell, number, text_number),) = csv.reader(
        io.StringIO(csv_text(["h"] * 3, [[start, -2.5, "-2.5"]]).split("\n", 1)[1])
    )
    assert (cell, number, text_number) == ("'" + start, "-2.5", "-2.5")


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("0.2, hot", "\u201cTemperatures\u201d has 'hot', which is no number; write 1 to 8 numbers with commas."),
        ("1; 0,5 x", "\u201cTemperatures\u201d has 'x', which is no number; write 1 to 8 numbers with commas."),
        (" ,", "\u201cTemperatures\u201d is empty; write 1 to 8 numbers with commas."),
        ("0.2 3", "\u201cTemperatures\u201d, row 2 is 3.0; it must be 2 or less."),
        ("0.2 nan", "\u201cTemperatures\u201d, row 2 is nan; it must be "),
    ],
)
def test_what_is_wrong_in_a_list_of_numbers_is_said_plainly_with_the_label(typed: str, says: str) -> None:
    (p,) = (p for p in parameters(Sweep) if p.name == "temperatures")
    with gr.Blocks():
        field = NumberList(parameter=p, widget=gr.Textbox())
    with pytest.raises(InvalidSetup) as error:
        setups.build(Sweep, {"temperatures": field.read(typed), "top_ps": [1.0]}, ())
    assert describe_error(error.value, sweep_values.LABELS).startswith(says)


@pytest.mark.parametrize(
    ("sampling", "says"),
    [
        ({"stop": [""]}, "`sampling.stop.0` is empty; it must not be empty."),
        ({"stop": ["x" * 101]}, "it may have 100 characters."),
        ({"logit_bias": {5: 101}}, "`sampling.logit_bias.5` is 101; it must be 100 or less."),
        ({"logit_bias": {5: "much"}}, "`sampling.logit_bias.5` is 'much'; it must be a number."),
    ],
)
def test_what_is_wrong_inside_a_list_or_a_mapping_is_said_plainly(sampling: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidSetup) as error:
        setups.parse({"sampling": sampling})
    assert str(error.value).endswith(says)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"temperatures": [0.1, "x"]}, "`temperatures.1` is 'x'; it must be a number."),
        ({"temperatures": [0.1, 3.0]}, "`temperatures.1` is 3.0; it must be 2 or less."),
        ({"temperatures": [math.nan]}, "`temperatures.0` is nan"),
        ({"samples": 41}, "`samples` is 41; it must be a whole number from 1 to 40"),
    ],
)
def test_a_wrong_grid_is_answered_with_field_and_rule(values: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidSetup) as error:
        setups.build(Sweep, values, ())
    assert says in str(error.value)
