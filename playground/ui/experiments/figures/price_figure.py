"""Quality against what it takes: tokens, time or money, and the frontier of what nothing else beats for less."""

import math
from typing import cast

import plotly.graph_objects as go

from playground.evaluation.findings.frontier import PricedColumn, PriceUnit, cost_frontier
from playground.evaluation.findings.summary import summaries
from playground.evaluation.results import Table
from playground.formats import format_percent
from playground.ui.experiments.figures.figure_style import View, colour, share, symbol, table_of
from playground.ui.language.texts import AsWritten
from playground.ui.language.translating import translated
from playground.ui.run_view.framed_figure import frame_figure, plain

UNITS = {"tokens": "Tokens per answer", "seconds": "Seconds per answer (many at once)", "cost": "US dollars per answer"}
WIDE = 12  # largest price over smallest, above which the axis counts in powers


def price(table: Table, by: str) -> View:
    """Score against what it takes; the frontier joins what nothing else beats for less."""
    unit = UNITS.get(by, UNITS["tokens"])
    offers = cost_frontier(summaries(table), cast(PriceUnit, by if by in UNITS else "tokens"))
    if not offers:
        return None, [], f"{unit}: not known for these models." if table.results else "Nothing has been answered yet."
    front = [offer for offer in offers if offer.efficient]
    line = go.Scatter(
        x=[o.price for o in front], y=[100 * o.mean for o in front], mode="lines",
        name=translated("no cheaper one as good"), hoverinfo="skip",
        line={"color": "#8a8b97", "width": 2, "dash": "dot", "shape": "hv"},
    )  # fmt: skip
    figure = frame_figure(
        go.Figure([line, *(_offer(table, offer, unit) for offer in offers)]),
        x=unit,
        y="Score (%)",
        height=440,
        legend=True,
    )
    figure.update_yaxes(rangemode="tozero")
    prices = [offer.price for offer in offers if offer.price > 0]
    if prices and max(prices) > WIDE * min(prices):
        figure.update_xaxes(type="log", tickvals=_ticks(min(prices), max(prices)))
    rows = [
        {
            "head": AsWritten(o.column),
            "cells": [f"{o.price:,.4g}", *share(o.mean, o.low, o.high), "yes" if o.efficient else "no"],
        }
        for o in offers
    ]
    return figure, [table_of("Column", [unit, "Score (%)", "95 % interval (%)", "No cheaper one as good"], rows)], ""


def _ticks(low: float, high: float) -> list[float]:
    """1, 2, 5, 10, 20 ... around these."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    return [
        digit * 10.0**power for power in powers for digit in (1, 2, 5) if low / 2 <= digit * 10.0**power <= high * 2
    ]


def _offer(table: Table, offer: PricedColumn, unit: str) -> go.Scatter:
    mean, low, high = map(format_percent, (offer.mean, offer.low, offer.high))
    said = f"{plain(offer.column)}: {translated(f'{mean}, {low} to {high}')}"
    return go.Scatter(
        x=[offer.price],
        y=[100 * offer.mean],
        mode="markers",
        cliponaxis=False,
        name=plain(offer.column),
        marker={
            "color": colour(table, offer.column),
            "symbol": symbol(table, offer.column),
            "size": 15 if offer.efficient else 10,
        },
        error_y={
            "array": [100 * (offer.high - offer.mean)],
            "arrayminus": [100 * (offer.mean - offer.low)],
            "thickness": 1.2,
        },
        hovertemplate=f"{said}<br>{translated(unit)}: %{{x:,.4g}}<extra></extra>",
    )  # fmt: skip
