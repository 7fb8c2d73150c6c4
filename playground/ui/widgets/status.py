"""What a part of the page is doing, as the values that `status_line.js` and `words.js` show."""

from typing import Any

from playground.types import Progress
from playground.ui.language.translating import translated


def status(
    phase: str, words: str = "", *, share: float | None = None, error: str = "", spoken: str = ""
) -> dict[str, Any]:
    """`share` is how much is done, from 0 to 1, None when nobody knows; `spoken` is read out when it changes."""
    words, error, spoken = map(translated, (words, error, spoken))
    return {"phase": phase, "status": words, "share": share, "error": error, "spoken": spoken}


def sentence(text: str, *, wrong: bool = False) -> dict[str, Any]:
    """The value of `words`: what is to be said, and whether that is why something cannot be."""
    return {"text": translated(text), "wrong": wrong}


def share_of(progress: Progress | None) -> float | None:
    """How much is done, from 0 to 1, if that is known."""
    return progress.done / progress.total if progress and progress.total else None


def progress_text(progress: Progress) -> str:
    """ "Fetching: 34 of 269 MB"."""
    if not progress.total:
        return progress.what
    return f"{progress.what}: {progress.done:,.0f} of {progress.total:,.0f} {progress.unit}".rstrip()
