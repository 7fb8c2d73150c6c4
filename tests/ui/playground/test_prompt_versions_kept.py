"""The versions of a prompt: when there is a new one, what differs in two, and what a browser may send for them."""

from dataclasses import replace
from typing import Any

import pytest

from playground import setups
from playground.errors import InvalidSetup
from playground.types import Setup
from playground.ui.playground import versions_values
from playground.ui.playground.versions_values import (
    LONGEST_ANSWER,
    MOST,
    MOST_ANSWERS,
    Version,
    add_run,
    asked_text,
    difference,
    find_version,
    offered,
    read_versions,
    rename,
    write_versions,
)


def asks(text: str, **more: Any) -> Setup:
    return setups.parse({"task": {"input": text}, **more})


@pytest.fixture
def two() -> tuple[Version, ...]:
    return add_run(add_run((), asks("How many birds?"), "Four."), asks("Count the birds."), "Six.")


def test_a_run_that_asks_otherwise_is_a_version(two: tuple[Version, ...]) -> None:
    assert [version.number for version in two] == [1, 2]
    assert [setups.parse(version.setup) for version in two] == [asks("How many birds?"), asks("Count the birds.")]
    assert offered(two) == [
        ("Version 2 \u00b7 Input \u00b7 Six.", 2),
        ("Version 1 \u00b7 Zero-shot \u00b7 Four.", 1),
    ]


def test_the_same_again_only_has_another_answer(two: tuple[Version, ...]) -> None:
    again = add_run(two, asks("Count the birds."), "Seven.")
    assert [version.number for version in again] == [1, 2]
    assert [answer.text for answer in again[-1].answers] == ["Seven."]


def test_an_earlier_one_again_is_a_version_of_its_own(two: tuple[Version, ...]) -> None:
    again = add_run(two, asks("How many birds?"), "Five.")
    assert [version.number for version in again] == [1, 2, 3]


@pytest.mark.parametrize(
    ("now", "changes"),
    [
        (asks("Count the birds.", sampling={"temperature": 0.0, "seed": 3}), "Temperature, Seed"),
        (asks("Count the birds.", strategy="chain_of_thought"), "Technique"),
        (asks("Count!", model="other"), "Model, Input"),
    ],
)
def test_it_is_called_by_what_was_changed(two: tuple[Version, ...], now: Setup, changes: str) -> None:
    assert add_run(two, now, "x")[-1].changes == changes


def test_each_value_of_a_variable_has_its_answer(two: tuple[Version, ...]) -> None:
    setup = asks("Who ruled {{city}}?")
    versions = two
    for city in ("Paris", "Rome", "Paris"):
        versions = add_run(versions, setup, f"{city}, I think", f"city = {city}")
    assert [(a.of, a.text) for a in versions[-1].answers] == [
        ("city = Rome", "Rome, I think"), ("city = Paris", "Paris, I think"),
    ]  # fmt: skip
    text = "".join(piece for piece, _ in difference(versions[-1], None))
    assert "Version 3 answered for city = Rome:\nRome, I think" in text
    for number in range(20):
        versions = add_run(versions, setup, "x", str(number))
    assert len(versions[-1].answers) == MOST_ANSWERS


def test_a_name_stands_in_place_of_what_was_changed(two: tuple[Version, ...]) -> None:
    named = rename(two, 2, "  shorter ")
    assert offered(named)[0] == ("Version 2 \u00b7 shorter \u00b7 Six.", 2)
    assert rename(named, 2, "x" * 500)[1].name == "x" * 60
    with pytest.raises(InvalidSetup, match="no such version"):
        rename(two, 3, "x")


def test_the_difference_is_word_by_word_and_has_both_answers(two: tuple[Version, ...]) -> None:
    pieces = difference(two[1], two[0])
    assert pieces == difference(two[0], two[1])
    assert [text for text, change in pieces if change == "removed"] == ["How", "many", "?"]
    assert [text for text, change in pieces if change == "added"] == ["Count", "the", "."]
    old = "".join(text for text, change in pieces if change != "added")
    assert old.startswith(asked_text(asks("How many birds?")))
    assert old.endswith("Version 1 answered:\nFour.\n\nVersion 2 answered:\nSix.")


