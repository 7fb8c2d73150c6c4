"""Variables of the input: a table that is typed, the row that is chosen, and what is put in."""

import contextlib
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground import setups
from playground.errors import InvalidSetup, PlaygroundError
from playground.prompts import prompts_of
from playground.types import MAX_TEXT
from playground.ui.playground.variables_values import MOST_ROWS, choose, describe, fill_all, list_rows, read_table

CITIES = "city, year\nParis, 1900\nRome, 1960"


def filled(text: str, table: str = CITIES, row: Any = 0) -> str:
    data = choose(read_table(table), row).fill({"task": {"input": text}})
    return str(data["task"]["input"])


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("", ()),
        (" \n ", ()),
        (",\n, ,", ()),
        (CITIES, ({"city": "Paris", "year": "1900"}, {"city": "Rome", "year": "1960"})),
        ("city\tyear\nParis, France\t1900", ({"city": "Paris, France", "year": "1900"},)),
        ('{{city}}\n"Paris, France"\n\n"a ""big"" one"\n', ({"city": "Paris, France"}, {"city": 'a "big" one'})),
        ('text\n"two\nlines"', ({"text": "two\nlines"},)),
        ("a b, c-d\r\n1, \r\n", ({"a b": "1", "c-d": ""},)),
        ("\u540d\n\u6771\u4eac", ({"\u540d": "\u6771\u4eac"},)),
    ],
)
def test_a_table_is_names_and_rows(table: str, rows: tuple[dict[str, str], ...]) -> None:
    assert read_table(table) == rows


@pytest.mark.parametrize(
    ("table", "why"),
    [
        (5, "must be text"),
        ("city", "no values yet"),
        ("city\n" + "x\n" * (MOST_ROWS + 1), f"{MOST_ROWS} is the most"),
        (", ".join(f"c{i}" for i in range(13)) + "\n1", "12 is the most"),
        ("city, year\nParis", "Row 1 of the table of values has 1 cell for 2 variables"),
        ("city\nParis, France", "quotation marks"),
        ('city\n"Paris', "quotation marks"),
        ("city, city\n1, 2", "twice"),
        ("1st\nx", "'1st' is none"),
        ("a.b\nx", "'a.b' is none"),
        ("city,\nParis,", "'' is none"),
        ("x" * (MAX_TEXT + 1), f"{MAX_TEXT:,} is the most"),
        ("a\n" + "x" * 150_000, "cannot be read"),
    ],
)
def test_what_is_no_table_is_refused_in_words(table: Any, why: str) -> None:
    with pytest.raises(InvalidSetup, match=why):
        read_table(table)


@pytest.mark.parametrize(
    ("text", "row", "sent"),
    [
        ("Who ruled {{city}} in {{ year }}?", 0, "Who ruled Paris in 1900?"),
        ("Who ruled {{city}}? {{city}}!", 1, "Who ruled Rome? Rome!"),
        ("{city} {{{city}}} }}{{", 0, "{city} {Paris} }}{{"),
        ("nothing", 0, "nothing"),
        ("{{city}}", 7, "Paris"),
        ("{{city}}", None, "Paris"),
        ("{{city}}", "1", "Paris"),
        ("{{city}}", True, "Paris"),
        ("{{city}}", -1, "Paris"),
    ],
)
def test_the_chosen_row_is_put_in(text: str, row: Any, sent: str) -> None:
    assert filled(text, row=row) == sent


def test_what_is_put_in_is_never_looked_at_again() -> None:
    assert filled("{{a}}", "a, b\n{{b}}, {input}") == "{{b}}"


def test_every_row_is_put_in() -> None:
    rows = read_table(CITIES)
    asked = fill_all(rows, {"task": {"input": "Who ruled {{city}}\nin {{year}}?"}})
    assert asked == ("Who ruled Paris\nin 1900?", "Who ruled Rome\nin 1960?")


@pytest.mark.parametrize(
    ("table", "text", "why"),
    [
        ("", "{{city}}", "has no row yet"),
        (CITIES, "Of {city}", r"has no variable that the rows differ in; write \{\{city\}\} where"),
        (CITIES, "Of {{town}}", "the table of values has no column"),
    ],
)
def test_rows_that_cannot_be_tried_are_refused_in_words(table: str, text: str, why: str) -> None:
    with pytest.raises(InvalidSetup, match=why):
        fill_all(read_table(table), {"task": {"input": text}})


def test_without_a_table_braces_are_words_like_others() -> None:
    assert filled("Explain {{city}} of Jinja.", "") == "Explain {{city}} of Jinja."


def test_a_variable_without_a_column_is_named() -> None:
    with pytest.raises(InvalidSetup, match=r"\{\{town\}\}, for which the table of values has no column") as refused:
        filled("{{town}}")
    assert refused.value.path == ("task", "input")


def test_many_variables_make_no_endless_text() -> None:
    with pytest.raises(InvalidSetup, match="would have"):
        filled("{{a}}" * 1000, "a\n" + "x" * 1000)


def test_a_chain_sees_the_values_and_its_own_templates_stay_as_they_are() -> None:
    """There `{{city}}` stands for `{city}` itself."""
    steps = [{"name": "One", "template": "{input} {{city}}"}]
    data = choose(read_table(CITIES), 0).fill({"strategy": "chaining", "task": {"input": "{{city}}", "steps": steps}})
    assert prompts_of(setups.parse(data))[0].step.messages[0].content == "Paris {city}"


def test_rows_are_offered_by_their_values() -> None:
    rows = read_table(CITIES)
    assert list_rows(rows) == [("1: city = Paris, year = 1900", 0), ("2: city = Rome, year = 1960", 1)]
    assert len(describe({"a": "word " * 1000})) <= 90
    assert choose(rows, 1).title({"task": {"input": "Of {{year}}"}}) == "year = 1960"
    assert choose(rows, 1).title({"task": {"input": "Of it"}}) == ""
    assert choose((), None).title({}) == ""


@pytest.mark.parametrize("data", [{}, {"task": None}, {"task": {}}, {"task": {"input": 5}}, {"task": []}])
def test_what_is_no_setup_is_left_to_the_check(data: dict[str, Any]) -> None:
    variables = choose(read_table(CITIES), 0)
    assert variables.fill(data) == data
    assert variables.title(data) == ""


@given(st.text() | st.text(alphabet='ab,\t\n"{} '), st.text(alphabet="ab{} ", max_size=50))
def test_anything_typed_is_read_or_refused(table: str, text: str) -> None:
    with contextlib.suppress(PlaygroundError):
        assert isinstance(filled(text, table), str)


@pytest.mark.parametrize("part", ["{{", "{{a", "{{a ", "{{ ", "}}", "{{a {{", "a "])
def test_a_long_input_is_read_at_once(part: str) -> None:
    started = time.process_time()
    with contextlib.suppress(InvalidSetup):
        filled(part * (MAX_TEXT // len(part)), "a\nb")
    assert time.process_time() - started < 2
