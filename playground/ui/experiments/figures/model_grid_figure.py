"""Techniques by models and sampling settings: a heat map of means."""

import plotly.graph_objects as go

from playground.evaluation.columns import columns
from playground.evaluation.findings.summary import ColumnSummary, summaries
from playground.evaluation.results import Table
from playground.formats import format_percent
from playground.ui.experiments.figures.figure_style import View, broken, ends_of, interval, table_of
from playground.ui.language.texts import AsWritten
from playground.ui.language.translating import translated
from playground.ui.run_view.framed_figure import frame_figure

SHADES = [[0, "rgba(79,91,213,0.06)"], [1, "rgba(79,91,213,0.55)"]]  # text stays readable on each, in both schemes


def several(table: Table) -> bool:
    """Whether there is more than one model or sampling setting, so that techniques can be seen beside them."""
    return len(table.experiment.models) > 1 or len(table.experiment.variants) > 1


def models(table: Table) -> View:
    """Techniques by models and sampling settings; a cell is a column's mean."""
    known = {summary.column: summary for summary in summaries(table)}
    grid: dict[str, dict[str, ColumnSummary]] = {}
    across: dict[str, None] = {}
    for column in columns(table.experiment):
        technique, model, variant = column.titles
        beside = [model] if len(table.experiment.models) > 1 else []
        beside += [variant] if len(table.experiment.variants) > 1 else []
        name = " \u00b7 ".join(beside) or model
        across[name] = None
        grid.setdefault(technique, {})[name] = known[column.label]
    figure = go.Figure(
        go.Heatmap(
            z=[[100 * ends_of(row[name])[0] if row[name].n else None for name in across] for row in grid.values()],
            x=[broken(name) for name in across],
            y=[broken(name) for name in grid],
            text=[[_cell(row[name]) for name in across] for row in grid.values()],
            texttemplate="%{text}",
            hovertemplate="%{y}, %{x}: %{z:.1f} %<extra></extra>",
            colorscale=SHADES,
            zmin=0,
            zmax=100,
            showscale=False,
            xgap=3,
            ygap=3,
        )
    )
    frame_figure(figure, x="", y="", height=110 + 62 * len(grid))
    figure.update_xaxes(showgrid=False, side="top").update_yaxes(showgrid=False, autorange="reversed")
    rows = [
        {"head": AsWritten(technique), "cells": [interval(row[name]) if row[name].n else "\u2026" for name in across]}
        for technique, row in grid.items()
    ]
    return figure, [table_of("Technique", [*map(AsWritten, across)], rows, "Mean score, 95 % interval.")], ""


def _cell(s: ColumnSummary) -> str:
    if not s.n:
        return "\u2026"
    mean, low, high = ends_of(s)
    return f"<b>{format_percent(mean)}</b><br>{translated(f'{100 * low:.0f} to {100 * high:.0f}')}"
