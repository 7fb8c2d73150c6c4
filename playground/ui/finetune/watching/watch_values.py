"""Watches and their looks -> what the page shows of them. Pure functions to plain values."""

import time
from collections.abc import Sequence
from typing import Any

from playground.evaluation.watching import telling
from playground.evaluation.watching.kept import Kept
from playground.formats import format_moment
from playground.ui.language.texts import AsWritten

NEW = ""  # the key of a watch that is yet to be made
MOST_ROWS = 40  # of looks in the table: the reference and the last ones


def offered_watches(kept: Sequence[Kept]) -> list[tuple[str, str]]:
    """Titles and keys of those that are kept, after a new one."""
    return [("A new watch", NEW), *((one.watch.title, one.watch.key) for one in kept)]


def looks_value(kept: Kept | None) -> list[dict[str, Any]]:
    """The looks, the last one first, a row each."""
    if kept is None or not kept.looks:
        return []
    columns = telling.columns_of(kept)
    places = [
        place for place in range(len(kept.looks)) if place >= len(kept.looks) - MOST_ROWS or place == kept.reference
    ]
    rows = [
        {
            "head": telling.moment_text(kept.looks[place]),
            "cells": [
                *(_score(kept, place, column) for column in columns),
                f"{sum(one.failed for one in kept.looks[place].columns.values()):,}",
                telling.verdict_text(kept, place),
            ],
        }
        for place in reversed(places)
    ]
    return [
        {
            "caption": AsWritten(kept.watch.title), "corner": "Look", "rows": rows, "note": telling.RULE,
            "columns": [*map(AsWritten, columns), "Failed", "Against the reference"],
        }
    ]  # fmt: skip


def _score(kept: Kept, place: int, column: str) -> str:
    one = kept.looks[place].columns.get(column)
    return telling.score_text(one) if one else "\u2013"


def last_text(kept: Kept | None) -> str:
    """What the last look says, and when the next one is."""
    if kept is None or not (kept.looks or kept.every):
        return ""
    return " ".join(filter(None, [*telling.last_sentences(kept), next_text(kept)]))


def next_text(kept: Kept) -> str:
    """When it is looked at again by itself; empty for by hand alone."""
    if kept.due is None:
        return ""
    at = format_moment(kept.due)
    return f"The next look by itself is at {at}." if kept.due > time.time() else "It is being looked at."


def alarms_text(all_kept: Sequence[Kept]) -> str:
    """Which watches dropped at their last look, each with the difference and its interval."""
    said = [
        f"\u201c{kept.watch.title}\u201d, {telling.moment_text(kept.looks[-1])}: {telling.change_sentence(drop)}"
        for kept in all_kept
        for drop in telling.drops_of(kept)
    ]
    return " ".join(said)
