"""Reads the numbers of a text in any notation, each in one canonical spelling."""

import re
import unicodedata
from fractions import Fraction

from playground.strategies.answers.characters import normalise
from playground.strategies.answers.number_words import spelled_numbers
from playground.strategies.answers.scales import SCALE, power_of_ten
from playground.strategies.answers.values import fraction, parse_grouped, power, spell, write_decimal

SPACES = "\u00a0\u2005-\u200a\u202f"  # that part digits and nothing else: no-break, thin, narrow, figure space
CURRENCY = (
    r"(?:\b(?:USD|EUR|GBP|CHF|INR|JPY|CNY|RMB|CAD|AUD|BRL|Rs\.?)"
    r"|(?:\b(?:US|CA?|AU?|NZ|HK|NT|R))?[$\u20ac\u00a3\u00a5\u20a0-\u20bf\u0e3f\u060b])"
)
SIGN = r"[-+\u2212\u2012\u2013]"
SUPERSCRIPTS = str.maketrans("\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079\u207b\u207a", "0123456789-+")
SUPERSCRIPT = re.compile("(?<=[\\d)])[\u207b\u207a]?[\u2070\u00b9\u00b2\u00b3\u2074-\u2079]{1,20}(?!/)")
VULGAR = "[\u00bc-\u00be\u2150-\u215e\u2189]"
DIGITS = r"\d+(?:[.,'_]\d+)*"
DIVISOR = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"
RAISED = r"(?:\s?\^\s?[{(]?\s?|\*\*(?=[-\d]))"
# A run of digits in groups of three that spaces part. A longer row of such groups, and a fraction's, are no one number.
SPACED = rf"(?<!\d )[1-9]\d{{0,2}}(?:[ {SPACES}]\d{{3}}){{1,8}}(?![\d/]| \d|[.,]\d{{3}},)(?:[.,]\d+)?(?!\s?/)"
TOKEN = re.compile(
    r"(?P<other>0[xX][0-9a-fA-F]+"
    r"|\d{4}-\d\d?-\d\d?(?!\d)(?:[T ]\d\d?(?::\d\d){1,2}(?:\.\d+)?Z?)?|(?:\d-)?\d{3}-\d{3}-\d{4}(?!\d)"
    r"|\d+(?:/\d+){2,}|\d+(?::\d+)+)"  # dates, numbers of telephones, times, ratios
    rf"|(?P<sign>{SIGN})?(?P<currency>{CURRENCY}\s?)?(?P<inner>{SIGN})?"
    rf"(?:(?P<whole>\d+)(?:[ {SPACES}]| and )(?P<top>\d+)/(?P<bottom>\d+)(?![\d/])"
    rf"|(?:(?P<before>\d+)[ {SPACES}]?)?(?P<vulgar>{VULGAR})"
    rf"|(?P<body>{SPACED}|{DIGITS}|\.\d+)"
    r"(?:[eE](?P<e>[-+\u2212]?\d{1,18})(?!\d)"
    rf"|\s?(?:[xX*\u00d7\u2715]|\\times|\\cdot)\s?10{RAISED}(?P<ten>{SIGN}?\d{{1,18}})[}})]?"
    rf"|{RAISED}(?P<power>{SIGN}?\d{{1,18}})[}})]?"
    rf"|(?:/| / )(?P<over>{DIVISOR})(?!\d))?)"
    rf"(?P<scale>{SCALE}| and (?:a|one) (?:half|quarter)\b)?",
)
# What a number may be multiplied with: it is not the value. "3x + 5" is no 3, but "3x faster" is.
ROOT = re.compile(r"\s?(?:\u03c0|\u221a|\\pi\b|\\sqrt\b|\\overline\b|\^)|[a-z]\s?[-+=^]\s?[\w(]|!\s?(?:[})$=/]|\\\))")
CORRECTED = re.compile(r"\bnot\s[^\s,]{1,20},?\sbut\s")  # "not 5 but 6"
ROUND_SUM = re.compile(r"(?<![\d.,])(\d{1,3}(?:\.\d{3})+),[-\u2013\u2014\u2212]+(?!\d)")  # "5.000,-"
NEGATED = re.compile(
    r"(?:(?:^|[=:(\[{,]|\b(?:is|be))\s*\u2212\s|(?<![\d)\w])(?<!\d\s)\b(?:minus|negative)\s)$", re.IGNORECASE
)
LATEX = (
    (re.compile(r"\\([$%#&_])"), r"\1"),
    (re.compile(r"\{([.,])\}"), r"\1"),
    (re.compile(r"\s?\^\s?\{?\s?\\circ(?![a-z])\s?\}?|\\degree(?![a-z])"), "\u00b0"),
    (re.compile(r"\\pm(?![a-z])"), "\u00b1"),
    (
        re.compile(r"(?<![\d.])(\d{0,15})\.(\d{0,15})\\overline\s?\{(\d{1,15})\}"),
        lambda m: _repeating(*m.groups()),
    ),
    (re.compile(r"\\!"), ""),
    (re.compile(r"(?<=\d)(?:\\[,;: ]|~)(?=\d)"), "\u202f"),
    (re.compile(r"\\(?:text|mathrm|mathbf|mathit|textbf|mbox|operatorname)\s?\{([^{}]{0,200})\}"), r"\1"),
    (re.compile(r"(?<=\d)\s?\\[dtcs]?frac"), r" \\frac"),
    (re.compile(r"\\[dtcs]?frac\s?(?:\{\s?(-?[\d.,]+)\s?\}|(\d))\s?(?:\{\s?([\d.,]+)\s?\}|(\d))"), r"\1\2/\3\4"),
    (re.compile(r"\\[dtcs]?frac(?:\s?\{[^{}]{0,80}\}){1,2}"), " ? "),
    (re.compile(r"(?:\\sqrt(?:\[[^\]]{0,9}\])?\s?(?:\{[^{}]{0,80}\}|\d+)|\u221a\s?\(?\d[\d.,]*\)?)"), "\u221a"),
    (re.compile(r"_\{[^{}]{0,40}\}|(?<=[A-Za-z])_\d+|(?<=[A-Za-z)])\^\{[^{}]{0,40}\}"), ""),
)


