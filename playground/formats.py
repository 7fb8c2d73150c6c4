"""Writes counts, shares and durations as people read them."""

import time

HALF_UP = 1e-9  # 2.5 is shown as 3, as at school; else 27.5 against 25.0 would read "28 against 25, difference 2"


def format_count(count: int, noun: str, *, estimated: bool = False) -> str:
    """ "1 token", "1,200 tokens", "about 1,200 tokens"."""
    about = "about " if estimated else ""
    return f"{about}{count:,} {noun}{'' if count == 1 else 's'}"


def format_percent(share: float, places: int = 0) -> str:
    """Whole percent, or with more digits; 0 and 100 only where they are meant."""
    value = share * 100
    if 0 < value <= 0.5 or 99.5 <= value < 100:
        value, places = min(max(value, 0.1), 99.9), max(places, 1)
    return f"{value + HALF_UP:.{places}f} %"


def format_signed(number: float) -> str:
    """ "+0.33", "\u22120.15": with a minus, which is no hyphen, and as wide as the plus."""
    return f"{number:+.2f}".replace("-", "\u2212")


def format_duration(seconds: float) -> str:
    """ "8 s", "3 min", "2 h 10 min"."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def format_moment(seconds: float) -> str:
    """ "2026-12-01 04:05" by this machine's clock, of seconds since 1970: the same in every language."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))
