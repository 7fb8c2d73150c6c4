"""The curves of a training, drawn: loss of training and validation, and below them gradient and learning rate."""

from collections.abc import Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from playground.finetuning.jobs.standing import MEAN_OF, Standing
from playground.ui.language.translating import translated
from playground.ui.run_view.framed_figure import frame_figure, plain

TRAINING, SMOOTH, VALIDATION, GRADIENT, RATE = "rgba(120,124,150,0.45)", "#4f5bd5", "#c2571a", "#5f7388", "#17876d"
COLOURS = ("#3b78d8", "#c2571a", "#17876d", "#a052b8", "#96770f", "#d0437f", "#5f7388", "#1f8fae")
MOST_POINTS = 500  # of a line: more are not seen, and the figure is sent at each look


def curves(standing: Standing | None) -> go.Figure | None:
    """None before the first step or look."""
    if standing is None or not (standing.history.steps or standing.history.looks):
        return None
    steps, looks = standing.history.steps, [look for look in standing.history.looks if look.loss is not None]
    figure = make_subplots(
        rows=2, cols=1, shared_xaxes=True, row_heights=[0.72, 0.28], vertical_spacing=0.06,
        specs=[[{}], [{"secondary_y": True}]],
    )  # fmt: skip
    smoothed = smooth([step.loss for step in steps])
    kept = thinned(len(steps))
    steps = tuple(steps[at] for at in kept)
    numbers = [step.step for step in steps]
    figure.add_scatter(
        x=numbers,
        y=[step.loss for step in steps],
        name=translated("Each step"),
        mode="lines",
        line={"color": TRAINING, "width": 1},
        row=1,
        col=1,
    )
    figure.add_scatter(
        x=numbers, y=[smoothed[at] for at in kept], name=translated(f"Training, mean of {MEAN_OF} steps"), mode="lines",
        line={"color": SMOOTH, "width": 2}, row=1, col=1,
    )  # fmt: skip
    figure.add_scatter(
        x=[look.step for look in looks], y=[look.loss for look in looks], name=translated("Validation"),
        mode="lines+markers",
        line={"color": VALIDATION, "width": 2, "dash": "dash"}, marker={"symbol": "square", "size": 7}, row=1, col=1,
    )  # fmt: skip
    if best := [look for look in looks if look.best]:
        figure.add_scatter(
            x=[best[-1].step], y=[best[-1].loss], name=translated("Lowest"), mode="markers", row=1, col=1,
            marker={"color": VALIDATION, "symbol": "star", "size": 15},
        )  # fmt: skip
    figure.add_scatter(
        x=numbers, y=[step.norm for step in steps], name=translated("Gradient"), mode="lines",
        line={"color": GRADIENT, "width": 1}, row=2, col=1,
    )  # fmt: skip
    figure.add_scatter(
        x=numbers, y=[step.rate for step in steps], name=translated("Learning rate"), mode="lines",
        line={"color": RATE, "width": 1.5, "dash": "dot"}, row=2, col=1, secondary_y=True,
    )  # fmt: skip
    framed = frame_figure(figure, x="", y="", height=430, legend=True)
    framed.update_xaxes(title_text=translated("Step"), row=2, col=1)
    framed.update_yaxes(title_text=translated("Loss (nats)"), rangemode="tozero", row=1, col=1)
    framed.update_yaxes(title_text=translated("Gradient"), row=2, col=1, secondary_y=False)
    framed.update_yaxes(title_text=translated("Rate"), showgrid=False, row=2, col=1, secondary_y=True)
    return framed


def thinned(count: int) -> list[int]:
    """Places of at most `MOST_POINTS` of so many points, evenly, the last one always."""
    every = -(-count // MOST_POINTS) or 1
    return list(range(count - 1, -1, -every))[::-1]


def smooth(values: list[float]) -> list[float]:
    """Each value as the mean of those up to it, at most `MEAN_OF` of them."""
    parts = [values[max(0, at + 1 - MEAN_OF) : at + 1] for at in range(len(values))]
    return [sum(part) / len(part) for part in parts]


def side_by_side(standings: Sequence[Standing]) -> go.Figure | None:
    """Validation losses of several trainings, or training losses of those without; None where there are none."""
    figure, titles = go.Figure(), [standing.job.title for standing in standings]
    for colour, standing in zip(COLOURS, standings, strict=False):
        looks = [look for look in standing.history.looks if look.loss is not None]
        title = standing.job.title
        name = plain(title if titles.count(title) == 1 else f"{title} ({standing.job.id[:15]})")
        if looks:
            x, y = [look.step for look in looks], [look.loss or 0.0 for look in looks]
            figure.add_scatter(x=x, y=y, name=name, mode="lines+markers", line={"color": colour, "width": 2})
        elif steps := standing.history.steps:
            smoothed, kept = smooth([step.loss for step in steps]), thinned(len(steps))
            x, y = [steps[at].step for at in kept], [smoothed[at] for at in kept]
            name = f"{name}, {translated('training')}"
            figure.add_scatter(x=x, y=y, name=name, mode="lines", line={"color": colour, "width": 2, "dash": "dot"})
    if not figure.data:
        return None
    framed = frame_figure(figure, x="Step", y="Loss (nats)", height=340, legend=True)
    return framed.update_yaxes(rangemode="tozero")
