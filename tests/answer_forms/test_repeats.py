"""Repeats that multiply over the rules and terminals of a grammar are counted, and refused where they are too many."""

import pytest

from playground.answer_forms.form import read_form
from playground.answer_forms.grammars import check_grammar, lark_grammar
from playground.answer_forms.repeats import MOST_REPEATS, check_repeats
from playground.answer_forms.schemas import NotAForm
from playground.errors import InvalidSetup

MANY = [
    'start: B\nB: A{1000}\nA: "a"{1000}',
    "start: B\nB: A{0,1000}\nA: /(ab|a|b){0,1000}/",
    "start: A{1000}\nA: /a{1000}/",
    'start: x\nx: y{0,101}\ny: z{0,100}\nz: "a"',
    'start: x\nx: (y "," | z){101}\ny: z\nz: "a" ~ 5..100',
    'start: x\nx: "b" ~ 101 y\n  | (("a" y{101}))\ny: "a"{100}',
    "start: x\n?x.2: Y{5,} Y{,4000}\nY[capture]: /[{}]{2}(b{3})/",
    'start: x\nx: (("a"{30}){30}){30}',
    "start: A\nA: /((a{30}){30}){30}/",
    'start: x\nx: y{99999999999999999999}\ny: "a"',
]
FEW = [
    'start: B\nB: A{100}\nA: "a"{100}',
    'start: A{1000} B{1000}\nA: /a{1,5}/\nB: "b"',
    "start: A\nA: /a{1000}b{1000}c{1000}/",
    'start: "a{1000}{1000}" /\\{1000}\\{1000}/',
    'start: x\nx: "(" x{2} ")" | "a"{1000}',
    "start: A{1000}\n// B{1000}{1000}\nA: /[a{1000}]{2}/",
    'start: x+\nx: y+\ny: "a"{1000,}',
    'start: x\nx: %json {"type": "object", "properties": {"a": {"pattern": "a{1000}"}}}',
    'start: x\nx: "a" "b" | "c"',
]


@pytest.mark.parametrize("grammar", MANY)
def test_repeats_that_multiply_are_refused(grammar: str) -> None:
    with pytest.raises(NotAForm, match=f"repeats something .* times in .*; {MOST_REPEATS:,} is the most"):
        check_repeats(grammar)


@pytest.mark.parametrize("grammar", FEW)
def test_repeats_side_by_side_and_what_only_looks_like_one_are_not(grammar: str) -> None:
    check_repeats(grammar)


def test_the_form_says_so_before_anything_is_built() -> None:
    with pytest.raises(InvalidSetup, match="1,000,000 times in start; 10,000 is the most") as refused:
        read_form("grammar", "start: A{1000}\nA: /[a-z ]{0,1000}/")
    assert refused.value.path == ("task", "form_text")
    assert read_form("grammar", 'start: A{10}\nA: /[a-z ]{1,20}/ "\\n"').grammar


def test_what_would_still_branch_too_much_is_found_while_it_is_built() -> None:
    with pytest.raises(NotAForm, match="branches too much"):
        check_grammar(lark_grammar('start: "a"{1000000}'))
