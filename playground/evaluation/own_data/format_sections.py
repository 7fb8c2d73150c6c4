"""Splits a number format of a workbook into its sections and tokens."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

DIGIT = "0#?"
TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_(?P<space>.)|\*(?P<fill>.)|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<general>General)|(?P<exponent>E[+-])|(?P<char>.)",
    re.IGNORECASE | re.DOTALL,
)
CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)")
CURRENCY = re.compile(r"\$([^-]*)(?:-.*)?")  # [$EUR-407]: a sign, and where it is written so


@dataclass(frozen=True, slots=True)
class Token:
    """A part of a section: "text" to be shown as it is, or else a sign by its kind."""

    kind: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """What is shown where `condition` (an operator and a number) holds."""

    tokens: tuple[Token, ...]
    written: str
    condition: tuple[str, Decimal] | None = None


@lru_cache(maxsize=512)
def sections(written: str) -> tuple[Section, ...]:
    """The sections of a format."""
    found: list[Section] = []
    tokens: list[Token] = []
    condition, begin = None, 0
    for match in [*TOKEN.finditer(written), None]:
        if match is None or match["char"] == ";":
            end = len(written) if match is None else match.start()
            found.append(Section(tuple(tokens), written[begin:end], condition))
            tokens, condition, begin = [], None, end + 1
        elif (bracket := match["bracket"]) is not None:
            if said := CONDITION.fullmatch(bracket):
                condition = (said[1], Decimal(said[2]))
            elif sign := CURRENCY.fullmatch(bracket):
                tokens.append(Token("text", sign[1]))
        else:
            tokens.append(_token(match))
    return tuple(found)


def _token(match: re.Match[str]) -> Token:
    if match["quoted"] is not None or match["escaped"] is not None:
        return Token("text", match["quoted"] or match["escaped"] or "")
    if match["space"]:
        return Token("text", " ")
    if match["fill"]:
        return Token("text")
    if match["general"]:
        return Token("general")
    if match["exponent"]:
        return Token("exponent", match["exponent"][1])
    char = match["char"]
    return Token(char) if char in f"{DIGIT}.,%/@" else Token("text", char)
