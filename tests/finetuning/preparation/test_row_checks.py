"""Checks before training: each finds what is wrong, and leaves rows alone that are fine."""

from collections.abc import Sequence
from typing import Any

import pytest

from playground.errors import InvalidSetup
from playground.finetuning.preparation.checks import RowFinding, check_rows, refuse_useless
from playground.finetuning.preparation.checks.balance import labels_of
from playground.finetuning.preparation.rows import PreferenceRow, Row, TrainingRow, messages_of

THINGS = "lamp kettle chair rug vase clock shelf mirror basket pillow towel candle drawer stool bench frame hook mat"


def row(prompt: str, answer: str, id: str = "x") -> TrainingRow:
    return TrainingRow(messages=messages_of(prompt), answer=answer, id=id)


def fine_rows() -> list[Row]:
    return [
        row(f"Where is the {thing}? I saw it {n} times.", f"The {thing} stands in room number {n}.", f"fine {n}")
        for n, thing in enumerate((THINGS + " " + THINGS.upper().replace(" ", "s ")).split())
    ]


def found(rows: Sequence[Row], check: str, held_out: Sequence[Row] = ()) -> RowFinding | None:
    return next((finding for finding in check_rows(rows, held_out) if finding.check == check), None)


def test_good_rows_are_found_fault_with_by_no_check() -> None:
    assert check_rows(fine_rows(), fine_rows()[:0]) == ()


@pytest.mark.parametrize(
    ("check", "weight", "odd"),
    [
        ("duplicates", "warning", [row("Where?", "Here, of course.", "a"), row("Where?", "Here, of course.", "b")]),
        (
            "near duplicates",
            "warning",
            [row("Where?", "Here, of course.", "a"), row("where ", "here,  of course", "b")],
        ),
        ("contradictions", "warning", [row("Where?", "Here, of course.", "b"), row("where?", "There.", "b")]),
        ("empty", "stop", [row("Where?", " \n", "b")]),
        ("empty", "stop", [row(" ", "Here, of course.", "b")]),
        ("echo", "warning", [row("Where is it?", "where is it", "b")]),
        ("control tokens", "warning", [row("Where?<|im_end|>\n<|im_start|>system", "Here, of course.", "b")]),
        ("control tokens", "warning", [row("Where?", "[INST] no [/INST]", "b")]),
        ("broken letters", "warning", [row("Un cafÃ©?", "Here, of course.", "b")]),
        ("broken letters", "warning", [row("Where?", "Here\ufffd", "b")]),
        ("markup", "warning", [row("Where?", "Here &amp; there<br/>", "b")]),
        ("long answers", "warning", [row("Where?", "Here and there. " * 80, "b")]),
        ("personal data", "warning", [row("Write to nobody@example.org", "Here, of course.", "b")]),
        ("no preference", "stop", [PreferenceRow(messages=messages_of("Where?"), chosen="A", rejected="A ", id="b")]),
    ],
)
def test_what_is_odd_is_named(check: str, weight: str, odd: list[Row]) -> None:
    finding = found([*fine_rows(), *odd], check)
    assert finding is not None
    assert finding.weight == weight
    assert set(finding.rows) == {"b"}
    assert "row" in finding.sentence
    assert found(fine_rows(), check) is None


@pytest.mark.parametrize(
    "text",
    ["nobody@example.org", "+49 30 5550 1234", "(030) 5550-1234", "0151 2345678", "4111 1111 1111 1111",
     "GB82 WEST 1234 5698 7654 32", "DE89370400440532013000", "078-05-1120", "192.168.0.12"],
)  # fmt: skip
def test_personal_data_is_found_and_never_repeated(text: str) -> None:
    finding = found([*fine_rows(), row("Where?", f"It is {text}, as ever.", "b")], "personal data")
    assert finding is not None
    assert finding.rows == ("b",)
    assert text not in finding.sentence
    assert "only reading the rows finds them" in finding.sentence


@pytest.mark.parametrize(
    "text",
    ["3.14159265358979", "1,234,567 people", "2026-11-30 10:15", "30.11.2026", "version 6.31.0", "1.2.3.4.5",
     "4111 1111 1111 1112", "at 10:30, for 12 guests", "12345678901234567890123", "ISO 13616", "arXiv 2005.14165",
     "a@b", "DE89370400440532013001", "10 000 000 000"],
)  # fmt: skip
def test_numbers_of_other_kinds_are_no_personal_data(text: str) -> None:
    assert found([*fine_rows(), row("Where?", f"It is {text} as ever.", "b")], "personal data") is None


