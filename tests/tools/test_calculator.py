"""The calculator: exact, bounded, and deaf to everything that is no arithmetic."""

import math
import operator
import re
import time
from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from playground.errors import ToolRefused
from playground.tools import answer_of
from playground.tools.calculator import DIGITS, FUNCTIONS, LIMIT, LONGEST, OPERATIONS, calculate, evaluate


@pytest.mark.parametrize(
    ("line", "result"),
    [
        ("3 * (4 + 5)", "27"),
        ("37*48*0.65", "1154.4"),
        ("0.1 + 0.2", "0.3"),
        ("7 / 2", "3.5"),
        ("1 / 3", "about 0.333333333333"),
        ("2/3*10^20", "about 6.66666666667e+19"),
        ("1/3/10^9", "about 3.33333333333e-10"),
        ("10^20 / 1000", "100000000000000000"),
        ("-7 // 2", "-4"),
        ("-7 % 3", "2"),
        ("-2 ** 2", "-4"),
        ("2 ** -2", "0.25"),
        ("2 ^ 3 ^ 2", "512"),
        ("1 ** 99999999999", "1"),
        ("1.5e3 + .5 + 5.", "1505.5"),
        ("007 + 0.50", "7.5"),
        ("1,234,567 + 1", "1234568"),
        ("$5 * 3", "15"),
        ("12 * 3 = 35", "36"),
        ("2 \u00d7 3 \u00f7 4 \u2212 1", "0.5"),
        ("[1 + 2] * 3", "9"),
        ("sqrt(16) + abs(-2.5)", "6.5"),
        ("sqrt(2)", "about 1.41421356237"),
        ("sqrt(0.25)", "0.5"),
        ("Round(2.5) + round(-2.5) + floor(-1.5) + ceil(1.2)", "0"),
        ("  3\n+\t4 ", "7"),
        ("9" * 100, "9" * 100),
    ],
)
def test_a_line_is_worked_out(line: str, result: str) -> None:
    assert calculate(line) == result


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("", "nothing to work out"),
        (" = 4", "nothing to work out"),
        ("1 / 0", "divides by zero"),
        ("5 % (3 - 3)", "divides by zero"),
        ("0 ** -1", "divides by zero"),
        ("9**9**9", "more than 100 digits"),
        ("9**9**9**9**9", "more than 100 digits"),
        ("10**100", "more than 100 digits"),
        ("10**-100", "more than 100 digits"),
        ("1e400", "more than 100 digits"),
        ("1e-400", "more than 100 digits"),
        ("1e999999999999", "more than 100 digits"),
        ("9" * 101, "more than 100 digits"),
        ("(((1/97)**9)**9)**9", "more than 100 digits"),
        ("0.5 ** 10**30", "more than 100 digits"),
        ("1+" * 100 + "1", "201 characters"),
        ("1 " * 100_000, "characters"),
        ("(" * 31 + "1" + ")" * 31, "more than 30 brackets"),
        ("((((1", "not a whole calculation"),
        ("1)", "not a whole calculation"),
        ("3 +", "not a whole calculation"),
        ("3 4", "not a whole calculation"),
        ("()", "not a whole calculation"),
        ("80 * 15%", "15 / 100"),
        ("2(3 + 4)", "write * between"),
        ("sqrt()", "has not one number"),
        ("sqrt", "without its brackets"),
        ("abs + 1", "without its brackets"),
        ("sqrt(-1)", "no square root"),
        ("2 ** 0.5", "no whole number"),
        ("__import__('os').system('id')", "'__import__' is not known"),
        ("().__class__", "is no part of a calculation"),
        ("a.b", "'a' is not known"),
        ("True", "'True' is not known"),
        ("lambda: 0", "'lambda' is not known"),
        ("1if 2else 3", "'if' is not known"),
        ("not 1", "'not' is not known"),
        ("x := 3", "'x' is not known"),
        ("1 if 2 else 3", "'if' is not known"),
        ("max(1, 2)", "'max' is not known"),
        ("sqrt(4, 9)", "is no part of a calculation"),
        ("'a' * 10", "is no part of a calculation"),
        ("f'{1}'", "'f' is not known"),
        ("[].append", "is no part of a calculation"),
        ("1; 2", "is no part of a calculation"),
        ("1 # 2", "is no part of a calculation"),
        ("1 << 4", "is no part of a calculation"),
        ("~1", "is no part of a calculation"),
        ("3j", "'j' is not known"),
        ("0x10", "'x10' is not known"),
        ("1_000", "'_000' is not known"),
        ("1,23", "is no part of a calculation"),
        ("1,2345", "is no part of a calculation"),
        ("\u0663 + \u0664", "is no part of a calculation"),
        ("\uff13 + 1", "is no part of a calculation"),
        ("\U0001d7d9 + 1", "is no part of a calculation"),
        ("3\u00b2", "is no part of a calculation"),
        ("\x00", "is no part of a calculation"),
        ("1\ud800", "is no part of a calculation"),
    ],
)
def test_everything_else_is_refused_by_name(line: str, why: str) -> None:
    with pytest.raises(ToolRefused, match=re.escape(why)) as refused:
        calculate(line)
    assert str(refused.value).isascii()
    assert len(str(refused.value)) < 200


