"""Whether confidence keeps its word: how often answers given with some confidence are right."""

import plotly.graph_objects as go

from playground.evaluation.findings.calibration import Bin, Calibration, calibrate
from playground.evaluation.results import Table
from playground.formats import format_count, format_percent
from playground.ui.experiments.figures.figure_style import View, colour, share, symbol, table_of
from playground.ui.language.texts import AsWritten
from playground.ui.language.translating import translated
from playground.ui.run_view.framed_figure import frame_figure, plain

ALL, NEUTRAL = "All columns", "#5f7388"


def calibration(table: Table) -> View:
    """How often answers given with some confidence are right, a line a column."""
    found = {
        column: known
        for column in table.columns
        if (known := calibrate(result for result in table.results if result.column == column))
    }
    if not found:
        return None, [], "These answers have no probability, or are neither right nor wrong."
    diagonal = go.Scatter(
        x=[0, 100], y=[0, 100], mode="lines", name=translated("perfectly calibrated"), hoverinfo="skip",
        line={"color": "#8a8b97", "dash": "dot"},
    )  # fmt: skip
    lines = [_bins(table, column, known) for column, known in found.items()]
    if len(found) > 1 and (whole := calibrate(table.results)):
        lines = [_bins(table, ALL, whole), *(line.update(visible="legendonly") for line in lines)]
        found = {ALL: whole, **found}
    figure = frame_figure(go.Figure([diagonal, *lines]), x="Confidence (%)", y="Right (%)", height=440, legend=True)
    figure.update_xaxes(range=[-2, 104]).update_yaxes(range=[-4, 104])
    errors = [
        {"head": _named(c), "cells": [f"{100 * k.ece:.1f}", f"{k.brier:.3f}", f"{k.n:,}", f"{k.left_out:,}"]}
        for c, k in found.items()
    ]
    rows = [{"head": _named(column), "cells": _bin(b)} for column, known in found.items() for b in known.bins]
    note = (
        "Calibration error: how far confidence and the share of right answers are apart on average. Brier score: the "
        "mean squared distance of each answer's confidence from right (1) or wrong (0). For both, 0 is best."
    )
    return (
        figure,
        [
            table_of("Column", ["Calibration error (points)", "Brier score", "Answers", "Left out"], errors, note),
            table_of("Column", ["Confidence (%)", "Mean (%)", "Right (%)", "95 % interval (%)", "Answers"], rows),
        ],
        "",
    )


def _named(column: str) -> str:
    return translated(ALL) if column == ALL else AsWritten(column)


def _bin(b: Bin) -> list[str]:
    reach = f"{100 * b.start:.0f} to {100 * b.end:.0f}"
    return [reach, f"{100 * b.confidence:.1f}", *share(b.right, b.low, b.high), f"{b.n:,}"]


def _bins(table: Table, column: str, known: Calibration) -> go.Scatter:
    shade, shape = (NEUTRAL, "circle") if column == ALL else (colour(table, column), symbol(table, column))
    sure = translated("Confidence (%)")
    return go.Scatter(
        x=[100 * b.confidence for b in known.bins],
        y=[100 * b.right for b in known.bins],
        mode="lines+markers",
        name=plain(_named(column)),
        line={"color": shade, "width": 1.5},
        marker={"symbol": shape, "size": [6 + min(14, 1.5 * b.n**0.5) for b in known.bins]},
        error_y={
            "array": [100 * (b.high - b.right) for b in known.bins],
            "arrayminus": [100 * (b.right - b.low) for b in known.bins],
            "thickness": 1,
        },
        customdata=[
            translated(
                f"{format_count(b.n, 'answer')}, right {format_percent(b.right)} "
                f"({format_percent(b.low)} to {format_percent(b.high)})"
            )
            for b in known.bins
        ],
        hovertemplate=f"{plain(_named(column))}, {sure} %{{x:.0f}}: %{{customdata}}<extra></extra>",
    )
