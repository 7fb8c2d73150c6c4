"""What is known of both -> a table and sentences on the page."""

import string
from typing import Any

from playground.finetuning.prompt_or_tune.costs import Prices
from playground.finetuning.prompt_or_tune.known import Compared
from playground.finetuning.prompt_or_tune.report import HEADERS, cells_of, sentences
from playground.finetuning.prompt_or_tune.ways import Way
from playground.formats import format_duration
from playground.ui.finetune.stages import stage_text
from playground.ui.language.texts import AsWritten
from playground.ui.language.translating import translated, translated_naming

NOTE = (
    "The letters are those of the figures: circles are prompted, squares tuned, diamonds both. A training sees each "
    "item bare, without instruction or examples, and is asked so. All trainings take the same number of steps. Tokens "
    "are those of prompt and answer together."
)

STOPPED = "Stopped; the answers and trainings that were done are kept, and the next click goes on from there."


def letter_of(number: int) -> str:
    """The letter of a way, by its place in the table."""
    return string.ascii_uppercase[number % 26]


def table_value(known: Compared | None) -> list[dict[str, Any]]:
    """All ways that are known."""
    if known is None or not known.ways:
        return []
    rows = [
        {"head": AsWritten(f"{letter_of(number)}  {translated(way.name)}"), "cells": list(cells_of(way)[1:])}
        for number, way in enumerate(known.ways)
    ]
    return [{"caption": known.task, "corner": HEADERS[0], "columns": list(HEADERS[1:]), "rows": rows, "note": NOTE}]


def said_text(known: Compared | None, prices: Prices | None) -> str:
    """The sentences, the one on when tuning is cheaper first."""
    if known is None:
        return ""
    return translated_naming(" ".join(sentences(known, prices)), [way.name for way in known.ways])


def state_text(known: Compared) -> str:
    """How far it is."""
    if not known.stage:
        return f"Done in {format_duration(known.seconds)}."
    return f"{known.done + 1} of {known.stages}, after {format_duration(known.seconds)}: {stage_text(known.stage)}"


def points(ways: tuple[Way, ...]) -> list[tuple[str, Way]]:
    """The ways with a score, each with its letter."""
    return [(letter_of(number), way) for number, way in enumerate(ways) if way.mean is not None]
