"""Accuracy against the number of paths that vote, resampled from the stored ones."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from playground.evaluation.findings.resampling import VoteCurve, VotePoint, vote_curves
from playground.evaluation.report.outcome import answer_grader
from playground.evaluation.results import Table
from playground.formats import format_percent
from playground.ui.experiments.figures.figure_style import View, colour, pale, share, symbol, table_of
from playground.ui.language.texts import AsWritten
from playground.ui.language.translating import translated
from playground.ui.run_view.framed_figure import frame_figure, plain


def paths(table: Table) -> View:
    """Accuracy against number of paths, for every column whose answers were voted on, with both ways of voting."""
    grade = answer_grader(table.experiment)
    if grade is None:
        return None, [], "A model as judge would be asked about every path; choose a scorer that needs no model."
    found = [curve for curve in vote_curves(table, grade) if curve.points[-1].paths > 1]
    if not found:
        return None, [], "No column takes a vote. Self-consistency does: it samples several paths and lets them vote."
    lines = [trace for curve in found for trace in _line(table, curve)]
    figure = frame_figure(go.Figure(lines), x="Paths that vote", y="Right (%)", height=400, legend=True)
    figure.update_xaxes(tickvals=sorted({point.paths for curve in found for point in curve.points}))
    return figure.update_yaxes(rangemode="tozero"), [_path_table(found)], ""


def _line(table: Table, curve: VoteCurve) -> list[go.Scatter]:
    points, shade = curve.points, colour(table, curve.column)
    name, x = f"{plain(curve.column)}, {translated(_vote(curve))}", [p.paths for p in points]
    line = go.Scatter(
        x=x,
        y=[100 * p.mean for p in points],
        mode="lines+markers",
        name=name,
        line={"color": shade, "dash": "dash" if curve.weighted else "solid"},
        marker={"symbol": symbol(table, curve.column) + ("-open" if curve.weighted else ""), "size": 9},
        customdata=[translated(_share_text(p)) for p in points],
        hovertemplate=f"{name}, {translated('paths')} %{{x}}: %{{customdata}}<extra></extra>",
    )
    if curve.weighted:
        return [line]
    band = go.Scatter(
        x=[*x, *reversed(x)],
        y=[*(100 * p.high for p in points), *(100 * p.low for p in reversed(points))],
        fill="toself", mode="none", fillcolor=pale(shade), hoverinfo="skip", showlegend=False,
    )  # fmt: skip
    return [band, line]


def _share_text(p: VotePoint) -> str:
    return f"{format_percent(p.mean)}, {format_percent(p.low)} to {format_percent(p.high)}"


def _vote(curve: VoteCurve) -> str:
    return "weighted by probability" if curve.weighted else "majority"


def _path_table(found: Sequence[VoteCurve]) -> dict[str, Any]:
    rows = [
        {
            "head": AsWritten(curve.column),
            "cells": [_vote(curve), f"{p.paths}", *share(p.mean, p.low, p.high), f"{p.items:,}"],
        }
        for curve in found
        for p in curve.points
    ]
    return table_of("Column", ["Vote", "Paths", "Right (%)", "95 % interval (%)", "Items"], rows)
