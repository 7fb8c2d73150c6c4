"""The frame of every figure on the page: fonts, axes, and texts that plotly does not read as markup."""

import plotly.graph_objects as go

from playground.ui.language.translating import translated

GRID = "rgba(128,128,140,0.25)"


def frame_figure(
    figure: go.Figure, *, x: str, y: str, height: int, legend: bool = False, bargap: float = 0.38
) -> go.Figure:
    """The page's font, scheme and language, axis titles with units, nothing that zooms by accident."""
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": "system-ui, sans-serif", "size": 13},
        bargap=bargap,
        showlegend=legend,
        legend={"orientation": "h", "y": -0.25, "x": 0},
        hoverlabel={"align": "left"},
        uirevision="kept",
    )
    axis = {"automargin": True, "fixedrange": True, "gridcolor": GRID, "zeroline": False, "title_font_size": 13}
    return figure.update_xaxes(title_text=translated(x), **axis).update_yaxes(title_text=translated(y), **axis)


def plain(text: str, line_break: str = " ") -> str:
    """A text without markup: plotly reads a few tags in labels, and what a model or a person wrote has none."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", line_break)
