"""Finds what looks like personal data: addresses, numbers of phones, cards and accounts."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from playground.finetuning.preparation.checks.base import RowFinding, count_rows, name_rows, texts_of
from playground.finetuning.preparation.rows import Row

LIMITS = "Names, addresses and whatever else tells who somebody is have no pattern: only reading the rows finds them."


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a kind of personal data looks like; `holds` says of a match whether it really may be one."""

    name: str
    pattern: "re.Pattern[str]"
    holds: Callable[[str], bool] = lambda _: True


def _passes_luhn(text: str) -> bool:
    """Whether the digits end in the check digit that numbers of payment cards have (ISO/IEC 7812)."""
    digits = [int(digit) for digit in reversed(text) if digit.isdigit()]
    doubled = [d if at % 2 == 0 else sum(divmod(2 * d, 10)) for at, d in enumerate(digits)]
    return len(set(digits)) > 1 and sum(doubled) % 10 == 0


def _passes_mod_97(text: str) -> bool:
    """Whether an account number has the check digits of an IBAN (ISO 13616)."""
    plain = text.replace(" ", "")
    return int("".join(str(int(letter, 36)) for letter in plain[4:] + plain[:4])) % 97 == 1


def _is_phone(text: str) -> bool:
    """Whether it has as many digits as a phone number and is written as one: dates, prices and years are not."""
    digits = sum(letter.isdigit() for letter in text)
    return 8 <= digits <= 15 and not re.fullmatch(r"\d{4}[-./]\d\d?[-./]\d\d?.*|\d\d?[-./]\d\d?[-./]\d{4}.*", text)


CARD = r"(?<![\d.])(?:\d[ -]?){12,18}\d(?![\d.]*\d)"
IBAN = r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b"
PHONE = r"(?<![\w.])(?:(?:(?:\+|00)[1-9]|\(\d)[\d ()/.-]{6,20}|0[1-9]\d{0,3}[ /-]\d[\d -]{4,14})\d(?!\w)"
SOCIAL_SECURITY = r"(?<![\d-])(?!000|666|9)\d{3}-(?!00)\d\d-(?!0000)\d{4}(?![\d-])"
BYTE = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
PATTERNS = (
    Pattern("e-mail addresses", re.compile(r"\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}\b")),
    Pattern("numbers of payment cards", re.compile(CARD), _passes_luhn),
    Pattern("account numbers (IBAN)", re.compile(IBAN), _passes_mod_97),
    Pattern("phone numbers", re.compile(PHONE), _is_phone),
    Pattern("US social security numbers", re.compile(SOCIAL_SECURITY)),
    Pattern("addresses of computers", re.compile(rf"(?<![\d.])(?:{BYTE}\.){{3}}{BYTE}(?![\d.]*\d)")),
)


def find_personal_data(rows: Sequence[Row]) -> Iterator[RowFinding]:
    """The rows that seem to hold some, by kind, with no word of what they hold."""
    ids_by_kind = {
        kind.name: tuple(row.id for row in rows if any(_matches(kind, text) for text in texts_of(row)))
        for kind in PATTERNS
    }
    found = [f"{kind} in {count_rows(ids)} ({name_rows(ids)})" for kind, ids in ids_by_kind.items() if ids]
    if found:
        yield RowFinding(
            check="personal data",
            weight="warning",
            sentence=f"There seem to be {'; '.join(found)}. A model can repeat what it was trained on to anybody. "
            f"{LIMITS}",
            rows=tuple(row.id for row in rows if any(row.id in ids for ids in ids_by_kind.values())),
        )


def _matches(kind: Pattern, text: str) -> bool:
    return any(kind.holds(match[0]) for match in kind.pattern.finditer(text))
