"""Templates replace known names in one pass, and do nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.errors import InvalidSetup
from playground.strategies.parts.templates import field_names, fill_template


def test_names_are_replaced_once_and_never_looked_at_again() -> None:
    assert fill_template("{a} and {b}", {"a": "{b}", "b": "{a}"}) == "{b} and {a}"


def test_braces_that_are_no_names_stay() -> None:
    assert (
        fill_template('{"a": {"b": "{input}"}} {{input}} { } {0}', {"input": "x"})
        == '{"a": {"b": "x"}} {input} { } {0}'
    )


@pytest.mark.parametrize("template", ["{nobody}", "{input.__class__}", "{input!r}", "{input[0]}"])
def test_only_plain_known_names_mean_anything(template: str) -> None:
    if template == "{nobody}":
        with pytest.raises(InvalidSetup, match=r"\{nobody\}.*\{input\}"):
            fill_template(template, {"input": "x"})
    else:
        assert fill_template(template, {"input": "x"}) == template


def test_names_may_have_spaces() -> None:
    assert field_names("{Key facts} { input }") == ("Key facts", "input")


@given(st.text(), st.text())
def test_what_is_put_in_comes_out_unchanged(before: str, value: str) -> None:
    plain = before.replace("{", "(")
    assert fill_template(plain + "{x}", {"x": value}) == plain + value


def test_a_template_cannot_grow_without_bounds() -> None:
    with pytest.raises(InvalidSetup, match=r"would have .* characters; 200,000 is the most"):
        fill_template("{input}" * 3000, {"input": "x" * 100})