def labelled(**counts: int) -> list[Row]:
    return [
        row(f"Is {label} {n} fine?", label, f"{label} {n}") for label, count in counts.items() for n in range(count)
    ]


def test_labels_are_counted() -> None:
    labels = labels_of(labelled(good=30, bad=10))
    assert labels is not None
    assert labels.counts == (("good", 30), ("bad", 10))
    assert labels_of(fine_rows()) is None
    assert labels_of([PreferenceRow(messages=messages_of("?"), chosen="a", rejected="b")] * 9) is None


@pytest.mark.parametrize(
    ("rows", "weight", "said"),
    [
        (labelled(good=30), "stop", "Every answer is 'good'"),
        (labelled(good=20, bad=20), "note", "right in 50%"),
        (labelled(good=40, bad=10), "warning", "right in 80%"),
        (labelled(good=20, bad=20, odd=2), "warning", "'odd' comes 2 times"),
        (labelled(good=20, Good=3, bad=20), "warning", "2 labels are written in 3 ways"),
    ],
)
def test_labels_that_are_uneven_are_told(rows: list[Row], weight: str, said: str) -> None:
    findings = [f for f in check_rows(rows) if f.check == "labels"]
    assert (weight, True) in [(f.weight, said in f.sentence) for f in findings]


def test_what_is_held_out_and_trained_on_stops() -> None:
    finding = found(fine_rows(), "overlap", [row("where is the lamp? i saw it 0 times", "Somewhere.", "h")])
    assert finding is not None
    assert (finding.weight, finding.rows) == ("stop", ("h",))
    assert found(fine_rows(), "overlap", [row("Where is the harbour?", "Somewhere.", "h")]) is None


@pytest.mark.parametrize(
    ("rows", "apart", "said"),
    [
        ([], [], "No row is left to learn from"),
        ([row(f"Is {n} a number?", "yes") for n in range(30)], [], "would learn to say that, whatever is asked"),
        (None, [row("where is the lamp? i saw it 0 times", "Somewhere.", "h")], "are asked in training too"),
    ],
)
def test_what_makes_no_sense_to_train_on_is_refused(rows: list[Row] | None, apart: list[Row], said: str) -> None:
    with pytest.raises(InvalidSetup, match=said):
        refuse_useless(fine_rows() if rows is None else rows, apart)
    refuse_useless(fine_rows(), [])


STORY = "The ferry leaves the northern harbour every morning at eight and reaches the small island before noon."


def test_long_texts_that_were_changed_a_little_are_found() -> None:
    training = [*fine_rows(), row(f"When does it leave? {STORY}", "At eight.", "s")]
    changed = row(f"Tell me: {STORY.replace('noon', 'lunch')}", "At eight.", "h")
    finding = found(training, "near overlap", [changed])
    assert finding is not None
    assert (finding.weight, finding.rows) == ("warning", ("h",))


def test_the_words_around_every_input_are_no_overlap() -> None:
    around = "Read the review below and answer with one word only: Positive, Negative or Neutral. Review: {}"
    training = [row(around.format(thing), "Positive", thing) for thing in THINGS.split()]
    assert found(training, "near overlap", [row(around.format("harbour"), "Negative", "h")]) is None


def test_few_rows_are_told_and_none_are_refused() -> None:
    assert found(fine_rows()[:1], "rows") is not None
    assert "Only 1 row to learn from:" in found(fine_rows()[:1], "rows").sentence  # type: ignore[union-attr]
    with pytest.raises(InvalidSetup, match="no rows to learn from"):
        check_rows([])


def test_lengths_are_held_against_the_window(default_model: tuple[Any, Any]) -> None:
    tokenizer = default_model[1]
    rows = [*fine_rows(), row("word " * 300, "It is long.", "long")]
    *_, note = check_rows(rows, tokenizer=tokenizer, window=8192)
    assert (note.check, note.weight) == ("lengths", "note")
    assert "in the longest (row long)" in note.sentence
    stop, *_ = check_rows(rows, tokenizer=tokenizer, window=200)
    assert (stop.check, stop.weight, stop.rows) == ("lengths", "stop", ("long",))
