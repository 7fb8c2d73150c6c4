"""Reads numbers written in English words, such as "two and a half"."""

import re
from collections.abc import Iterable
from fractions import Fraction

from playground.strategies.answers.values import spell

UNITS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
WORDS = {word: n for n, word in enumerate(UNITS)} | {word: 10 * n for n, word in enumerate(TENS, 2)}
SCALES = {
    "hundred": 100, "thousand": 1000, "lakh": 10**5, "million": 10**6, "crore": 10**7, "billion": 10**9,
    "trillion": 10**12,
}  # fmt: skip
ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9
}  # fmt: skip
PARTS = {**ORDINALS, "half": 2, "quarter": 4, "tenth": 10}
del PARTS["first"], PARTS["second"]


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))  # "seventy" before "seven"


WORD = rf"(?:{_any([*WORDS, *SCALES])})"
SCALE = rf"(?:{_any(SCALES)})"
LONGEST = 24  # words of one number
PART = rf"(?:{_any(PARTS)})"
NUMBER = re.compile(
    rf"\b(?P<minus>minus |negative )?(?P<halved>half (?:of )?(?=an? ))?(?:"
    rf"(?P<top>an?|one|two|three|four|five|six|seven|eight|nine)[ -](?P<bottom>{PART})s?(?: of)?(?: an?)?"
    rf"(?P<of> {SCALE})?\b"
    rf"|(?P<whole>(?:an? )?{WORD}(?:(?:[ -]|,? and )(?!{WORD}[ -]{PART}s?\b){WORD}){{0,{LONGEST}}}(?:(?<=d)s|(?<=n)s)?)"
    rf"(?:(?<=y)[ -](?P<ordinal>{_any(ORDINALS)})\b|(?: point(?P<decimals>(?: (?:{_any(UNITS[:10])})){{1,{LONGEST}}}))?"
    rf"(?: and (?P<extra_top>an?|one|two|three)[ -](?P<extra>{PART})s?)?(?P<times> {SCALE})?\b))",
    re.IGNORECASE,
)


def spelled_numbers(text: str) -> list[str]:
    """The numbers in words, in order. An ordinal alone ("first") is none; "twenty-third" is 23, "two thirds" 2/3."""
    values = []
    for match in NUMBER.finditer(text):
        part = {name: (value or "").lower().strip() for name, value in match.groupdict().items()}
        if part["whole"].rstrip("s") in SCALES and part["whole"].endswith("s"):
            continue  # "thousands of people"
        if part["bottom"]:
            if part["top"] in ("a", "an") and part["bottom"] != "half":
                continue  # "a third man", "a quarter": no number by themselves
            value = _share(part["top"], part["bottom"]) * SCALES.get(part["of"], 1)
        else:
            value = Fraction(_whole(part["whole"]) + ORDINALS.get(part["ordinal"], 0))
            if part["decimals"]:
                value += Fraction("0." + "".join(str(WORDS[word]) for word in part["decimals"].split()))
            if part["extra"]:
                value += _share(part["extra_top"], part["extra"])
            value *= SCALES.get(part["times"], 1)
        value /= 2 if part["halved"] else 1
        values.append(spell(-value if part["minus"] else value))
    return values


def _share(top: str, bottom: str) -> Fraction:
    return Fraction(1 if top in ("a", "an") else WORDS[top], PARTS[bottom])


def _whole(words: str) -> int:
    """ "two thousand one hundred and twenty-five" -> 2125."""
    total = part = 0
    for word in re.findall(WORD, words):
        if word in SCALES:
            part = max(part, 1) * SCALES[word]
            total, part = (total, part) if word == "hundred" else (total + part, 0)
        else:
            part += WORDS[word]
    return total + part
