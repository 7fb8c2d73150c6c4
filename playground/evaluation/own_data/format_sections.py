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
class FormatToken:
    """A part of a section: "text" to be shown as it is, or else a sign by its kind."""

    kind: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class FormatSection:
    """What is shown where `condition` (an operator and a number) holds."""

    tokens: tuple[FormatToken, ...]
    format_code: str
    condition: tuple[str, Decimal] | None = None


@lru_cache(maxsize=512)
def sections(format_code: str) -> tuple[FormatSection, ...]:
    """The sections of a format."""
    parts: list[FormatSection] = []
    tokens: list[FormatToken] = []
    condition, begin = None, 0
    for match in [*TOKEN.finditer(format_code), None]:
        if match is None or match["char"] == ";":
            end = len(format_code) if match is None else match.start()
            parts.append(FormatSection(tuple(tokens), format_code[begin:end], condition))
            tokens, condition, begin = [], None, end + 1
        elif (bracket := match["bracket"]) is not None:
            if condition_match := CONDITION.fullmatch(bracket):
                condition = (condition_match[1], Decimal(condition_match[2]))
            elif sign := CURRENCY.fullmatch(bracket):
                tokens.append(FormatToken("text", sign[1]))
        else:
            tokens.append(_token(match))
    return tuple(parts)


def _token(match: re.Match[str]) -> FormatToken:
    if match["quoted"] is not None or match["escaped"] is not None:
        return FormatToken("text", match["quoted"] or match["escaped"] or "")
    if match["space"]:
        return FormatToken("text", " ")
    if match["fill"]:
        return FormatToken("text")
    if match["general"]:
        return FormatToken("general")
    if match["exponent"]:
        return FormatToken("exponent", match["exponent"][1])
    char = match["char"]
    return FormatToken(char) if char in f"{DIGIT}.,%/@" else FormatToken("text", char)