def numbers(text: str) -> list[str]:
    """Every number of a folded text. Words count only where there are no digits: "one of the 12" is about 12."""
    if not text.isascii():
        text = SUPERSCRIPT.sub(lambda m: f"^{{{m[0].translate(SUPERSCRIPTS)}}}", text)
    if any(sign in text for sign in "\\{_~\u221a"):
        for notation, plain in LATEX:
            text = notation.sub(plain, text)
    text = ROUND_SUM.sub(lambda m: m[1].replace(".", ""), text)
    text = CORRECTED.sub("", text) if "but" in text else text
    values = [value for token in TOKEN.finditer(text) for value in _parse_token(token, text)]
    return values or spelled_numbers(text)


def _parse_token(token: "re.Match[str]", text: str) -> list[str]:
    start, end = token.start(), token.end()
    before = text[start - 1 : start]
    if token["other"] or ROOT.match(text, end) or _is_part_of_a_name(token, text, before):
        return []
    if token[0].isascii() and token[0].isdigit() and not NEGATED.search(text[max(start - 20, 0) : start]):
        return [token[0].lstrip("0") or "0"]  # as nearly all of them are written
    if token["body"] and not token["over"]:
        list_values = _parse_list(token, before, text[end : end + 1])
        if list_values is not None:
            return list_values
    number = _without_sign(token)
    if number is None:
        return []
    if token["scale"] and (scaled := _scale(number, token)) is not None:
        number = scaled
    return ["-" + number if number != "0" and _negative(token, text) else number]


def _is_part_of_a_name(token: "re.Match[str]", text: str, before: str) -> bool:
    """ "v2", "x_1", "GPT-4", "x^2": digits that a name or a power ends with."""
    if token["currency"]:
        return False
    if text[max(token.start() - 2, 0) : token.start()].rstrip().endswith("\u00b1"):  # two numbers in one
        return True
    if token["sign"]:
        return token["sign"] == "-" and before.isascii() and before.isalpha() and not token["inner"]
    if token["body"] and token["body"].startswith("."):
        return False
    return before in ("_", "^") or (before.isalpha() and before.lower() != before.upper())


