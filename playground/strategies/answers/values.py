"""Spells each number in one canonical way."""

import re
from fractions import Fraction

LONGEST = 400  # digits up to which is calculated, and powers of ten are written out; longer numbers stay as written


def write_decimal(digits: str, exponent: int = 0) -> str:
    """A decimal number like "0012.50", times ten to the exponent: "12.5". Works on characters, whatever its length."""
    whole, _, part = digits.partition(".")
    significant = (whole + part).lstrip("0")
    exponent -= len(part)
    trimmed = significant.rstrip("0")
    exponent += len(significant) - len(trimmed)
    if not trimmed:
        return "0"
    if abs(exponent) > max(LONGEST, len(digits)):
        return f"{trimmed}e{exponent}"
    if exponent >= 0:
        return trimmed + "0" * exponent
    trimmed = trimmed.rjust(1 - exponent, "0")
    return f"{trimmed[:exponent]}.{trimmed[exponent:]}"


def fraction(number: str) -> Fraction | None:
    """The value of a number in its one spelling; None where it is too long to calculate with, or has none ("3/0")."""
    if len(number) > 2 * LONGEST or "e" in number or "^" in number:
        return None
    top, _, bottom = number.partition("/")
    if bottom and not int(bottom):
        return None
    return Fraction(top) / int(bottom or 1)


def spell(value: Fraction) -> str:
    """A decimal number where one is exact, else numerator and denominator."""
    twos = (value.denominator & -value.denominator).bit_length() - 1
    odd, fives = value.denominator >> twos, 0
    while odd % 5 == 0:
        odd, fives = odd // 5, fives + 1
    places = max(twos, fives)
    if odd != 1 or places > LONGEST:
        return f"{value.numerator}/{value.denominator}"
    sign = "-" if value < 0 else ""
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    return sign + write_decimal(f"{digits[: len(digits) - places]}.{digits[len(digits) - places :]}")


def power(base: str, exponent: int) -> str:
    """ "2", 10 -> "1024"; as it is written where it would be too long."""
    if base == "10":
        return write_decimal("1", exponent)
    value = fraction(base)
    if value is None or len(base) * abs(exponent) > LONGEST or (not value and exponent < 0):
        return f"{base}^{exponent}"
    return spell(value**exponent)


def parse_grouped(number: str) -> str | None:
    """Digits with separators as one decimal number, or None where they are no number: "1.234,56" -> "1234.56"."""
    parts, signs = re.split(r"[.,'_]", number), re.findall(r"[.,'_]", number)
    if not signs:
        return number
    last = signs[-1]
    if _thousands(parts, signs) and not (last == "." and len(signs) == 1):
        return "".join(parts)
    if last in ".," and last not in signs[:-1] and (len(signs) == 1 or _thousands(parts[:-1], signs[:-1])):
        return f"{''.join(parts[:-1])}.{parts[-1]}"
    return None


def _thousands(parts: list[str], signs: list[str]) -> bool:
    """Whether all signs are one and stand where groups of three digits end, or of two as in 12,34,567."""
    first, *rest = parts
    if len(set(signs)) > 1 or not 1 <= len(first) <= 3 or first.startswith("0"):
        return False
    indian = signs[0] == "," and len(first) < 3 and len(rest[-1]) == 3 and all(len(part) == 2 for part in rest[:-1])
    return indian or all(len(part) == 3 for part in rest)
