"""The columns of an experiment as bars with their intervals: the ladder."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from playground.evaluation.findings.sentences import disagreement_sentence
from playground.evaluation.findings.summary import ColumnSummary, summaries
from playground.evaluation.results import Table
from playground.formats import format_count, format_percent
from playground.ui.experiments.figures.figure_style import View, colour, ends_of, interval
from playground.ui.language.texts import AsWritten
from playground.ui.language.translating import translated
from playground.ui.run_view.framed_figure import frame_figure, plain
from playground.ui.run_view.measures import dollars


def ladder(table: Table) -> View:
    """The bars, and their numbers with what they cost."""
    found = summaries(table)
    return ladder_figure(table, found), [ladder_table(found)], ""


def ladder_figure(table: Table, summaries: Sequence[ColumnSummary]) -> go.Figure | None:
    """A bar a column, in the plan's order from top to bottom, with its interval; None before any answer."""
    known = {row: s for row, s in enumerate(summaries) if s.n}
    if not known:
        return None
    rows, places = list(range(len(summaries))), list(known)
    means, lows, highs = ([100 * value for value in ends] for ends in zip(*map(ends_of, known.values()), strict=True))
    bars = go.Bar(
        x=means,
        y=places,
        orientation="h",
        width=0.5,
        marker_color=[colour(table, s.column) for s in known.values()],
        error_x={
            "array": [high - mean for high, mean in zip(highs, means, strict=True)],
            "arrayminus": [mean - low for low, mean in zip(lows, means, strict=True)],
            "thickness": 1.5,
            "width": 5,
        },
        hovertext=[f"{plain(s.column)}: {translated(interval(s))} ({translated(amount(s))})" for s in known.values()],
        hovertemplate="%{hovertext}<extra></extra>",
    )
    # Above its bar, not beside it: a phone has room for the one or for the other.
    names = _texts([0.0] * len(rows), [row - 0.48 for row in rows], [_bar_label(s) for s in summaries])
    figure = frame_figure(go.Figure([bars, names]), x=describe_measure(summaries), y="", height=84 + 62 * len(rows))
    figure.update_xaxes(range=[0, 101], tickvals=[0, 20, 40, 60, 80, 100], title_standoff=6)
    return figure.update_yaxes(range=[len(rows) - 0.6, -0.75], showgrid=False, showticklabels=False)


def _bar_label(s: ColumnSummary) -> str:
    """What stands above a bar: how much it is, before a name that may be too long for the picture."""
    name = plain(s.column)
    return f"<b>{format_percent(s.mean or 0.0)}</b>  {name}  ({translated(amount(s))})" if s.n else name


def _texts(x: list[float], y: list[float], texts: list[str]) -> go.Scatter:
    return go.Scatter(
        x=x, y=y, mode="text", text=texts, textposition="middle right", hoverinfo="skip", cliponaxis=False
    )


def describe_measure(summaries: Sequence[ColumnSummary]) -> str:
    """What the bars are of, for the axis."""
    return "Right answers (%), 95 % interval" if yes_no(summaries) else "Mean score (%), 95 % interval"


def yes_no(summaries: Sequence[ColumnSummary]) -> bool:
    """Whether answers are right or wrong, and not something between."""
    return all(s.right is not None for s in summaries if s.n)


def amount(s: ColumnSummary) -> str:
    """ "22 of 60", or "60 answers" where answers are not right or wrong."""
    return f"{s.right:,} of {s.n:,}" if s.right is not None else format_count(s.n, "answer")


def ladder_table(summaries: Sequence[ColumnSummary]) -> dict[str, Any]:
    """The numbers of the bars, and what they cost."""
    priced = any(s.cost is not None for s in summaries)
    columns = [
        "Right (%)" if yes_no(summaries) else "Score (%)", "95 % interval", "Right", "Answers", "No answer found",
        "Failed", "Calls", "Tokens", "Seconds (many at once)", *(["Cost"] if priced else []),
    ]  # fmt: skip
    rows = [
        {"head": AsWritten(s.column), "cells": [*_share_texts(s), *_spent(s), *([_cost(s)] if priced else [])]}
        for s in summaries
    ]
    note = (
        "Calls, tokens and seconds are per answer. Many are asked at once, so seconds depend on what else ran: compare "
        "tokens. No answer found: the reply held none of the answer type; it counts as wrong. Failed answers are in no "
        "mean."
    )
    note = " ".join([note, *(disagreement_sentence(s) for s in summaries if s.disagree)])
    return {"caption": "", "corner": "Column", "columns": columns, "rows": rows, "note": note}


def _share_texts(s: ColumnSummary) -> list[str]:
    mean, low, high = (100 * value for value in ends_of(s))
    shown = [f"{mean:.1f}", f"{low:.1f} to {high:.1f}"] if s.n else ["\u2026", "\u2026"]
    right = "\u2013" if s.right is None else f"{s.right:,}"
    return [*shown, right, f"{s.n:,}", f"{s.not_extracted:,}", f"{s.failed:,}"]


def _spent(s: ColumnSummary) -> list[str]:
    each = [(s.calls, 1), (s.tokens, 0), (s.seconds, 2)]
    return ["\u2026" if (value := s.per_cell(total)) is None else f"{value:,.{digits}f}" for total, digits in each]


def _cost(s: ColumnSummary) -> str:
    return "unknown" if s.cost is None else dollars(s.cost)
