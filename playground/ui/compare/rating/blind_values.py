"""Ratings of answers whose panes are not named -> what is asked, what was found, and a file. Pure functions."""

from typing import Any

from playground.evaluation.findings.sentences import format_p
from playground.evaluation.preferences import Preference, preference_sentence, preferences
from playground.formats import format_count, format_percent
from playground.ui.compare.rating.blind import BlindRating

NOTHING = "There is no pair to rate: no two panes gave different answers to one prompt."
HEADERS = (
    "Prompt", "Answer on the left", "Answer on the right", "Left was", "Right was", "Choice", "Preferred", "Rater",
    "Time",
)  # fmt: skip
COLUMNS = ("Preferred", "Ties", "Other preferred", "Share without ties", "95 % interval", "p (sign test)")
EMPTY = "(nothing)"


def pair_value(now: BlindRating) -> dict[str, str]:
    """The prompt and both answers of the pair to rate now, and nothing that says whose they are."""
    if (pair := now.current) is None:
        return {"prompt": "", "left": "", "right": ""}
    left, right = (now.answer(pair, pane) or EMPTY for pane in (pair.left, pair.right))
    return {"prompt": now.rows[pair.row].prompt, "left": left, "right": right}


def line(now: BlindRating) -> str:
    """How far the rating is; at its end what it says, a line for each two panes."""
    if now.current:
        return f"Pair {len(now.ratings) + 1:,} of {len(now.pairs):,}: which answer is better?"
    if now.is_open:
        return f"Rated: {format_count(len(now.pairs), 'pair')}. Go back to the last one, or see who is who."
    if not now.revealed.is_set():
        return ""
    if not now.pairs:
        return NOTHING
    if not now.ratings:
        return "Nothing was rated."
    return "\n".join(preference_sentence(one, now.titles) for one in preferences(now.ratings))


def tables_value(now: BlindRating) -> list[dict[str, Any]]:
    """Wins, ties and losses of each two panes; nothing before it is shown whose answers they are."""
    if not now.revealed.is_set() or not now.ratings:
        return []
    of = f"{format_count(len(now.ratings), 'rating')} of {format_count(len(now.pairs), 'pair')} with different answers."
    return [
        {
            "caption": "Blind ratings",
            "note": f"{of} Ties are left out of share, interval (Clopper-Pearson) and test.",
            "corner": "Panes",
            "columns": list(COLUMNS),
            "rows": [_row(one, now) for one in preferences(now.ratings)],
        }
    ]


def _row(one: Preference, now: BlindRating) -> dict[str, Any]:
    first, second = now.titles[one.first], now.titles[one.second]
    shares = ["-"] * 3
    if one.share is not None and one.low is not None and one.high is not None and one.adjusted is not None:
        interval = f"{format_percent(one.low)} to {format_percent(one.high)}"
        shares = [format_percent(one.share), interval, format_p(one.adjusted).removeprefix("p ").removeprefix("= ")]
    return {"head": f"{first}, against {second}", "cells": [str(one.wins), str(one.ties), str(one.losses), *shares]}


def records(now: BlindRating) -> tuple[tuple[str, ...], list[list[str]]]:
    """Headers and rows for CSV: who rated what, and whose answers these were."""
    rows = []
    for rating in now.ratings:
        left, right, better = rating.pair.left, rating.pair.right, rating.preferred
        answers = [now.answer(rating.pair, pane) for pane in (left, right)]
        preferred = "" if better is None else now.titles[better]
        rows.append(
            [
                now.rows[rating.pair.row].prompt, *answers, now.titles[left], now.titles[right], rating.choice,
                preferred, rating.rater, rating.time,
            ]
        )  # fmt: skip
    return HEADERS, rows
