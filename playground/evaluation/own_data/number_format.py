"""Shows a number of a workbook as its cell does, by its number format.

Formats have up to four sections: above 0, below 0, 0, and text. Those of one section are for all numbers; a condition
such as `[>=100]` chooses otherwise. Colours are left out. A cell without a format shows the number with up to 15
digits, whole ones in full, whatever the width of its column.
"""

import re
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

from playground.evaluation.own_data.date_format import format_date, is_date
from playground.evaluation.own_data.format_sections import DIGIT, FormatSection, FormatToken, sections

MOST = 255  # characters of a format, as in Excel
DIGITS = Context(prec=15)  # what a workbook's numbers are exact to
HOLDS = {
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "=": lambda a, b: a == b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
    "<>": lambda a, b: a != b,
}


def format_number(value: float, format_code: str, epoch_1904: bool = False) -> str:
    """The number as text."""
    number = DIGITS.create_decimal(repr(value))
    if len(format_code) > MOST or not number.is_finite():
        return format_general(number)
    section, negative = _choose_section(sections(format_code), number)
    if section is None:
        return format_general(number)
    if is_date(section.format_code):
        return format_date(value, section.format_code, epoch_1904) or format_general(number)
    text = _number(section.tokens, abs(number)).strip()
    return f"-{text}" if negative and re.search("[1-9]", text) else text


def format_text(value: str, format_code: str) -> str:
    """A cell's text as it is shown: a fourth section, or one with an @, may put words around it."""
    if "@" not in format_code or len(format_code) > MOST:
        return value
    section = next((s for s in reversed(sections(format_code)) if FormatToken("@") in s.tokens), None)
    tokens = section.tokens if section else (FormatToken("@"),)
    return "".join(value if token.kind == "@" else token.text for token in tokens)


def format_general(number: Decimal) -> str:
    """Without a format: plain digits, 3.0 is 3."""
    plain = f"{number:f}"
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return "0" if plain == "-0" else plain


def _choose_section(candidates: tuple[FormatSection, ...], number: Decimal) -> tuple[FormatSection | None, bool]:
    """The section for this number, and whether a minus is to stand before what it shows."""
    plain = [section for section in candidates[:3] if FormatToken("@") not in section.tokens or section.condition]
    if not plain:
        return None, False
    if any(section.condition for section in plain):
        for section in plain:
            if section.condition is None or HOLDS[section.condition[0]](number, section.condition[1]):
                return section, number < 0
        return None, False
    if number < 0 and len(plain) > 1:
        return plain[1], False
    return plain[2 if number == 0 and len(plain) > 2 else 0], number < 0


def _number(tokens: tuple[FormatToken, ...], number: Decimal) -> str:
    kinds = [token.kind for token in tokens]
    if "general" in kinds:
        return "".join(format_general(number) if t.kind == "general" else t.text or _sign(t) for t in tokens)
    if not any(kind in DIGIT for kind in kinds):
        return "".join(t.text or _sign(t) for t in tokens if t.kind not in (",", "."))
    number = number.scaleb(2 * kinds.count("%"))
    if "/" in kinds:
        return _fraction(tokens, number)
    last = max(i for i, kind in enumerate(kinds) if kind in DIGIT)
    dot = kinds.index(".") if "." in kinds else len(kinds)
    power = kinds.index("exponent") if "exponent" in kinds else len(kinds)
    whole_end = min(dot, power)
    places = [i for i in range(whole_end) if kinds[i] in DIGIT]
    after = [i for i in range(dot + 1, power) if kinds[i] in DIGIT] if dot < power else []
    scale = _trailing_commas(kinds, places[-1] if places else -1, whole_end) + (
        _trailing_commas(kinds, last, len(kinds)) if after else 0
    )
    number = number.scaleb(-3 * scale)
    grouped = any(kinds[i] == "," for i in range(places[0], places[-1])) if places else False
    exponent = 0
    if power < len(kinds):
        number, exponent = _scale(number, max(len(places), 1), len(after))
    digits = f"{_round(number, len(after)):f}"
    whole, _, part = digits.partition(".")
    text: dict[int, str] = {**_whole(kinds, places, whole.lstrip("0"), grouped), **_part(kinds, after, part)}
    if power < len(kinds):
        rest = [i for i in range(power + 1, len(kinds)) if kinds[i] in DIGIT]
        text |= _whole(kinds, rest, str(abs(exponent)), grouped=False)
        sign = "-" if exponent < 0 else "+" if tokens[power].text == "+" else ""
        text[power] = f"E{sign}"
    if not places and dot < len(kinds) and whole.strip("0"):
        text[dot] = f"{whole}."
    return "".join(
        text.get(i, token.text or ("" if token.kind == "," else _sign(token))) for i, token in enumerate(tokens)
    )


