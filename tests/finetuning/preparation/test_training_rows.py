"""Rows: read from files as people have them, written and read back, and refused in words."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.errors import InvalidSetup, LimitReached
from playground.finetuning.preparation.own_rows import read_rows
from playground.finetuning.preparation.rows import (
    PreferenceRow,
    Row,
    TrainingRow,
    from_json_lines,
    messages_of,
    to_json_lines,
)
from playground.types import Message

TEXTS = st.text(st.characters(exclude_categories=("Cs",)))
MESSAGES = st.lists(st.builds(Message, st.sampled_from(["system", "user", "assistant"]), TEXTS), min_size=1).map(tuple)
ROWS = st.one_of(
    st.builds(TrainingRow, messages=MESSAGES, answer=TEXTS, id=TEXTS),
    st.builds(PreferenceRow, messages=MESSAGES, chosen=TEXTS, rejected=TEXTS, id=TEXTS),
)
HOW = (Message("user", "How?"),)
ANSWERED = TrainingRow(messages=HOW, answer="So.", id="1")
BETTER = PreferenceRow(messages=HOW, chosen="So.", rejected="No.", id="1")
TURNS = [{"role": "user", "content": "How?"}, {"role": "assistant", "content": "So."}]


@given(st.lists(ROWS))
def test_json_lines_are_read_back_as_they_were(rows: list[Row]) -> None:
    assert list(from_json_lines(to_json_lines(rows))) == rows


@pytest.mark.parametrize(
    "line",
    ["{", "[]", "{}", '{"id": "1", "prompt": [], "completion": []}', '{"id": "1", "prompt": "a", "completion": "b"}',
     '{"id": "1", "prompt": [{"role": "tool", "content": "a"}], "completion": [{"role": "assistant", "content": "b"}]}',
     '{"id": "1", "prompt": [{"role": "user", "content": "a"}], "completion": [{"role": "user", "content": "b"}]}',
     '{"id": "1", "prompt": [{"role": "user", "content": 1}], "completion": [{"role": "assistant", "content": "b"}]}'],
)  # fmt: skip
def test_a_line_that_is_no_row_is_named(line: str) -> None:
    good = to_json_lines([TrainingRow(messages=HOW, answer="So.", id="1")])
    with pytest.raises(InvalidSetup, match=r"Line 2 is no row of training data"):
        from_json_lines(good + line)


@pytest.mark.parametrize(
    ("filename", "content", "row"),
    [
        ("a.csv", "question,answer\nHow?,So.\n", ANSWERED),
        ("a.csv", "id,question,answer\nx7,How?,So.\n", TrainingRow(messages=HOW, answer="So.", id="x7")),
        ("a.jsonl", json.dumps({"messages": TURNS}), ANSWERED),
        (
            "a.jsonl",
            json.dumps({"messages": [{"role": "system", "content": "Be brief.\nAlways."}, *TURNS]}),
            TrainingRow(messages=(Message("system", "Be brief.\nAlways."), *HOW), answer="So.", id="1"),
        ),
        (
            "a.json",
            json.dumps([{"conversations": [{"from": "human", "value": "How?"}, {"from": "gpt", "value": "So."}]}]),
            ANSWERED,
        ),
        ("a.jsonl", json.dumps({"prompt": TURNS[:1], "completion": TURNS[1:]}), ANSWERED),
        ("a.jsonl", json.dumps({"prompt": "How?", "completion": "So."}), ANSWERED),
        ("a.jsonl", json.dumps({"instruction": "How?", "input": "", "output": "So."}), ANSWERED),
        ("a.jsonl", json.dumps({"prompt": "How?", "chosen": "So.", "rejected": "No."}), BETTER),
        (
            "a.jsonl",
            json.dumps({"id": "p", "prompt": TURNS[:1], "chosen": TURNS[1:], "rejected": TURNS[1:]}),
            PreferenceRow(messages=HOW, chosen="So.", rejected="So.", id="p"),
        ),
        ("", "How?\tSo.\nWhy?\tThus.\n", ANSWERED),
    ],
)  # fmt: skip
def test_files_of_many_shapes_are_read(filename: str, content: str, row: Row) -> None:
    assert read_rows(content, filename).rows[0] == row
    if filename:
        assert read_rows(content.encode(), filename).rows == (row,)


def test_what_is_written_is_read_as_own_data_too() -> None:
    rows = (
        TrainingRow(messages=messages_of("How?", "Be brief."), answer="So.", id="1"),
        TrainingRow(messages=messages_of('{"role": "user", "content": "forged"}'), answer="So.", id="2"),
    )
    assert read_rows(to_json_lines(rows), "rows.jsonl").rows == rows


def test_template_and_system_message_go_around_plain_inputs_only() -> None:
    read = read_rows("input,label\nfine {x},good\n", "a.csv", template="Review: {input}\nLabel:", system="Be brief.")
    assert read.rows[0].messages == messages_of("Review: fine {x}\nLabel:", "Be brief.")
    turns = read_rows(json.dumps({"messages": TURNS}), "a.jsonl", template="Review: {input}", system="Be brief.")
    assert turns.rows[0].messages == HOW
    with pytest.raises(InvalidSetup, match="it must hold"):
        read_rows("input,label\nfine,good\n", "a.csv", template="Review:")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("question\nHow?\n", "1 of 1 rows cannot be learned from: row 1 has no answer to learn"),
        ("question,answer\nHow?,So.\nWhy?,\n", "line 3 has nothing in the column 'answer'"),
        ("", "empty"),
    ],
)
def test_rows_without_an_answer_are_named(content: str, said: str) -> None:
    with pytest.raises(InvalidSetup) as refused:
        read_rows(content, "a.csv")
    assert said in str(refused.value)


def test_bad_rows_are_left_out_when_that_is_chosen() -> None:
    read = read_rows("question,answer\nHow?,So.\nWhy?,\n", "a.csv", skip_bad=True)
    assert (len(read.rows), read.bad) == (1, ((3, "has nothing in the column 'answer'"),))
    lines = [
        {"prompt": "How?", "chosen": "So.", "rejected": ""},
        {"prompt": "Why?", "chosen": "So.", "rejected": "No."},
    ]
    read = read_rows("\n".join(map(json.dumps, lines)), "a.jsonl", skip_bad=True)
    assert [row.id for row in read.rows] == ["2"]
    assert read.bad == ((1, "has nothing in the column 'rejected'"),)


def test_too_many_rows_are_refused() -> None:
    with pytest.raises(LimitReached):
        read_rows("question,answer\n" + "How?,So.\n" * 10_001, "a.csv")


@pytest.mark.parametrize(
    "words", [{"template": "{input}" * 20_000}, {"template": "{input}" + "x" * 150_000}, {"system": "x" * 150_000}]
)
@pytest.mark.parametrize("names", ["question,answer", "prompt,chosen,rejected"])
def test_words_around_each_input_do_not_multiply_them_beyond_what_a_file_may_have(
    words: dict[str, str], names: str
) -> None:
    row = ",".join(["x" * 20, "So.", "No."][: names.count(",") + 1])
    with pytest.raises(LimitReached, match="characters together; 20,971,520 is the most"):
        read_rows(f"{names}\n" + f"{row}\n" * 400, "a.csv", **words)


def test_an_answer_to_nothing_is_no_row() -> None:
    lines = "\n".join(
        json.dumps({"messages": turns})
        for turns in ([{"role": "assistant", "content": "So."}], [{"role": "user", "content": "How?"}] * 1)
    )
    with pytest.raises(InvalidSetup, match="row 1 has an answer and nothing that is asked"):
        read_rows(lines, "a.jsonl")


def test_a_text_that_begins_like_very_deep_json_is_a_text() -> None:
    deep = '{"a":' * 20_000
    (row,) = read_rows(json.dumps({"input": deep, "answer": "So."}), "a.jsonl").rows
    assert isinstance(row, TrainingRow)
    assert row.messages == messages_of(deep)
