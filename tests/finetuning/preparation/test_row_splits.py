"""Splits: disjoint, by a seed, about as large as asked, and no question in two parts."""

from collections import Counter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from playground.errors import InvalidSetup
from playground.finetuning.preparation.checks.base import prompt_key
from playground.finetuning.preparation.rows import TrainingRow, messages_of
from playground.finetuning.preparation.splits import split_rows

# Few different questions, in several spellings: many rows ask the same.
ROWS = st.lists(
    st.tuples(st.integers(0, 12), st.sampled_from(["{}?", " {}", "{}.", "Q{}"]), st.text(max_size=3)), max_size=60
).map(
    lambda drawn: [
        TrainingRow(messages=messages_of(form.format(f"word{number}")), answer=answer, id=str(place))
        for place, (number, form, answer) in enumerate(drawn)
    ]
)
SHARES = st.floats(0, 0.45)


@given(ROWS, st.integers(0, 99), SHARES, SHARES)
def test_no_row_is_lost_and_no_question_is_in_two_parts(
    rows: list[TrainingRow], seed: int, validation: float, held_out: float
) -> None:
    questions = {prompt_key(row) for row in rows}
    assume(len(questions) >= 3)
    split = split_rows(rows, seed=seed, validation=validation, held_out=held_out)
    parts = (split.training, split.validation, split.held_out)
    assert sorted((row.id for part in parts for row in part), key=int) == [row.id for row in rows]
    assert sum(len({prompt_key(row) for row in part}) for part in parts) == len(questions)
    assert split.training
    assert [bool(split.validation), bool(split.held_out)] == [validation > 0, held_out > 0]
    assert all(list(part) == sorted(part, key=lambda row: int(row.id)) for part in parts)  # type: ignore[union-attr]
    assert split_rows(rows, seed=seed, validation=validation, held_out=held_out) == split
    largest = max(Counter(map(prompt_key, rows)).values())
    if len(questions) > 3:
        assert len(split.held_out) <= max(held_out * len(rows) + largest / 2, largest)


@given(st.integers(3, 200), st.integers(0, 9), SHARES, SHARES)
def test_where_all_rows_differ_the_sizes_are_those_asked_for(
    n: int, seed: int, validation: float, held_out: float
) -> None:
    rows = [TrainingRow(messages=messages_of(f"word{i}"), answer="a", id=str(i)) for i in range(n)]
    split = split_rows(rows, seed=seed, validation=validation, held_out=held_out)
    for part, share in ((split.validation, validation), (split.held_out, held_out)):
        assert abs(len(part) - share * n) <= (1 if share else 0)


def test_another_seed_parts_otherwise() -> None:
    rows = [TrainingRow(messages=messages_of(f"word{i}"), answer="a", id=str(i)) for i in range(50)]
    assert split_rows(rows, seed=1).held_out != split_rows(rows, seed=2).held_out


@pytest.mark.parametrize(
    ("count", "validation", "held_out", "said"),
    [
        (2, 0.1, 0.2, "questions: 2 for 3 parts. Give more rows, or set"),
        (1, 0.0, 0.2, "questions: 1 for 2 parts"),
        (0, 0.0, 0.0, "questions: 0 for 1 part. Give more rows."),
        (9, 0.5, 0.5, "leaves nothing to train on"),
        (9, -0.1, 0.2, "share from 0"),
        (9, 0.1, 1.0, "share from 0"),
        (9, float("nan"), 0.1, "share from 0"),
    ],
)
def test_what_cannot_be_parted_is_refused(count: int, validation: float, held_out: float, said: str) -> None:
    rows = [TrainingRow(messages=messages_of(f"word{i}"), answer="a") for i in range(count)]
    with pytest.raises(InvalidSetup, match=said):
        split_rows(rows, validation=validation, held_out=held_out)
