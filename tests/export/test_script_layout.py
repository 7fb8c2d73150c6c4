"""What is written into a script is what was meant: any text, in a literal, is that text again."""

import ast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from playground.export.layout import WIDTH, write_code, write_data, write_text, write_value

ANY_TEXT = st.text(st.characters(exclude_categories=[])) | st.text("\"'\\\n{}r \ud800\u2028\r`$")


@given(ANY_TEXT)
@example('two\nlines """ and "')
@example("ends in \\")
@example("a\r\nb")
def test_a_literal_is_its_text(text: str) -> None:
    for written in (write_text(text), write_value(text)):
        assert ast.literal_eval(written) == text
        assert written.encode("utf-8")


@given(st.lists(ANY_TEXT), ANY_TEXT)
def test_a_task_is_written_as_it_is(rows: list[str], text: str) -> None:
    source = f"dict(input={text!r}, rows={tuple(rows)!r}, one=dict(inner={text!r}))"
    written = write_data(ast.parse(source, mode="eval").body)
    assert eval(written) == {"input": text, "rows": tuple(rows), "one": {"inner": text}}


def test_text_of_several_lines_can_be_read() -> None:
    assert write_text("one\n'two' {three}") == '"""\\\none\n\'two\' {three}"""'


@pytest.mark.parametrize(
    "source",
    [
        "rows = [(sure(reply), i, each) for i, reply, each in zip(numbers, replies, answers) if each is not None]",
        "text = f\"{'a' if some else 'b'} and \\n more\" + called(with_one_argument, and_another, and_a_third_one)",
        "value = first_condition(argument) and (second_condition(argument) or third_condition_of_all(an_argument))",
        "def f(a, b=1, *c, d='x', **e):\n    '''Says.\n\n    More.'''\n    return {**a, 'b': [b, *c]}",
    ],
)
def test_long_lines_are_broken_and_mean_the_same(source: str) -> None:
    node = ast.parse(source).body[0]
    written = write_code(node)
    assert ast.dump(ast.parse(written)) == ast.dump(ast.parse(source))
    assert max(map(len, written.split("\n"))) <= WIDTH
