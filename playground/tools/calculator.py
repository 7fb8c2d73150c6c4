"""Works out a line of arithmetic exactly, within bounds that no line can pass.

Numbers, brackets, + - * / // % and ** (also ^ and the signs of print), and sqrt, abs, round, floor and ceil of one
number. Groups of thousands are read (1,234), a dollar sign is left out, and so is what follows "=": that is what
somebody else made of it. Everything else is refused by name. Nothing is ever handed to Python to run: the line is cut
into these few tokens first, parsed, and its tree is walked; each number on the way is a fraction of bounded size.
"""

import ast
import math
import operator
import re
from collections.abc import Callable
from decimal import Context, Decimal
from fractions import Fraction

from playground.errors import ToolRefused, write_value

LONGEST = 200  # characters of a line; this also bounds how deep its tree can be
DEEPEST = 30  # brackets in brackets
DIGITS = 100  # of a number, before as behind the line of a fraction
LIMIT = 10**DIGITS
SHOWN = 12  # digits of a result that no decimal writes out
TOO_LARGE = f"a number on the way has more than {DIGITS} digits."

SIGNS = str.maketrans({"\u00d7": "*", "\u00b7": "*", "\u00f7": "/", "\u2212": "-", "\u2013": "-", "[": "(", "]": ")"})
TOKEN = re.compile(
    r"(?P<number>(?:\d{1,3}(?:,\d{3})+(?![\d,])|\d+)(?:\.\d*)?|\.\d+)(?:[eE](?P<exponent>[-+]?\d+))?"
    r"|(?P<name>[^\W\d]\w*)|(?P<sign>\*\*|//|[-+*/%^()])",
    re.ASCII,
)
OPERATIONS: dict[type, Callable[[Fraction, Fraction], Fraction | int]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod,
}  # fmt: skip


def calculate(line: str) -> str:
    """The result: exact where a decimal of at most 12 digits after the point is, else "about" it to 12 digits.

    Raises ToolRefused for everything that is no such line, that has no result, or whose numbers grow too large.
    """
    try:
        return _format(evaluate(line))
    except ZeroDivisionError:
        raise ToolRefused("it divides by zero.") from None


def evaluate(line: str) -> Fraction:
    """The value of a line of arithmetic. Raises ToolRefused, and ZeroDivisionError."""
    source = _readable(line)
    try:
        tree = ast.parse(source, mode="eval")
    except SyntaxError:
        percent = " Of a percentage write 15 / 100." if "%" in source else ""
        rule = f"is not a whole calculation; write it as 3 * (4 + 5).{percent}"
        raise ToolRefused(f"{write_value(line.strip())} {rule}") from None
    return _value(tree.body, source)


def _readable(line: str) -> str:
    """The line in tokens that are known, each spelled as Python does; nothing else passes."""
    text = line.translate(SIGNS).partition("=")[0].replace("$", "").strip()
    if not text:
        raise ToolRefused("there is nothing to work out; write it as 3 * (4 + 5).")
    if len(text) > LONGEST:
        raise ToolRefused(f"the line has {len(text):,} characters; {LONGEST} is the most. Work it out in parts.")
    tokens, at, open_brackets = [], 0, 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        match = TOKEN.match(text, at)
        if match is None:
            raise ToolRefused(
                f"{write_value(text[at])} is no part of a calculation; write digits 0 to 9, + - * / ** ( )."
            )
        tokens.append(_token(match))
        open_brackets += {"(": 1, ")": -1}.get(match[0], 0)
        if open_brackets > DEEPEST:
            raise ToolRefused(f"it has more than {DEEPEST} brackets in each other. Work it out in parts.")
        at = match.end()
    return " ".join(tokens)


def _token(match: "re.Match[str]") -> str:
    if name := match["name"]:
        if name.casefold() not in FUNCTIONS:
            raise ToolRefused(f"{write_value(name)} is not known; besides numbers there are {', '.join(FUNCTIONS)}.")
        return name.casefold()
    if number := match["number"]:
        power = match["exponent"]
        if power and abs(int(power)) > DIGITS:
            raise ToolRefused(TOO_LARGE)
        plain = number.replace(",", "").lstrip("0")
        plain = plain if plain[:1].isdigit() else f"0{plain}"
        return f"{plain}e{power}" if power else plain
    return "**" if match[0] == "^" else match[0]


def _value(node: ast.expr, source: str) -> Fraction:
    match node:
        case ast.Constant():
            value = Fraction(source[node.col_offset : node.end_col_offset])  # as written: 0.1 is a tenth
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            value = -_value(operand, source)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            value = _value(operand, source)
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            value = _power(_value(left, source), _value(right, source))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATIONS:
            value = Fraction(OPERATIONS[type(op)](_value(left, source), _value(right, source)))
        case ast.Call(func=ast.Name(id=name), args=[operand], keywords=[]):
            value = Fraction(FUNCTIONS[name](_value(operand, source)))
        case ast.Call():
            raise ToolRefused("a number stands before a bracket, or a function has not one number; write * between.")
        case ast.Name():
            raise ToolRefused("a function stands there without its brackets; write sqrt(2).")
        case _:  # brackets with nothing in them
            raise ToolRefused(f"{write_value(source)} is not a whole calculation; write it as 3 * (4 + 5).")
    if abs(value.numerator) >= LIMIT or value.denominator >= LIMIT:
        raise ToolRefused(TOO_LARGE)
    return value


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator != 1:
        raise ToolRefused("an exponent is no whole number; for a root write sqrt(2).")
    # A number of b bits to the power of n has at least (b - 1) * n: what is too large is not worked out to be seen.
    bits = max(base.numerator.bit_length(), base.denominator.bit_length()) - 1
    if bits * abs(exponent.numerator) > LIMIT.bit_length():
        raise ToolRefused(TOO_LARGE)
    return Fraction(base**exponent.numerator)


def _root(value: Fraction) -> Fraction:
    if value < 0:
        raise ToolRefused("a negative number has no square root here.")
    root = Fraction(math.isqrt(value.numerator), math.isqrt(value.denominator))
    scale = 10 ** (2 * SHOWN)
    return root if root**2 == value else Fraction(math.isqrt(value.numerator * scale**2 // value.denominator), scale)


def _nearest(value: Fraction) -> int:
    """Halves away from zero, as one learns it at school."""
    return int(math.copysign(1, value)) * math.floor(abs(value) + Fraction(1, 2))


FUNCTIONS: dict[str, Callable[[Fraction], Fraction | int]] = {
    "sqrt": _root, "abs": abs, "round": _nearest, "floor": math.floor, "ceil": math.ceil,
}  # fmt: skip


def _format(value: Fraction) -> str:
    if value.denominator == 1:
        return str(value.numerator)
    scaled = value * 10**SHOWN
    if scaled.denominator == 1:
        whole, digits = divmod(abs(scaled.numerator), 10**SHOWN)
        return f"{'-' if value < 0 else ''}{whole}.{digits:0{SHOWN}}".rstrip("0")
    near = Context(prec=SHOWN).divide(Decimal(value.numerator), Decimal(value.denominator)).normalize()
    return f"about {near:f}" if -7 < near.adjusted() < SHOWN else f"about {near:e}"
