"""Answers that are kept to learn from: right ones of an experiment, pairs of right and wrong, and those of runs."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground import setups
from playground.errors import InvalidSetup
from playground.evaluation.plan import Experiment, Item
from playground.evaluation.report import dump_results
from playground.evaluation.results import Result, Table
from playground.finetuning.preparation.kept_answers import kept_of_file
from playground.finetuning.preparation.own_rows import read_rows
from playground.finetuning.preparation.rows import PreferenceRow, TrainingRow
from playground.sharing.kept_runs import KeptRun, write_file
from playground.types import Run
from playground.ui.finetune.own_rows_panel import describe


def results_file(*answers: tuple[str, str, bool | None]) -> str:
    """A file of results: (item, answer, whether it is right)."""
    items = tuple(Item(id=name, input=f"What is {name}?") for name in dict.fromkeys(item for item, *_ in answers))
    results = tuple(
        Result(key=str(n), column="c", item=item, answer=answer, right=right)
        for n, (item, answer, right) in enumerate(answers)
    )
    return dump_results(Table(experiment=Experiment(), items=items, columns=("c",), results=results), (), ())


ANSWERS = results_file(
    ("a", "yes", True), ("a", " yes\n", True), ("a", "aye", True), ("a", "no", False), ("b", "no", False),
    ("c", "yes", True), ("d", "", True), ("d", "well", None),
)  # fmt: skip


def test_right_answers_are_kept_each_once() -> None:
    rows = read_rows(ANSWERS, "results.json").rows
    assert [(row.messages[-1].content, row.answer) for row in rows if isinstance(row, TrainingRow)] == [
        ("What is a?", "yes"),
        ("What is a?", "aye"),
        ("What is c?", "yes"),
    ]
    assert read_rows(ANSWERS.encode(), "results.json", template="Say: {input}").rows[0].messages[-1].content == (
        "Say: What is a?"
    )


def test_all_answers_and_preferences_are_kept_when_asked_for() -> None:
    everything = read_rows(ANSWERS, "results.json", keep="all")
    assert (len(everything.rows), everything.unkept) == (6, 2)  # one again, and one empty
    pairs = read_rows(ANSWERS, "results.json", keep="preferences")
    (row,) = pairs.rows
    assert pairs.unkept == 6
    assert isinstance(row, PreferenceRow)
    assert (row.messages[-1].content, row.chosen, row.rejected) == ("What is a?", "yes", "no")


def test_an_easy_item_does_not_fill_the_data() -> None:
    many = results_file(*[("a", f"answer {n}", True) for n in range(30)])
    read = read_rows(many, "results.json")
    assert (len(read.rows), read.unkept) == (4, 26)
    assert "26 answers of the file left out" in describe(read)


@pytest.mark.parametrize("keep", ["right", "preferences"])
def test_an_experiment_without_what_is_wanted_is_refused(keep: Any) -> None:
    with pytest.raises(InvalidSetup, match="The experiment has no "):
        read_rows(results_file(("a", "no", False)), "results.json", keep=keep)


RUN = Run(setup=setups.parse({"task": {"input": "How?"}}), status="done", answer="So.")


@pytest.mark.parametrize(
    "text",
    [
        write_file(
            [KeptRun(run=RUN), KeptRun(run=replace(RUN, status="stopped")), KeptRun(run=replace(RUN, answer=" "))]
        ),
        json.dumps({"panes": [{"title": "A", "runs": [setups.run_to_dict(RUN)]}]}),
        json.dumps([{"prompt": "How?", "runs": [setups.run_to_dict(RUN)]}]),
    ],
)
def test_answers_of_runs_that_ended_are_kept(text: str) -> None:
    (row,) = read_rows(text, "run.json").rows
    assert isinstance(row, TrainingRow)
    assert (row.messages[-1].content, row.answer) == ("How?", "So.")


@pytest.mark.parametrize(
    "text", ["", "{", "[1, 2]", '{"items": 3}', '{"input": "a", "reference": "b"}', "a,b\n1,2\n", "[" * 100_000]
)
def test_other_files_are_left_to_whoever_reads_those(text: str) -> None:
    assert kept_of_file(text).records == ()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "items",
                    "results",
                    "runs",
                    "run",
                    "panes",
                    "setup",
                    "task",
                    "input",
                    "answer",
                    "status",
                    "item",
                    "id",
                    "right",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_no_file_breaks_it(value: Any) -> None:
    try:
        records = kept_of_file(json.dumps(value)).records
    except InvalidSetup:
        return
    assert all(isinstance(text, str) for record in records for text in record.values())
