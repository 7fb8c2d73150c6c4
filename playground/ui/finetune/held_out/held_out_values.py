"""What the sealed part said -> a table and sentences on the page."""

from typing import Any

from playground.finetuning.held_out.judging import HeldOutResult
from playground.finetuning.held_out.report import HEADERS, all_sentences, cells_of
from playground.formats import format_count
from playground.ui.language.translating import translated_naming


def held_out_value(result: HeldOutResult | None) -> list[dict[str, Any]]:
    """A table with a row for each prompt that each of both was asked with."""
    if result is None:
        return []
    items = max((score.items for score in result.scores), default=0)
    said = " ".join([f"Scored by: {result.scorer}.", *all_sentences(result)])
    rows = [{"head": cells_of(score)[0], "cells": list(cells_of(score)[1:])} for score in result.scores]
    return [
        {
            "caption": f"On {format_count(items, 'sealed item')}: {result.title}",
            "corner": HEADERS[0],
            "columns": list(HEADERS[1:]),
            "rows": rows,
            "note": translated_naming(said, [score.name for score in result.scores]),
        }
    ]
