"""Figures of a run: the entropy of its tokens and the votes of its paths."""

import math

import plotly.graph_objects as go

from playground.types import Completion, Run
from playground.ui.language.translating import translated
from playground.ui.run_view.framed_figure import frame_figure, plain

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
        hovertext=[_label(t.text) for t in tokens],
        hovertemplate="%{hovertext}: %{y:.2f} nats<extra></extra>",
    )
    return frame_figure(go.Figure(bars), bargap=0.25, x="Token", y="Entropy (nats)", height=170)


def vote_figure(run: Run) -> go.Figure:
    """Paths by answer, most votes on top."""
    votes = run.votes[::-1]
    names, rows = [_clip(v.answer) for v in votes], list(range(len(votes)))
    bars = go.Bar(
        x=[v.count for v in votes],
        y=rows,  # not the names: long answers that begin alike would fall into one bar
        orientation="h",
        text=[v.count for v in votes],
        textposition="outside",
        cliponaxis=False,
        marker_color=["#9aa0b5"] * (len(votes) - 1) + [ACCENT],
        hovertext=names,
        hovertemplate=f"%{{hovertext}}: %{{x}} {translated('paths')}<extra></extra>",
    )
    figure = frame_figure(go.Figure(bars), bargap=0.25, x="Agreeing paths", y="Answer", height=110 + 34 * len(votes))
    figure.update_xaxes(dtick=max(1, math.ceil(max(v.count for v in votes) / 10)), rangemode="tozero")
    return figure.update_yaxes(
        tickvals=rows, ticktext=names, showgrid=False, ticks="outside", tickcolor="rgba(0,0,0,0)"
    )


def _clip(text: str) -> str:
    return _label(text if len(text) <= 40 else f"{text[:39]}\u2026")


def _label(text: str) -> str:
    return plain(text, line_break="\u21b5")
