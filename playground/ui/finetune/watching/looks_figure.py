"""The looks at weights over time, drawn: mean scores with their intervals, and which were a drop."""

from datetime import datetime

import plotly.graph_objects as go

from playground.evaluation.watching import telling
from playground.evaluation.watching.kept import Kept
from playground.ui.language.translating import translated
from playground.ui.run_view.framed_figure import frame_figure, plain

COLOURS = ("#3b78d8", "#c2571a", "#17876d", "#a052b8", "#96770f", "#d0437f", "#5f7388", "#1f8fae")
DROP = "#b3261e"


def looks_figure(kept: Kept | None) -> go.Figure | None:
    """None before the first look with a score."""
    figure, drops = go.Figure(), ([], [])  # type: tuple[go.Figure, tuple[list[datetime], list[float]]]
    if kept is None:
        return None
    for colour, column in zip(COLOURS, telling.columns_of(kept), strict=False):
        seen = [
            (place, look, one)
            for place, look in enumerate(kept.looks)
            if (one := look.columns.get(column)) and one.mean is not None
        ]
        if not seen:
            continue
        means = [one.mean or 0.0 for _, _, one in seen]
        figure.add_scatter(
            x=[datetime.fromtimestamp(look.made) for _, look, _ in seen], y=means, name=plain(column),
            mode="lines+markers", line={"color": colour, "width": 2},
            error_y={
                "type": "data", "symmetric": False, "thickness": 1, "color": colour,
                "array": [(one.high or 0.0) - (one.mean or 0.0) for _, _, one in seen],
                "arrayminus": [(one.mean or 0.0) - (one.low or 0.0) for _, _, one in seen],
            },
        )  # fmt: skip
        for place, look, one in seen:
            if any(change.column == column and change.is_drop for change in telling.changes_of(kept, place)):
                drops[0].append(datetime.fromtimestamp(look.made))
                drops[1].append(one.mean or 0.0)
    if not figure.data:
        return None
    if drops[0]:
        figure.add_scatter(
            x=drops[0], y=drops[1], name=translated("Drop beyond chance"), mode="markers",
            marker={"color": DROP, "size": 15, "symbol": "x"},
        )  # fmt: skip
    framed = frame_figure(figure, x="", y="Mean score, 95 % interval", height=320, legend=True)
    return framed.update_yaxes(range=[0, 1.02], tickformat=".0%")