@given(st.text(max_size=300) | st.text(alphabet="0123456789.,eE+-*/%^()= sqrtabround_[]$", max_size=300))
def test_any_text_has_an_answer_at_once(line: str) -> None:
    started = time.process_time()
    answer = answer_of("calculator", line)
    assert time.process_time() - started < 1
    assert answer
    assert len(answer) <= 300


numbers = st.one_of(st.integers(0, 10**12).map(str), st.decimals(0, 10**6, places=3, allow_nan=False).map(str))
SIGNS: dict[str, Callable[[Fraction, Fraction], Fraction | int]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv,
    "%": operator.mod,
}  # fmt: skip
Term = tuple[str, Fraction | None]


def joined(parts: tuple[Term, str, Term]) -> Term:
    """Two terms in brackets, and their value; None where there is none."""
    (left, a), sign, (right, b) = parts
    value = None if a is None or b is None or (sign in ("/", "//", "%") and not b) else Fraction(SIGNS[sign](a, b))
    return f"({left} {sign} {right})", value


terms: st.SearchStrategy[Term] = st.recursive(
    numbers.map(lambda text: (text, Fraction(text))),
    lambda inner: (
        st.tuples(inner, st.sampled_from(sorted(SIGNS)), inner).map(joined)
        | inner.map(lambda term: (f"(-{term[0]})", None if term[1] is None else -term[1]))
    ),
    max_leaves=8,
)


@given(terms)
def test_its_values_are_those_of_exact_fractions(term: Term) -> None:
    line, value = term
    assume(len(line) <= LONGEST)
    try:
        assert evaluate(line) == value
    except ZeroDivisionError:
        assert value is None
    except ToolRefused:
        assert value is None or sum(map(str.isdigit, line)) > DIGITS / 2


@given(st.fractions(max_denominator=10**9), st.integers(-40, 40))
def test_powers_are_exact_or_refused(base: Fraction, exponent: int) -> None:
    line = f"({base.numerator} / {base.denominator}) ** ({exponent})"
    try:
        value = evaluate(line)
    except ZeroDivisionError:
        assert base == 0 > exponent
    except ToolRefused:
        largest = base**exponent
        assert max(abs(largest.numerator), largest.denominator, abs(base.numerator)) >= LIMIT
    else:
        assert value == base**exponent


@given(st.fractions(min_value=0, max_value=10**12, max_denominator=10**9))
def test_a_result_is_written_to_twelve_digits(value: Fraction) -> None:
    words = calculate(f"{value.numerator} / {value.denominator}")
    near = Fraction(words.removeprefix("about "))
    assert (near == value) or (words.startswith("about ") and abs(near - value) <= abs(value) / 10**11)
    assert math.isclose(float(near), float(value), rel_tol=1e-11)


def test_all_that_it_can_is_in_its_tables() -> None:
    """Whoever adds to them reads here what else they must bound: no result may be unbounded."""
    assert {name.__name__ for name in OPERATIONS} == {"Add", "Sub", "Mult", "Div", "FloorDiv", "Mod"}
    assert set(FUNCTIONS) == {"sqrt", "abs", "round", "floor", "ceil"}
