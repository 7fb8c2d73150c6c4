r"""Reads the number of a marked answer, if the answer is one number, and the result of a calculation in a text."""

import re

from playground.strategies.answers.marks import AnswerMark
from playground.strategies.answers.numbers import numbers

# What makes a term of the one number in it: variables, functions, and operations that are not carried out.
VARIABLE = "[abeinpqruvwxyz]"
TERM = re.compile(
    rf"\d(?:(?!e[-+]\d){VARIABLE}(?![\w.])|\s{VARIABLE}(?=\s?[+*^=)}}]|\s-|\s?$))"
    r"|(?<![A-Za-z\d\\])(?:[a-z]\s?[-+\u2212*](?!\w[a-z])|[abcnpqrxyz]\s?[/^])\s?[\w(]|[\w)}]\s?[-+\u2212*]\s?[a-z](?![A-Za-z])"
    r"|\d!|[|\u00b1\u00f7\u221a\u03c0\u221e]|\\(?:binom|log|ln|sin|cos|tan|sqrt|pi|pm|div|infty|int|sum|lfloor|lceil)(?![a-z])"
    r"|\d_(?:\{\d|\d{1,2}(?![\d_]))|\d\s?\+\s?[\w\\(]"
)
LONGEST_TERM = 60  # characters; more is a sentence
COMMAND = re.compile(r"\\[a-zA-Z]+")
WORDS = re.compile(r"[^\W\d_]{2,}")
# Two numbers right after "the answer is": a sum that is not worked out, a range, a choice.
TWO = re.compile(
    r"\W{0,9}\d(?:[\d.,/]*\d)?[^\w,;.]{0,3}?\s?"
    r"(?:(?P<or>or\b)|[-+*\u2212\u2013\u00d7\u00f7x]|to\b|\\(?:times|cdot|div)(?![a-z]))\s?[$\u20ac\u00a3]?\d"
)

# A calculation with its units: "9 eggs * $2".
OPERATOR = r"(?:[-+*/\u2212\u00d7\u00f7]|x(?=\s?[($\d])|\\(?:times|cdot|div)(?![a-z]))"
CALCULATION = re.compile(rf"\d[)%]?(?:\s[a-z]{{1,12}}){{0,3}}\s?{OPERATOR}\s?[($\u20ac\u00a3]{{0,2}}\d")
RESULT = re.compile(r"\s?[-\u2212]?[$\u20ac\u00a3]?[-\u2212]?\s?\d")
REACH = 60  # characters of a calculation, and of its result with what stands behind it


def marked_number(mark: AnswerMark) -> tuple[str | None, bool]:
    """The number, and whether the mark decides: what a box holds is the answer, also where that is no number."""
    text = mark.text
    if mark.name in ("\\boxed", "<answer>", "####"):
        return _boxed(text, prose=mark.name != "\\boxed"), bool(re.search(r"\d|\\[a-z]", text))
    values = numbers(text)
    if "=" not in text and _is_left_to_work_out(text, values):
        return None, True
    return equation_result(text) or next(iter(values), None), False


def equation_result(equation: str) -> str | None:
    """The side of "3 + 4 = 7" that is one number, the right one first; None where it is no equation."""
    sides = equation.split("=")
    return next((number for side in (sides[-1], sides[0]) if (number := _single_number(side)) is not None), None)


def last_result(text: str) -> str | None:
    """The result of the last calculation that a text works out, such as 13 of "so he has 8 + 5 = 13 apples"."""
    for sign in reversed([match.start() for match in re.finditer("=", text)]):
        before = re.split("[=\n]", text[max(0, sign - REACH) : sign])[-1]
        after = re.split("[=\n]", text[sign + 1 : sign + 1 + REACH])[0]
        if CALCULATION.search(before) and RESULT.match(after) and not TWO.match(after):
            return next(iter(numbers(after)), None)
    return None


def _boxed(text: str, *, prose: bool) -> str | None:
    if (number := equation_result(text)) is not None:
        return number
    several = numbers(text)
    return several[0] if prose and len(several) > 1 and WORDS.search(text) else None


def is_term(text: str) -> bool:
    """Whether a short text is a term that is not worked out, like x^2 + 3, without a word that says what it is."""
    if len(text) >= LONGEST_TERM or "=" in text or WORDS.search(COMMAND.sub("", text)):
        return False
    return bool(TERM.search(re.sub("[|!\u00b1]|\\\\pm", "", text)))


def _single_number(text: str) -> str | None:
    """The one number of a text that is no longer term."""
    values = numbers(text)
    if len(set(values)) != 1 or TERM.search(text) or _is_left_to_work_out(text, values):
        return None
    return values[0]


def _is_left_to_work_out(text: str, values: list[str]) -> bool:
    """Whether two numbers with a sign between them begin the text: "7 + 5", also "5 - 5".

    "1/2 or 0.5" is one number in two spellings.
    """
    two = TWO.match(text) if len(values) > 1 else None
    return bool(two and (len(set(values)) > 1 or not two["or"]))