def test_the_text_says_everything_that_is_sent_and_set() -> None:
    chain = {
        "strategy": "chaining",
        "task": {
            "input": "tea", "role": "A poet.",
            "steps": [{"name": "One", "template": "{input}"}, {"name": "Two", "template": "Of {One}"}],
        },
        "sampling": {"temperature": 0.2, "stop": ["\n"], "logit_bias": {5: 1.0}},
    }  # fmt: skip
    assert asked_text(setups.parse(chain)) == (
        "[One]\nsystem: A poet.\nuser: tea\n\n[Two]\nsystem: A poet.\nuser: Of \u27e8One\u27e9\n\n"
        "Technique: Prompt chaining\nModel: default\nTemperature: 0.2\nLogit bias: 5: 1.0\nStop strings: '\\n'"
    )
    assert "assistant, begun: Let's think step by step." in asked_text(
        setups.parse({"strategy": "chain_of_thought", "task": {"input": "x", "answer": "number"}})
    )


def test_long_texts_are_shown_and_not_compared(two: tuple[Version, ...]) -> None:
    versions = add_run(two, asks("word " * 8000), "x")
    (first, change), *_ = difference(versions[-1], versions[-2])
    assert first.startswith(versions_values.TOO_LONG)
    assert change is None


def test_of_too_many_the_oldest_without_a_name_goes() -> None:
    versions: tuple[Version, ...] = ()
    for number in range(MOST + 5):
        versions = add_run(versions, asks(f"Question {number}"), "x")
        if number == 0:
            versions = rename(versions, 1, "the first")
    assert len(versions) == MOST
    assert [version.number for version in versions[:3]] == [1, 7, 8]
    assert versions[-1].number == MOST + 5
    for number in range(5):
        versions = add_run(versions, asks(f"{number}" + "word " * 20_000), "x")
    assert versions_values._characters(write_versions(versions)) <= versions_values.MOST_CHARACTERS
    assert read_versions(write_versions(versions)) == versions


def test_what_is_too_long_is_not_kept_and_answers_are_cut(two: tuple[Version, ...]) -> None:
    with pytest.raises(InvalidSetup, match="too long to be kept"):
        add_run(two, setups.parse({"task": {"input": "x" * 200_000, "role": "y" * 1000}}), "x")
    assert add_run(two, asks("x"), "y" * 10_000)[-1].answers[0].text == "y" * LONGEST_ANSWER + "\u2026"


def test_what_a_browser_keeps_comes_back_whole(two: tuple[Version, ...]) -> None:
    odd = add_run(two, asks("x", strategy="few_shot", task={"input": "x", "examples": [{"input": "1", "output": "2"}]}),
                  "\x00\x1b control characters")  # fmt: skip
    assert read_versions(write_versions(odd)) == odd
    assert read_versions(None) == read_versions([]) == ()


@pytest.mark.parametrize(
    "raw",
    [
        5, "x", {}, [5], [{}], [None], [[]],
        [{"number": 1}],
        [{"number": -1, "name": "", "setup": {}, "changes": "", "answers": []}],
        [{"number": "1", "name": "", "setup": {}, "changes": "", "answers": []}],
        [{"number": 1, "name": "x" * 61, "setup": {}, "changes": "", "answers": []}],
        [{"number": 1, "name": "", "setup": [], "changes": "", "answers": []}],
        [{"number": 1, "name": "", "setup": {}, "changes": "", "answers": [5]}],
        [{"number": 1, "name": "", "setup": {}, "changes": "", "answers": [{"of": "", "text": "x"}] * 9}],
        [{"number": 1, "name": "", "setup": {}, "changes": "", "answers": [], "more": 1}],
        [{"number": 1, "name": "", "setup": {}, "changes": "", "answers": []}] * 41,
        [{"number": 1, "name": "", "setup": {"a": "x" * 500_000}, "changes": "", "answers": []}],
        [{"number": 1, "name": "", "setup": {"a": [0] * 100_000}, "changes": "", "answers": []}],
    ],
)  # fmt: skip
def test_what_is_no_list_of_versions_is_refused(raw: Any) -> None:
    with pytest.raises(InvalidSetup, match="no versions that this page keeps"):
        read_versions(raw)


def test_a_setup_that_is_none_is_refused_when_it_is_used(two: tuple[Version, ...]) -> None:
    forged = (replace(two[0], setup={"strategy": "nope"}),)
    with pytest.raises(InvalidSetup, match="strategy"):
        difference(find_version(forged, 1), None)


def test_nothing_of_a_key_is_kept(two: tuple[Version, ...]) -> None:
    """A setup names a model and no server; whoever adds a field reads here that it would stay in a browser."""
    kept = {"model", "adapter", "scale", "strategy", "options", "task", "sampling"}
    assert {*setups.to_dict(asks("x"))} == kept
