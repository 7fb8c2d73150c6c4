"""The distribution of scores, and everybody's estimate, drawn."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from playground.classroom.laboratory import Estimate, Pooled
from playground.ui.language.translating import translated
from playground.ui.run_view.framed_figure import frame_figure, plain

COLOURS = ("#3b78d8", "#c2571a")
CHANCE, LUCKY, WHOLE = "#5f7388", "#c2571a", "#4f5bd5"


def distribution(means: Mapping[str, Sequence[float]]) -> go.Figure | None:
    """How many students have which score; None before the first."""
    if not any(means.values()):
        return None
    figure = go.Figure()
    for colour, (name, values) in zip(COLOURS, means.items(), strict=False):
        bins = {"start": 0, "end": 1.05, "size": 0.05}
        figure.add_histogram(x=list(values), name=translated(name), xbins=bins, marker={"color": colour}, opacity=0.75)
    framed = frame_figure(figure, x="Score (share right)", y="Students", height=260, legend=True, bargap=0.08)
    return framed.update_layout(barmode="overlay").update_xaxes(range=[0, 1.05]).update_yaxes(dtick=1)


def estimates(found: Sequence[Estimate], pooled: Pooled) -> go.Figure | None:
    """Each student's difference with its interval, those by luck marked, and all together; None before the first."""
    if pooled.estimate is None:
        return None
    figure, whole = go.Figure(), pooled.estimate

    def label(one: Estimate) -> str:
        return translated(one.nickname) if one is whole else plain(one.nickname)

    ordered = sorted(found, key=lambda one: one.difference)
    groups = {
        "As all together": (CHANCE, "circle", [one for one in ordered if one.nickname not in pooled.by_luck]),
        "Found by luck": (LUCKY, "diamond", [one for one in ordered if one.nickname in pooled.by_luck]),
        "All together": (WHOLE, "square", [whole]),
    }
    for name, (colour, symbol, ones) in groups.items():
        if ones:
            figure.add_scatter(
                x=[one.difference for one in ones], y=[*map(label, ones)], name=translated(name), mode="markers",
                marker={"color": colour, "symbol": symbol, "size": 10},
                error_x={
                    "type": "data", "symmetric": False, "array": [one.high - one.difference for one in ones],
                    "arrayminus": [one.difference - one.low for one in ones], "color": colour,
                },
            )  # fmt: skip
    figure.add_vline(x=0, line={"dash": "dot", "color": CHANCE})
    order = [*map(label, ordered), label(whole)]
    height = 180 + 24 * len(order)
    framed = frame_figure(figure, x="Second better by (share)", y="", height=height, legend=True)
    return framed.update_yaxes(categoryorder="array", categoryarray=order)