def _parse_list(token: "re.Match[str]", before: str, after: str) -> list[str] | None:
    """Numbers that commas part without a space: "1,2,3", "(3,4)". None where it is one number; [] where none."""
    body = token["body"]
    pair = (
        body.count(",") == 1
        and (before, after) in (("(", ")"), ("[", "]"), ("{", "}"), ("[", ")"), ("(", "]"))
        and "." not in body
    )
    if " " in body or any(space in body for space in "\u00a0\u202f\u2009\u2007"):
        return None
    if parse_grouped(body.lstrip(".")) is not None and not (pair and parse_grouped(body) != body.replace(",", "")):
        return None
    if "," not in body and "'" not in body:
        return []  # a version, a date, an address
    return [value for part in re.split("[,']", body) for value in numbers(part)]


def _repeating(whole: str, first: str, again: str) -> str:
    """0.1666..., with a line over the 6, as a fraction."""
    nines = (10 ** len(again) - 1) * 10 ** len(first)
    return f"{int(whole + first + again) - int((whole + first) or 0)}/{nines}"


def _without_sign(token: "re.Match[str]") -> str | None:
    if token["vulgar"]:
        value = Fraction(unicodedata.numeric(token["vulgar"])).limit_denominator(100)
        return spell(int(token["before"] or 0) + value) if len(token["before"] or "") < 300 else None
    if token["whole"]:
        return _mixed_number(token["whole"], token["top"], token["bottom"])
    body = _plain(token["body"])
    if body is None:
        return None
    if token["e"] or token["ten"]:
        return write_decimal(body, _int(token["e"] or token["ten"]))
    if token["power"]:
        return power(write_decimal(body), _int(token["power"]))
    if token["over"]:
        over = _plain(token["over"])
        return None if over is None else _divide(write_decimal(body), write_decimal(over))
    return write_decimal(body)


def _plain(body: str) -> str | None:
    """One decimal number without separators."""
    if re.search(rf"[ {SPACES}]", body):
        return re.sub(rf"[ {SPACES}]", "", body).replace(",", ".")
    return body if body.startswith(".") else parse_grouped(body)


def _mixed_number(whole: str, top: str, bottom: str) -> str | None:
    if max(len(whole), len(top), len(bottom)) > 100 or not int(bottom):
        return None
    return spell(int(whole) + Fraction(int(top), int(bottom)))


def _divide(top: str, bottom: str) -> str:
    dividend, divisor = fraction(top), fraction(bottom)
    return f"{top}/{bottom}" if dividend is None or not divisor else spell(dividend / divisor)


def _scale(number: str, token: "re.Match[str]") -> str | None:
    if token["scale"].endswith(("half", "quarter")):
        whole, part = fraction(number), Fraction(1, 2 if token["scale"].endswith("half") else 4)
        return None if whole is None else spell(whole + part)
    places, value = power_of_ten(token["scale"], bool(token["currency"])), fraction(number)
    return None if value is None or places is None else spell(value * 10**places)


def _negative(token: "re.Match[str]", text: str) -> bool:
    if token["inner"]:
        return token["inner"] != "+"
    at = token.start()
    if not token["sign"]:  # a minus sign with a space after it, where nothing stands that it could be taken from
        return bool(NEGATED.search(text[max(at - 20, 0) : at]))
    before = text[at - 1 : at]
    if token["sign"] == "+" or (before and (before.isalnum() or before in ")]}%-\u2013\u2212")):
        return False
    # "3 \u20135" is a range; "3 -5" may be anything.
    return token["sign"] in "-\u2212" or not text[max(at - 3, 0) : at].rstrip()[-1:].isdecimal()


def _int(signed: str) -> int:
    return int(re.sub("[\u2212\u2012\u2013]", "-", signed))


def canonical_number(text: str) -> str:
    """One spelling per value: "$1,234.50" -> "1234.5", "6/3" -> "2", "3/4" -> "0.75", "1/3" stays; "" without one."""
    return next(iter(numbers(normalise(text))), "")
