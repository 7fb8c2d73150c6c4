"""Read an answer out of a model's words, and write equal answers the same way. Pure functions."""

import re
from fractions import Fraction

from playground.types import AnswerType

CONCLUSION = re.compile(r"\banswer(?:\s*\([^)]*\))?\s*(?:is|:)\s*:?\s*", re.IGNORECASE)
DIGITS = re.compile(
    r"(?<![\w.,])[-\u2212]?(?:[$\u20ac\u00a3]\s?)?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:\s?/\s?\d+)?"
    r"|(?<!\w)[-\u2212]?\.\d+"
)
YES_NO = {"yes": "Yes", "true": "Yes", "no": "No", "false": "No"}
UNITS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
WORDS = {word: n for n, word in enumerate(UNITS)} | {word: 10 * n for n, word in enumerate(TENS, 2)}
SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6}
NUMBER_WORD = rf"(?:{'|'.join(sorted([*WORDS, *SCALES], key=len, reverse=True))})"  # "seventy" before "seven"
NUMBER_WORDS = re.compile(rf"\b{NUMBER_WORD}(?:(?:[ -]|,? and ){NUMBER_WORD})*\b", re.IGNORECASE)
LETTERS = "ABCDE"


def conclusion(text: str) -> str | None:
    """What follows the first "the answer is", the phrase by which worked examples end; None without it."""
    match = CONCLUSION.search(text)
    return text[match.end() :] if match else None


def extract(text: str, kind: AnswerType, labels: tuple[str, ...] = (), *, last: bool = False) -> str | None:
    """The first (or last) answer of that kind in the text, in canonical form; None where there is none."""
    found = {"number": _numbers, "yes_no": _yes_no, "choice": _letters, "label": _labels, "text": _text}[kind](
        text, labels
    )
    return found[-1 if last else 0] if found else None


def _numbers(text: str, labels: tuple[str, ...]) -> list[str]:
    digits = [canonical_number(m[0]) for m in DIGITS.finditer(text)]
    # Words count only where there are no digits: "one of the 12" is about 12.
    return digits or [str(_spelled(m[0])) for m in NUMBER_WORDS.finditer(text)]


def _spelled(words: str) -> int:
    """ "two thousand one hundred and twenty-five" -> 2125."""
    total = part = 0
    for word in re.findall(NUMBER_WORD, words.lower()):
        if word in SCALES:
            part = max(part, 1) * SCALES[word]
            total, part = (total, part) if word == "hundred" else (total + part, 0)
        else:
            part += WORDS[word]
    return total + part


def canonical_number(written: str) -> str:
    """One spelling per value: "$1,234.50" -> "1234.5", "6/3" -> "2", "3/4" -> "0.75", "1/3" stays.

    Works on the characters, so a number of any length keeps all its digits.
    """
    plain = re.sub(r"[,$\u20ac\u00a3\s]", "", written).replace("\u2212", "-")
    sign, plain = ("-", plain[1:]) if plain.startswith("-") else ("", plain)
    top, _, bottom = plain.partition("/")
    if bottom and len(plain) < 20 and int(bottom):
        value = Fraction(top) / int(bottom)
        decimal = str(float(value))
        plain = decimal if Fraction(decimal) == value and "e" not in decimal else str(value)
    elif bottom:
        return sign + plain
    if "/" not in plain:
        whole, _, part = plain.partition(".")
        whole, part = whole.lstrip("0") or "0", part.rstrip("0")
        plain = f"{whole}.{part}" if part else whole
    return plain if plain == "0" else sign + plain


def _yes_no(text: str, labels: tuple[str, ...]) -> list[str]:
    return [YES_NO[m[0].lower()] for m in re.finditer(r"\b(?:yes|no|true|false)\b", text, re.IGNORECASE)]


def letters(labels: tuple[str, ...]) -> str:
    """The letters of a multiple choice: as many as there are labels, A to E without any."""
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[: len(labels)] if labels else LETTERS


def _letters(text: str, labels: tuple[str, ...]) -> list[str]:
    allowed = letters(labels)
    marked = re.findall(rf"\(([{allowed}{allowed.lower()}])\)|\b([{allowed}])(?=[).:]|\s*$)", text)
    # "A" is also an article, so a letter marked as an option wins over a bare one.
    found = [(a or b).upper() for a, b in marked] or re.findall(rf"\b([{allowed}])\b", text)
    return found or [allowed[labels.index(label)] for label in _labels(text, labels)]


def _labels(text: str, labels: tuple[str, ...]) -> list[str]:
    by_length = sorted((label for label in labels if label.strip()), key=len, reverse=True)
    if not by_length:
        return []
    spelled = {label.casefold(): label for label in reversed(by_length)}
    pattern = "|".join(re.escape(label) for label in by_length)
    found = re.findall(rf"(?<!\w)(?:{pattern})(?!\w)", text, re.IGNORECASE)
    return [spelled.get(word.casefold(), word) for word in found]


def _text(text: str, labels: tuple[str, ...]) -> list[str]:
    return [text.strip()] if text.strip() else []


def same(answer: str) -> str:
    """The key under which free-text answers count as equal: case, spacing and end punctuation do not matter."""
    return re.sub(r"\s+", " ", answer).strip(" .!\"'`*").casefold()
