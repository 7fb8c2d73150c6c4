"""Rows that heads learn from: kept and read again, of one's own refused by name, and those that come with the app."""

import json
from typing import Any

import pytest

from playground.errors import InvalidSetup, LimitReached
from playground.finetuning.heads.built_in import built_in
from playground.finetuning.heads.kinds import HEADS
from playground.finetuning.heads.own import MOST_CHARACTERS, labels_of, read_own
from playground.finetuning.heads.rows import AskedPassage, TaggedText, from_json_lines, texts_of, to_json_lines


@pytest.mark.parametrize("kind", HEADS)
def test_built_in_rows_are_kept_whole_and_none_is_on_both_sides(kind: Any) -> None:
    training, held_out = built_in(kind, seed=3)
    assert len(training) > 100
    assert len(held_out) >= 30
    assert from_json_lines(kind, to_json_lines(held_out)) == held_out
    assert not {texts_of(row) for row in training} & {texts_of(row) for row in held_out}
    assert set(labels_of(held_out)) <= set(labels_of(training))
    assert built_in(kind, seed=3) == (training, held_out)


def test_values_of_orders_stand_where_the_rows_say() -> None:
    orders = [row for part in built_in("tokens", seed=1) for row in part if isinstance(row, TaggedText)]
    days = {row.text[s.start : s.end].casefold() for row in orders for s in row.spans if s.label == "DAY"}
    assert days <= {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "today", "tomorrow"}
    asked = [row for row in built_in("answers", seed=1)[1] if isinstance(row, AskedPassage)]
    assert all(row.answer and row.answer in row.passage for row in asked)


def table(*lines: str) -> str:
    return "\n".join(lines)


MOODS = table("text,label", *(f"text {n},{'good' if n % 2 else 'bad'}" for n in range(20)))
OWN = {
    "classification": MOODS,
    "tokens": table(*(json.dumps({"text": f"Ann {n}", "spans": [{"text": "Ann", "label": "WHO"}]}) for n in range(20))),
    "answers": table("passage,question,answer", *(f"It opens at {n}.,When?,{n}" for n in range(20))),
    "reward": table("prompt,chosen,rejected", *(f"Is it {n}?,yes {n},no {n}" for n in range(20))),
}


@pytest.mark.parametrize("kind", HEADS)
def test_rows_of_ones_own_are_parted(kind: Any) -> None:
    training, held_out = read_own(kind, OWN[kind], seed=1)
    assert (len(training), len(held_out)) == (16, 4)
    assert read_own(kind, OWN[kind], seed=1) == (training, held_out) != read_own(kind, OWN[kind], seed=2)


def test_what_reads_the_same_stays_on_one_side() -> None:
    twice = table(MOODS, *MOODS.split("\n")[1:])
    training, held_out = read_own("classification", twice, seed=1)
    assert len(held_out) == 8
    assert not {texts_of(row) for row in training} & {texts_of(row) for row in held_out}


@pytest.mark.parametrize(
    ("kind", "text", "match"),
    [
        ("classification", "", "There are 0 rows; 10 are the least"),
        ("classification", table("text,mood", "a,b"), "row 1 has no `label`. Each is a text and its label"),
        ("classification", table("text,label", *(f"t{n},same" for n in range(20))), "have 1 label: there is nothing"),
        ("classification", table("text,label", *(f"t{n},l{n}" for n in range(80))), "labels; 50 is the most"),
        ("classification", table("text,label", *["same,a"] * 12), "All rows say the same"),
        ("tokens", '{"text": "Ann", "spans": [{"text": "Bob", "label": "WHO"}]}', "does not stand in its text"),
        ("tokens", '{"text": "Ann", "spans": [{"text": "Ann", "label": "O"}]}', "label O"),
        ("tokens", '{"text": "Ann", "spans": [7]}', "no object with `text` and `label`"),
        ("tokens", '{"text": "Ann", "spans": [{"start": 0, "end": 9, "label": "WHO"}]}', "does not stand in its text"),
        ("tokens", '{"text": "Ann"}', "has no list `spans`"),
        ("answers", table("passage,question,answer", "It is red.,Which?,blue"), "does not stand in its passage"),
        ("reward", table("prompt,chosen,rejected", "a,b,b"), "two answers that are the same"),
        ("reward", "{broken\n[1]", "row 1 has no `prompt`; row 2 has no `prompt`"),
    ],
)
def test_what_cannot_be_learned_from_is_said(kind: Any, text: str, match: str) -> None:
    with pytest.raises(InvalidSetup, match=match):
        read_own(kind, text, seed=0)


def test_a_label_without_a_row_to_learn_from_is_said() -> None:
    rows = [f"text {n},{'good' if n % 2 else 'bad'}" for n in range(20)]
    said = []
    for seed in range(40):  # in which the only row of its kind is held out now and then
        try:
            read_own("classification", table("text,label", *rows, "odd one,rare"), seed)
        except InvalidSetup as error:
            said.append(str(error))
    assert said
    assert all("Of the label 'rare' there are too few rows" in one for one in said)


def test_too_much_is_refused() -> None:
    with pytest.raises(LimitReached, match="characters"):
        read_own("classification", "x" * (MOST_CHARACTERS + 1), 0)
    with pytest.raises(LimitReached, match="more than 5,000 rows"):
        read_own("classification", table("text,label", *(f"t{n},a" for n in range(5001))), 0)
