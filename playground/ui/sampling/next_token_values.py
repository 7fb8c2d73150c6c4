"""What sampling settings make of a distribution, as plain values, tables and words. Pure functions."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from playground.backends.base import Candidate, NextTokenDistribution
from playground.formats import format_signed
from playground.parameters import parameters
from playground.types import Sampling
from playground.ui.widgets.status import status

FILTERS = {p.name: p.label.lower() for p in parameters(Sampling) if p.effect == "filter"}  # in the order they cut
MARKS = str.maketrans({" ": "\u2423", "\u00a0": "\u237d", "\n": "\u21b5", "\t": "\u21e5", "\r": "\u240d"})
HEADERS = [
    "Token", "Id", "Logit", "Shift", "Model (%)", "Tempered (%)", "Final (%)", "Cut by",
]  # fmt: skip
KINDS = ["str", "number", "number", "number", "number", "number", "number", "str"]
EMPTY: dict[str, Any] = {
    **status("empty"), "context": "", "stale": False, "note": "", "sentence": "", "entropy": "", "scale": 1.0,
    "rows": [],
}  # fmt: skip


def visible(text: str) -> str:
    """A token's text with marks for whatever in it would not be seen."""
    marked = text.translate(MARKS) or "\u2205"
    return "".join(c if c.isprintable() else f"[U+{ord(c):04X}]" for c in marked)


def percent(p: float) -> str:
    if p == 0:
        return "0 %"
    return "100 %" if p >= 0.9995 else "< 0.1 %" if p < 0.0005 else f"{100 * p:.1f} %"


def next_token_value(outlook: NextTokenDistribution, sampling: Sampling) -> dict[str, Any]:
    """The bars."""
    shown, said = outlook.candidates, sentence(outlook, sampling)
    return {
        **EMPTY,
        **status("ready", spoken=said),
        "sentence": said,
        "entropy": f"Entropy {outlook.model_entropy:.2f} nats before the settings, {outlook.entropy:.2f} nats after.",
        "scale": max((max(c.model_probability, c.tempered_probability, c.probability) for c in shown), default=1.0),
        "rows": [_row(c, sampling) for c in shown],
    }


def _row(c: Candidate, sampling: Sampling) -> dict[str, Any]:
    return {
        "id": c.id,
        "text": visible(c.text),
        "own": c.model_probability,
        "tempered": c.tempered_probability,
        "final": c.probability,
        "ownLabel": percent(c.model_probability),
        "finalLabel": percent(c.probability),
        "shift": format_signed(c.shift) if round(c.shift, 2) else "",
        "fate": fate(c, sampling),
    }


def fate(c: Candidate, sampling: Sampling) -> str:
    """Why the token cannot come; empty when it can."""
    if c.cut_by:
        return f"cut by {FILTERS[c.cut_by]}"
    if c.probability > 0:
        return ""
    return "not the likeliest" if sampling.temperature == 0 else "too unlikely"


def sentence(outlook: NextTokenDistribution, sampling: Sampling) -> str:
    """How many tokens of the whole vocabulary are left, how many of those in sight, and what cut the others."""
    shown = outlook.candidates
    seen = f"{sum(c.probability > 0 for c in shown)} of the {len(shown)} shown here"
    words = f"{outlook.left[-1]:,} of all {outlook.vocabulary:,} tokens can still come, {seen}"
    cuts = zip(FILTERS, (before - after for before, after in pairwise(outlook.left)), strict=True)
    reasons = [f"{FILTERS[name]} {getattr(sampling, name):g} cut {count:,}" for name, count in cuts if count]
    if sampling.temperature == 0:
        reasons.append("temperature 0 always takes the likeliest")
    return f"{words}; {'; '.join(reasons)}." if reasons else f"{words}."


def candidate_table(shown: Sequence[Candidate]) -> list[list[Any]]:
    """The numbers behind the bars, in the columns of `HEADERS`."""
    return [
        [
            visible(c.text), c.id, round(c.logit, 3), round(c.shift, 3), round(100 * c.model_probability, 3),
            round(100 * c.tempered_probability, 3), round(100 * c.probability, 3), FILTERS.get(c.cut_by, ""),
        ]
        for c in shown
    ]  # fmt: skip
