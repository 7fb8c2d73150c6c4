"""Figures of a run: the entropy of its tokens and the votes of its paths."""

import math

import plotly.graph_objects as go

from playground.types import Completion, Run

ACCENT = "#4f5bd5"


def entropy_figure(completion: Completion | None) -> go.Figure | None:
    """Entropy of the next-token distribution, token by token; None where the model gives none."""
    tokens = [t for t in completion.tokens if t.entropy is not None] if completion else []
    if not tokens:
        return None
    bars = go.Bar(
        x=list(range(1, len(tokens) + 1)),
        y=[t.entropy for t in tokens],
        marker_color=ACCENT,
        hovertext=[_plain(t.text) for t in tokens],
        hovertemplate="%{hovertext}: %{y:.2f} nats<extra></extra>",
    )
    return _figure(bars, x="Token", y="Entropy (nats)", height=170)


def vote_figure(run: Run) -> go.Figure:
    """Paths by answer, most votes on top."""
    votes = run.votes[::-1]
    names, rows = [_clipped(v.answer) for v in votes], list(range(len(votes)))
    bars = go.Bar(
        x=[v.count for v in votes],
        y=rows,  # not the names: long answers that begin alike would fall into one bar
        orientation="h",
        text=[v.count for v in votes],
        textposition="outside",
        cliponaxis=False,
        marker_color=["#9aa0b5"] * (len(votes) - 1) + [ACCENT],
        hovertext=names,
        hovertemplate="%{hovertext}: %{x} paths<extra></extra>",
    )
    figure = _figure(bars, x="Agreeing paths", y="Answer", height=110 + 34 * len(votes))
    figure.update_xaxes(dtick=max(1, math.ceil(max(v.count for v in votes) / 10)), rangemode="tozero")
    return figure.update_yaxes(
        tickvals=rows, ticktext=names, showgrid=False, ticks="outside", tickcolor="rgba(0,0,0,0)"
    )


def _clipped(text: str) -> str:
    plain = _plain(text)
    return plain if len(plain) <= 40 else f"{plain[:39]}\u2026"


def _plain(text: str) -> str:
    # plotly reads a few tags in labels; text from a model has none.
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "\u21b5")


def _figure(bars: go.Bar, *, x: str, y: str, height: int) -> go.Figure:
    figure = go.Figure(bars)
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": "system-ui, sans-serif", "size": 13},
        bargap=0.25,
        showlegend=False,
    )
    figure.update_xaxes(title=x, automargin=True, fixedrange=True, gridcolor="rgba(128,128,140,0.25)", zeroline=False)
    return figure.update_yaxes(
        title=y, automargin=True, fixedrange=True, gridcolor="rgba(128,128,140,0.25)", zeroline=False
    )
