"""A list of prompts through several panes: read, run row by row, stopped with what was done."""

import time
from dataclasses import asdict, replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from patience import PATIENCE

from playground import setups
from playground.backends.catalog import Catalog, ModelEntry
from playground.backends.scripted import ScriptedBackend
from playground.errors import InvalidSetup, LimitReached
from playground.evaluation.prompt_table import PromptRow, check_size, read_prompts, run_table, write_prompts
from playground.types import Setup, Weights


@pytest.mark.parametrize(
    ("text", "prompts"),
    [
        ("one\n\n two, three \n", ("one", "two, three")),
        ("\ufeffone", ("one",)),
        ('id,Prompt\n1,first\n2,"with, comma"\n3,\n', ("first", "with, comma")),
        ("input,label\nGood film,positive\n", ("Good film",)),
        ('prompt\n"two\nlines"\n', ("two\nlines",)),
        ("input,prompt\na,b", ("b",)),
        ('id;Prompt\n1;"one; two, three"\n2;four', ("one; two, three", "four")),
        ("prompt,\nfirst,,,\n", ("first",)),  # as spreadsheets write empty columns
        ("label\tquestion\nx\tWhy, then?", ("Why, then?",)),
        ("Hello, you\nWhat, me?", ("Hello, you", "What, me?")),
        ("red, blue\nA prompt about colours", ("red, blue", "A prompt about colours")),
        ('What is "x", please?\nAnd y?', ('What is "x", please?', "And y?")),
    ],
)
def test_prompts(text: str, prompts: tuple[str, ...]) -> None:
    assert read_prompts(text) == prompts


@example(["one\rline", "=1+1", 'a "big", one'])
@given(st.lists(st.text() | st.text(alphabet='a,;\t\n\r" =-'), min_size=1, max_size=5))
def test_prompts_that_are_written_are_read_again(prompts: list[str]) -> None:
    kept = tuple(prompt.strip() for prompt in prompts if prompt.strip())
    if kept:
        assert read_prompts(write_prompts(prompts)) == kept


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        (" \n ", InvalidSetup, "The list has no prompt"),
        ("prompt,label\n,x\n", InvalidSetup, "The column 'prompt' of the CSV has no prompt"),
        (
            "prompt\nSay hello, world",
            InvalidSetup,
            "Row 1 of the CSV has 2 cells and its header 1: put a prompt with a c",
        ),
        ("id;prompt\n1;a\n2;b; c", InvalidSetup, "Row 2 of the CSV has 3 cells and its header 2: .* a semicolon in it"),
        ("id,prompt\n1,a\n2\n3,c", InvalidSetup, "Row 2 of the CSV has 1 cell and its header 2: it has no prompt"),
        ("prompt" + "," * 300 + "\nfirst" + "," * 300, InvalidSetup, "Line 2 of the CSV has more than 200 cells"),
        ("id;frage\n1;Warum?", InvalidSetup, "columns of the CSV are 'id', 'frage'; name the one .* prompt, input,"),
        ("\n".join(["x"] * 201), LimitReached, "201 prompts; 200 is the most"),
        ("prompt\n" + "x" * 200_001, InvalidSetup, "Line 2 of the CSV has a cell of more than 131,072 characters"),
        ('prompt,label\n"never closed,x\nfour', InvalidSetup, "Line 2 of the CSV opens a quotation mark that is never"),
        ('prompt,label\n"two" words,x', InvalidSetup, "Line 2 of the CSV has quotation marks that do not match"),
        ("ok\n" + "x" * 200_001, InvalidSetup, "Prompt 2 has more than 200,000 characters"),
    ],
)
def test_no_prompts(text: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        read_prompts(text)


@pytest.fixture
def catalog() -> Catalog:
    backend = ScriptedBackend(delay=0.002)
    return Catalog(
        [
            ModelEntry(
                name=name, title=name, kind="scripted", load=lambda _: backend, capabilities=backend.capabilities
            )
            for name in "ab"
        ]
    )


def on(panes: list[Weights]) -> list[Setup]:
    return [replace(setups.parse({}), **asdict(pane)) for pane in panes]


def test_rows_come_one_after_the_other(catalog: Catalog) -> None:
    panes, prompts = [Weights(model="a"), Weights(model="b")], ["first", "second", "third"]
    seen = list(run_table(on(panes), prompts, catalog))
    assert [row.prompt for row in seen[-1]] == prompts
    assert all(run.status == "done" and row.prompt in run.answer for row in seen[-1] for run in row.runs)
    assert [[run.setup.model for run in row.runs] for row in seen[-1]] == [["a", "b"]] * 3
    assert len({row.runs[0].seed for row in seen[-1]}) == 1
    assert sorted({len(rows) for rows in seen}) == [1, 2, 3]


def test_stopping_keeps_what_was_done(catalog: Catalog) -> None:
    rows = run_table(on([Weights(model="a")]), ["first", "second", "third"], catalog)
    for so_far in rows:
        if len(so_far) == 2:
            break
    rows.close()
    assert so_far[0].runs[0].status == "done"


def test_a_bad_cell_is_a_result(catalog: Catalog) -> None:
    *_, rows = run_table(on([Weights(model="a"), Weights(model="x")]), ["one", "two"], catalog)
    assert [[run.status for run in row.runs] for row in rows] == [["done", "failed"]] * 2


def test_a_list_that_takes_too_long_is_ended_and_keeps_its_rows(catalog_of: Any) -> None:
    words = {"quick": 1, "slow": 5000}
    catalog = catalog_of(lambda request, _: "word " * words[request.messages[-1].content], delay=0.01)
    setup, prompts = setups.parse({"sampling": {"max_tokens": 4000}}), ["quick", "slow", "never"]
    seen: list[tuple[PromptRow, ...]] = []
    with pytest.raises(LimitReached, match="It has taken 1 seconds, the most for one list here"):
        seen.extend(run_table([setup], prompts, catalog, max_total_seconds=1))
    assert [row.prompt for row in seen[-1]] == ["quick", "slow"]
    assert seen[-1][0].runs[0].status == "done"
    end = time.monotonic() + PATIENCE
    while catalog.info("default").users and time.monotonic() < end:
        time.sleep(0.02)
    assert not catalog.info("default").users  # the work has ended, not only its telling


def test_a_list_has_no_more_answers_than_an_experiment_has_cells() -> None:
    check_size(["a"] * 10, [Weights()] * 2, 20, "THE_LIMIT")
    with pytest.raises(LimitReached, match=r"This list has 22 answers; 20 is the most \(THE_LIMIT\)"):
        check_size(["a"] * 11, [Weights()] * 2, 20, "THE_LIMIT")