def _sign(token: FormatToken) -> str:
    return token.kind if token.kind in ".%,/@" else ""


def _trailing_commas(kinds: list[str], last: int, end: int) -> int:
    """Each comma right after the last digit divides by a thousand."""
    count = 0
    while last + 1 + count < end and kinds[last + 1 + count] == ",":
        count += 1
    return count


def _round(number: Decimal, places: int) -> Decimal:
    """Half away from 0, as spreadsheets do."""
    return number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, Context(prec=700))


def _whole(kinds: list[str], places: list[int], digits: str, grouped: bool) -> dict[int, str]:
    """Digits into their places from the right; the first place takes all that are left."""
    text: dict[int, str] = {}
    digit_count = 0

    def group_digit(digit: str) -> str:
        nonlocal digit_count
        digit_count += 1
        return f"{digit}," if grouped and digit_count > 1 and digit_count % 3 == 1 else digit

    left = digits
    for position in reversed(places):
        digit, left = (left[-1], left[:-1]) if left else ({"0": "0", "?": " "}.get(kinds[position], ""), "")
        text[position] = group_digit(digit) if digit.strip() else digit
    if places:
        while left:
            text[places[0]] = group_digit(left[-1]) + text[places[0]]
            left = left[:-1]
    return text


def _part(kinds: list[str], after: list[int], digits: str) -> dict[int, str]:
    """Digits after the point; # shows no zeros at the end."""
    text: dict[int, str] = {}
    needed = False
    for position, digit in reversed([*zip(after, digits.ljust(len(after), "0"), strict=False)]):
        needed = needed or digit != "0" or kinds[position] == "0"
        text[position] = digit if needed else " " if kinds[position] == "?" else ""
    return text


def _scale(number: Decimal, before: int, after: int) -> tuple[Decimal, int]:
    """The number between 1 and 10 (or, with several places before the point, a multiple of so many), and its power."""
    if not number:
        return number, 0
    exponent = number.adjusted() // before * before
    scaled = _round(number.scaleb(-exponent), after)
    if scaled.adjusted() >= before:  # 9.99 rounded up
        exponent += before
        scaled = _round(number.scaleb(-exponent), after)
    return scaled, exponent


def _fraction(tokens: tuple[FormatToken, ...], number: Decimal) -> str:
    """`# ?/?`: a whole part where there is a place for it, and the nearest fraction with so few digits."""
    kinds = [token.kind for token in tokens]
    slash = kinds.index("/")
    first = slash
    while first and kinds[first - 1] in DIGIT:
        first -= 1
    end = slash + 1
    while end < len(kinds) and (kinds[end] in DIGIT or tokens[end].text.isdigit()):
        end += 1
    bottom_digits = "".join(token.text or token.kind for token in tokens[slash + 1 : end])
    whole_places = [i for i in range(first) if kinds[i] in DIGIT]
    value = Fraction(number)
    whole = int(value) if whole_places else 0
    rest = value - whole
    if bottom_digits.strip("?#"):
        bottom = int(re.sub(r"\D", "0", bottom_digits)) or 1
        top = int(rest * bottom + Fraction(1, 2))
    else:
        near = rest.limit_denominator(10 ** max(min(len(bottom_digits), 9), 1) - 1)
        top, bottom = near.numerator, near.denominator
    if whole_places and top == bottom:
        whole, top = whole + 1, 0
    before = (
        "".join(t.text for t in tokens[: whole_places[0]]) if whole_places else "".join(t.text for t in tokens[:first])
    )
    after = "".join(t.text or _sign(t) for t in tokens[end:])
    fraction = f"{top}/{bottom}" if top or not whole_places else ""
    parts = [str(whole) if whole_places and (whole or not fraction) else "", fraction]
    return before + " ".join(filter(None, parts)) + after
