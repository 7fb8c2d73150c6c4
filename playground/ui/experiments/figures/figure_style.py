"""What the figures of an experiment share: colours, axes, names and numbers as they are written."""

from typing import Any

import plotly.graph_objects as go

from playground.evaluation.findings.summary import ColumnSummary
from playground.evaluation.results import Table
from playground.formats import format_percent
from playground.ui.run_view.framed_figure import plain

View = tuple[go.Figure | None, list[dict[str, Any]], str]  # a figure and the same as tables, or why there is none
# Told apart by people who see no red or no green, and 3:1 against both backgrounds; a column has the same everywhere.
COLOURS = ("#3b78d8", "#c2571a", "#17876d", "#a052b8", "#96770f", "#d0437f", "#5f7388", "#1f8fae")
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "star", "triangle-down", "hexagon")
PER_LINE = 26  # characters of a column's name before it is broken into the next line


def colour(table: Table, column: str) -> str:
    return COLOURS[_at(table, column) % len(COLOURS)]


def symbol(table: Table, column: str) -> str:
    return SYMBOLS[_at(table, column) % len(SYMBOLS)]


def _at(table: Table, column: str) -> int:
    return table.columns.index(column) if column in table.columns else 0


def broken(name: str) -> str:
    """A column's name in lines that leave room for the bars."""
    lines = [""]
    for word in plain(name[:80]).split(" "):
        lines = (
            [*lines, word]
            if lines[-1] and len(lines[-1]) + len(word) >= PER_LINE
            else [*lines[:-1], f"{lines[-1]} {word}".strip()]
        )
    return "<br>".join(lines)


# --------------------------------------------------------------------------------------------- of numbers
def ends_of(s: ColumnSummary) -> tuple[float, float, float]:
    """Mean and interval of a column that has answers; without an interval, the mean is its ends."""
    mean = s.mean or 0.0
    return mean, mean if s.low is None else s.low, mean if s.high is None else s.high


def interval(s: ColumnSummary) -> str:
    mean, low, high = ends_of(s)
    return f"{format_percent(mean)}, {format_percent(low)} to {format_percent(high)}"


def share(mean: float, low: float, high: float) -> list[str]:
    return [f"{100 * mean:.1f}", f"{100 * low:.1f} to {100 * high:.1f}"]


def table_of(corner: str, columns: list[str], rows: list[dict[str, Any]], note: str = "") -> dict[str, Any]:
    """What the widget `tables` shows."""
    return {"caption": "", "corner": corner, "columns": columns, "rows": rows, "note": note}


def pale(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.14)"
