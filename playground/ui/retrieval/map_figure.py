"""Passages and a question on a map of two components, drawn."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from playground.retrieval.embedding import Vectors
from playground.retrieval.passages import Passage
from playground.ui.language.translating import translated
from playground.ui.retrieval.passages_values import shortened
from playground.ui.run_view.framed_figure import frame_figure, plain

ACCENT, OTHERS, QUESTION = "#4f5bd5", "#9aa0b5", "#c2571a"
LEFT_OUT = "Left out by the filter"
MOST_POINTS = 3_000


def map_figure(
    flat: Vectors,
    share: float,
    passages: Sequence[Passage],
    found: Mapping[Passage, int],
    among: frozenset[int] | None = None,
) -> go.Figure:
    """The last row of `flat` is the question; `found` are the numbers of passages, `among` the documents that are
    searched where these are not all. What lies near is alike."""
    step = max(1, len(passages) // MOST_POINTS)
    rest = [at for at, passage in enumerate(passages) if passage not in found and at % step == 0]
    others = [at for at in rest if among is None or passages[at].document in among]
    hits = [at for at, passage in enumerate(passages) if passage in found]
    kinds = [(others, OTHERS, "Passages", "circle"), (hits, ACCENT, "Found", "square")]
    if among is not None:
        kinds.insert(0, (sorted({*rest} - {*others}), OTHERS, LEFT_OUT, "circle-open"))
    figure = go.Figure()
    for places, colour, name, symbol in kinds:
        figure.add_scatter(
            x=flat[places, 0] if places else [], y=flat[places, 1] if places else [], name=translated(name),
            mode="markers+text" if symbol == "square" else "markers",
            text=[f"[{found[passages[at]]}]" if passages[at] in found else "" for at in places],
            textposition="top center", cliponaxis=False, marker={"color": colour, "symbol": symbol, "size": 9},
            hovertext=[plain(shortened(f"{passages[at].title}: {passages[at].text}")) for at in places],
            hovertemplate="%{hovertext}<extra></extra>",
        )  # fmt: skip
    figure.add_scatter(
        x=flat[-1:, 0], y=flat[-1:, 1], mode="markers", name=translated("Question"),
        hovertemplate=f"{translated('The question')}<extra></extra>",
        marker={"color": QUESTION, "symbol": "star", "size": 15},
    )  # fmt: skip
    # Short: a phone has no room for a long one.
    return frame_figure(
        figure, x=f"First component (both: {100 * share:.0f} % of all)", y="Second component", height=320, legend=True
    )
