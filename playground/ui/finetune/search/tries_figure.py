"""The tries of a search, drawn: the validation loss of each, and the lowest so far."""

from itertools import accumulate

import plotly.graph_objects as go

from playground.finetuning.jobs.standing import Standing
from playground.finetuning.search.telling import values_text
from playground.ui.language.translating import translated
from playground.ui.run_view.framed_figure import frame_figure, plain

EACH, LOWEST, BROKEN = "#4f5bd5", "#c2571a", "#5f7388"


def tries_figure(standing: Standing | None) -> go.Figure | None:
    """None before the first try is over."""
    tries = standing.history.tries if standing else ()
    through = [one for one in tries if one.loss is not None]
    if not through:
        return None
    figure = go.Figure()
    losses = [one.loss or 0.0 for one in through]
    figure.add_scatter(
        x=[one.number for one in through], y=losses, name=translated("Each try"), mode="markers",
        marker={"color": EACH, "size": 10}, text=[plain(translated(values_text(one.values))) for one in through],
        hovertemplate=f"{translated('Try')} %{{x}}: %{{y:.3f}}<br>%{{text}}<extra></extra>",
    )  # fmt: skip
    figure.add_scatter(
        x=[one.number for one in through], y=list(accumulate(losses, min)), name=translated("Lowest so far"),
            mode="lines",
        line={"color": LOWEST, "width": 2, "shape": "hv"}, hoverinfo="skip",
    )  # fmt: skip
    if broken := [one for one in tries if one.loss is None]:
        figure.add_scatter(
            x=[one.number for one in broken], y=[max(losses)] * len(broken), name=translated("Broke off"),
            mode="markers",
            marker={"color": BROKEN, "size": 11, "symbol": "x"}, text=[plain(translated(one.words)) for one in broken],
            hovertemplate=f"{translated('Try')} %{{x}}: {translated('Broke off')}<br>%{{text}}<extra></extra>",
        )  # fmt: skip
    framed = frame_figure(figure, x="Try", y="Validation loss (nats)", height=300, legend=True)
    framed.update_xaxes(dtick=1 if len(tries) <= 20 else None, range=[0.5, tries[-1].number + 0.5])
    return framed
