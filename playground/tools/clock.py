"""The date and the time, of the world's own clock."""

from datetime import UTC, datetime

from playground.errors import ToolRefused


def read_clock(argument: str, now: datetime | None = None) -> str:
    """Day, date and time in UTC: the person's own time zone is not known here."""
    if argument.strip(" .\"'").casefold() not in ("", "utc", "now", "today", "date", "time"):
        raise ToolRefused("the clock takes nothing between its brackets, and knows the time in UTC only.")
    time = now or datetime.now(UTC)
    return f"{time:%A}, {time.day} {time:%B %Y}, {time:%H:%M} UTC"
