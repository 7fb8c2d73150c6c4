"""What probes found -> tables and sentences on the page."""

from collections.abc import Sequence
from typing import Any

from playground.finetuning.probes.figures import ProbeFigure, ProbeResult, ProbeStep, describe
from playground.ui.language.texts import AsWritten
from playground.ui.language.translating import translated

CANNOT = "What this cannot show:"
COLUMNS = ["Items", "Before", "After", "Change", "p (Holm)"]


def probes_value(results: Sequence[ProbeResult]) -> list[dict[str, Any]]:
    """A table for each probe, with what it says and what it cannot show."""
    return [
        {
            "caption": result.title,
            "corner": "What is measured",
            "columns": COLUMNS,
            "rows": [{"head": figure.name, "cells": _cells(figure)} for figure in result.figures],
            "note": AsWritten(" ".join(map(translated, (result.sentence, CANNOT, result.limits)))),
        }
        for result in results
    ]


def progress_text(step: ProbeStep, number: int) -> str:
    """How far a probe is."""
    return f"Probe {number}, {step.what}: {step.done:,} of {step.total:,}"


def _cells(figure: ProbeFigure) -> list[str]:
    estimates = [describe(figure.before, figure.unit), describe(figure.after, figure.unit)]
    return [f"{figure.n:,}", *estimates, describe(figure.change, figure.unit, signed=True), f"{figure.p:.2g}"]
