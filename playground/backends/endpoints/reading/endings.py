"""Maps finish reasons of many servers to: complete, cut, withheld or broken off."""

import re
from typing import Literal

Ending = Literal["stop", "length", "refused", "broken"]

# Parts of a server's word, whatever its case. The first line that has one decides; any other word is an ordinary end.
ENDING_PATTERNS: tuple[tuple[Ending, str], ...] = (
    (
        "refused",
        r"filter|safety|refus|guardrail|block|prohibit|^language$|sensitiv|recitation|moderat|spii|flagged|policy",
    ),
    (
        "broken",
        r"error|abort|cancel|interrupt|fail|timeout|timed_out|insufficient|overload|malformed|disconnect|unavailable"
        r"|time.?limit|crash|killed|\boom\b|out.?of.?mem|dead|lost|fatal|panic|exception|unexpected|incomplete|not.?finished"
        r"|^(?:other|unknown|finish_reason_other)$|load_shed|preempt|evict|rate.?limit|quota",
    ),
    ("length", r"length|max_|_max|max.?tokens|maximum|limit|truncat|budget|exceed|context"),
)
WITHHOLDING_CODE = re.compile(  # what an error is called that is none of the server's, but a judgement on the words
    r"content.?(filter|policy|moderat|safety)|safety|moderation|guardrail|prohibited|responsible.?ai", re.I
)
NO_REASON = {"", "null", "none"}  # some servers write out that there is no reason yet
MAX_DEPTH = 4  # errors in errors that are looked at
MAX_WORD = 40  # characters of a server's word that are repeated


def parse_ending(reason: object) -> Ending | None:
    """What a finish reason means; None while there is none."""
    word = safe_word(reason).lower()
    if word in NO_REASON:
        return None
    return next((end for end, parts in ENDING_PATTERNS if re.search(parts, word)), "stop")


def safe_word(reason: object) -> str:
    """The server's word for it, fit to be repeated."""
    if isinstance(reason, dict):
        reason = reason.get("type") or reason.get("reason")
    return "" if reason is None else re.sub(r"[^\w .:-]", "", str(reason)).strip()[:MAX_WORD]


def withholding_word(error: object) -> str:
    """The server's word for withholding the answer to a prompt, where an error body says that it did; else empty."""
    for _ in range(MAX_DEPTH):
        if isinstance(error, list) and error:
            error = error[0]
        if not isinstance(error, dict):
            return ""
        for name in ("code", "type", "status"):
            if isinstance(word := error.get(name), str) and WITHHOLDING_CODE.search(word):
                return safe_word(word)
        error = error.get("error") or error.get("innererror") or error.get("inner_error")
    return ""
