"""Draws the figures of a report as SVG."""

import io
import threading
import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from playground.evaluation.findings.frontier import PricedColumn
from playground.evaluation.findings.resampling import VoteCurve
from playground.evaluation.findings.sentences import one_line
from playground.evaluation.findings.summary import ColumnSummary

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BLUE, GREY = "#0072B2", "#888888"  # Okabe & Ito: also told apart by the colour-blind
COLOURS = (BLUE, "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
MARKERS = "osD^Pv*h"  # eight beside seven colours: 56 looks
MOST = 60  # columns drawn
NAME = 40  # characters of a name drawn
STYLE: dict[Any, Any] = {"svg.fonttype": "none", "svg.hashsalt": "report", "text.parse_math": False, "font.size": 10.0}

_style = threading.Lock()  # matplotlib's settings are the process's own


def columns(summaries: Sequence[ColumnSummary]) -> str:
    """Bars with their intervals, in the table's order from the top."""
    rows = [
        (s, s.mean, s.low, s.high) for s in summaries if s.mean is not None and s.low is not None and s.high is not None
    ]
    rows = rows[:MOST]

    def draw(axes: "Axes") -> None:
        at = range(len(rows))
        means = [mean * 100 for _, mean, _, _ in rows]
        errors = [
            [(mean - low) * 100 for _, mean, low, _ in rows],
            [(high - mean) * 100 for _, mean, _, high in rows],
        ]
        axes.barh(at, means, color=BLUE, height=0.6)
        axes.errorbar(means, at, xerr=errors, fmt="none", ecolor="black", capsize=3, linewidth=1)
        for i, (_, mean, _, high) in enumerate(rows):
            axes.text(high * 100 + 1, i, f"{mean * 100:.0f}", va="center")
        axes.set_yticks(list(at), [_name(s.column) for s, *_ in rows])
        axes.invert_yaxis()
        axes.set_xlim(0, 105)
        axes.set_xlabel("Mean score of 100, with 95 % intervals")

    return _svg(draw, 1.2 + 0.35 * len(rows))


def paths(curves: Sequence[VoteCurve]) -> str:
    """Mean score against the number of paths that vote, a line each for counting and for weighing them."""

    def draw(axes: "Axes") -> None:
        for i, curve in enumerate(curves[:MOST]):
            at, means = [p.paths for p in curve.points], [p.mean * 100 for p in curve.points]
            style = "--" if curve.weighted else "-"
            colour = COLOURS[i % len(COLOURS)]
            axes.plot(at, means, f"o{style}", color=colour, label=_name(curve.label))
            if not curve.weighted:
                low, high = ([p.low * 100 for p in curve.points], [p.high * 100 for p in curve.points])
                axes.fill_between(at, low, high, color=colour, alpha=0.15, linewidth=0)
        axes.set_xticks(sorted({p.paths for curve in curves for p in curve.points}))
        axes.set_ylim(0, 100)
        axes.set_xlabel("Paths that vote")
        axes.set_ylabel("Mean score of 100")
        axes.legend(frameon=False, fontsize=8)

    return _svg(draw, 4.0)


def offers(priced_columns: Sequence[PricedColumn]) -> str:
    """Mean score against tokens per answer; the frontier is a line. Names stand in a legend: columns may be close."""
    best, shown = [offer for offer in priced_columns if offer.efficient], priced_columns[:MOST]

    def draw(axes: "Axes") -> None:
        axes.plot([o.price for o in best], [o.mean * 100 for o in best], "--", color=GREY, linewidth=1)
        for i, offer in enumerate(shown):
            look: dict[str, Any] = {"color": COLOURS[i % len(COLOURS)], "marker": MARKERS[i % len(MARKERS)]}
            look["markersize"] = 9 if offer.efficient else 6
            axes.plot([offer.price], [offer.mean * 100], linestyle="", label=_name(offer.column), **look)
        axes.set_xlim(0, max(offer.price for offer in priced_columns) * 1.1 or 1)
        axes.set_ylim(-3, 105)
        axes.set_xlabel("Tokens per answer, prompts included")
        axes.set_ylabel("Mean score of 100")
        axes.legend(frameon=False, fontsize=8, ncols=2, loc="upper center", bbox_to_anchor=(0.5, -0.16))

    return _svg(draw, 3.6 + 0.22 * -(-len(shown) // 2))


def _name(text: str) -> str:
    text = one_line(text)
    return text if len(text) <= NAME else f"{text[: NAME - 1]}…"


def _svg(draw: Callable[["Axes"], None], height: float) -> str:
    """What is drawn, as SVG text: 7 inches wide, and the same for the same data."""
    import matplotlib
    from matplotlib.figure import Figure

    out = io.StringIO()
    with _style, matplotlib.rc_context(STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing", UserWarning)  # names may be in any script
        figure = Figure(figsize=(7, height), layout="constrained")
        axes = figure.add_subplot()
        axes.spines[["top", "right"]].set_visible(False)
        draw(axes)
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return out.getvalue()
