"""Shows a date, time or duration of a workbook as its cell does, in English."""

import re
from datetime import datetime, timedelta
from functools import lru_cache

DAY = 86_400  # seconds
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
LAST = {False: 2_958_466, True: 2_957_004}  # the day after 31 December 9999, which is the last
TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_(?P<space>.)|\*(?P<fill>.)|\[(?P<elapsed>h+|m+|s+)\]|\[[^\]]*\]'
    r"|(?P<half>AM/PM|A/P)|(?P<general>General)|(?P<exponent>E[+-])|(?P<part>\.0+(?!\d))|(?P<unit>y+|m+|d+|h+|s+|e+)"
    r"|(?P<char>.)",
    re.IGNORECASE | re.DOTALL,
)
Part = tuple[str, str]


@lru_cache(maxsize=512)
def is_date(format_code: str) -> bool:
    """Whether a section of a number format shows days or times."""
    return any(kind in ("unit", "elapsed") for kind, _ in _parts(format_code)) and not re.search("[#?]", format_code)


def format_date(serial: float, format_code: str, epoch_1904: bool = False) -> str:
    """Days since the epoch as this format shows them; "" where no such day is."""
    parts = _parts(format_code)
    decimals = max((len(text) - 1 for kind, text in parts if kind == "part"), default=0)
    step = 10 ** min(decimals, 6)
    elapsed = any(kind == "elapsed" for kind, _ in parts)
    if (serial < 0 and not elapsed) or abs(serial) + 0.5 / DAY >= LAST[epoch_1904]:  # or is rounded to it
        return ""
    ticks = round(abs(serial) * DAY * step)  # what is shown is rounded once, not in each of its parts
    seconds, fraction = divmod(ticks, step)
    day, time = divmod(seconds, DAY)
    moment = _moment(day, epoch_1904) + timedelta(seconds=time)
    half = any(kind == "half" for kind, _ in parts)
    text = ""
    for i, (kind, code) in enumerate(parts):
        if kind == "elapsed":
            units = {"h": 3600, "m": 60, "s": 1}[code[0]]
            text += str(seconds // units).zfill(len(code))
        elif kind == "unit":
            text += _unit(_minutes(parts, i) if code[0] == "m" else code, moment, half, (day, epoch_1904))
        elif kind == "half":
            am_pm = "AM" if moment.hour < 12 else "PM"
            text += am_pm if len(code) > 3 else am_pm[0]
        elif kind == "part":
            text += f".{str(fraction).zfill(min(decimals, 6)).ljust(len(code) - 1, '0')[: len(code) - 1]}"
        else:
            text += code
    return ("-" if serial < 0 else "") + text.strip()


@lru_cache(maxsize=512)
def _parts(format_code: str) -> tuple[Part, ...]:
    parts: list[Part] = []
    for match in TOKEN.finditer(format_code):
        for kind in ("elapsed", "half", "part", "unit"):
            if match[kind]:
                parts.append((kind, match[kind].lower() if kind != "half" else match[kind]))
                break
        else:
            text = match["quoted"] or match["escaped"] or match["char"] or (" " if match["space"] else "")
            parts.append(("text", text))
    return tuple(parts)


def _minutes(parts: tuple[Part, ...], at: int) -> str:
    """An m is minutes right after hours or right before seconds, and months elsewhere; minutes are written n here."""
    units = [(i, text[0]) for i, (kind, text) in enumerate(parts) if kind in ("unit", "elapsed")]
    position = next(n for n, (i, _) in enumerate(units) if i == at)
    before = units[position - 1][1] if position else ""
    after = units[position + 1][1] if position + 1 < len(units) else ""
    code = parts[at][1]
    return "n" * len(code) if (before == "h" or after == "s") and len(code) <= 2 else code


def _moment(day: int, epoch_1904: bool) -> datetime:
    if epoch_1904:
        return datetime(1904, 1, 1) + timedelta(days=day)
    # In the other calendar 1900 is a leap year: what lies before its 29 February is a day off.
    return datetime(1899, 12, 31 if day < 60 else 30) + timedelta(days=day)


def _unit(code: str, moment: datetime, half: bool, count: tuple[int, bool]) -> str:
    kind, size = code[0], len(code)
    if kind in "ye":
        return f"{moment.year:04}" if size > 2 or kind == "e" else f"{moment.year % 100:02}"
    if kind == "m" and size > 2:
        name = MONTHS[moment.month - 1]
        return name[:1] if size == 5 else name if size > 3 else name[:3]
    if kind == "d" and size > 2:
        name = WEEKDAYS[moment.weekday()]
        return name if size > 3 else name[:3]
    hour = moment.hour % 12 or 12 if half else moment.hour
    day = 29 if count == (60, False) else moment.day  # the day that the other calendar has too many
    value = {"m": moment.month, "d": day, "h": hour, "n": moment.minute, "s": moment.second}[kind]
    return f"{value:02}" if size > 1 else str(value)
