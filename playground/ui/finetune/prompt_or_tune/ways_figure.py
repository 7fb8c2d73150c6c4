"""Scores against tokens, training time and examples, drawn."""

from collections.abc import Callable

import plotly.graph_objects as go

from playground.finetuning.prompt_or_tune.known import Compared
from playground.finetuning.prompt_or_tune.ways import Kind, Way
from playground.ui.finetune.prompt_or_tune.prompt_or_tune_values import points
from playground.ui.language.translating import translated
from playground.ui.run_view.framed_figure import frame_figure, plain

KINDS: dict[Kind, tuple[str, str, str]] = {
    "prompted": ("Prompted", "#3b78d8", "circle"),
    "tuned": ("Tuned", "#c2571a", "square"),
    "both": ("Tuned and prompted", "#17876d", "diamond"),
}
AXES: tuple[tuple[str, Callable[[Way], float]], ...] = (
    ("Tokens an answer", lambda way: way.tokens),
    ("Training (s)", lambda way: way.preparation.training_seconds),
    ("Examples needed", lambda way: float(way.preparation.examples)),
)
HEIGHT = 300


def figures(known: Compared | None) -> list[go.Figure | None]:
    """A figure for each price of an answer; None while there is nothing to draw."""
    drawn = points(known.ways) if known else []
    return [_figure(drawn, title, price) if drawn else None for title, price in AXES]


def _figure(drawn: list[tuple[str, Way]], title: str, price: Callable[[Way], float]) -> go.Figure:
    figure = go.Figure()
    for kind, (name, colour, symbol) in KINDS.items():
        mine = [(letter, way) for letter, way in drawn if way.preparation.kind == kind]
        if not mine:
            continue
        figure.add_scatter(
            x=[price(way) for _, way in mine],
            y=[100 * (way.mean or 0.0) for _, way in mine],
            error_y={
                "type": "data", "symmetric": False, "thickness": 1, "width": 3,
                "array": [100 * ((way.high or 0.0) - (way.mean or 0.0)) for _, way in mine],
                "arrayminus": [100 * ((way.mean or 0.0) - (way.low or 0.0)) for _, way in mine],
            },
            text=[letter for letter, _ in mine],
            hovertext=[plain(translated(way.name)) for _, way in mine],
            hovertemplate="%{hovertext}: %{y:.0f}, %{x:,.0f}<extra></extra>",
            mode="markers+text",
            textposition="middle right",
            marker={"color": colour, "symbol": symbol, "size": 11},
            name=translated(name),
        )  # fmt: skip
    framed = frame_figure(figure, x=title, y="Score", height=HEIGHT, legend=False)
    framed.update_yaxes(range=[-4, 104])
    most = max(price(way) for _, way in drawn) or 1.0
    return framed.update_xaxes(range=[-0.06 * most, 1.14 * most])  # room for what costs nothing, and for letters
