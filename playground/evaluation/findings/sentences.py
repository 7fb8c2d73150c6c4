"""Findings as plain sentences for readers without statistics."""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from playground.evaluation.findings.comparisons import POINTS, ColumnComparison
from playground.evaluation.findings.summary import ColumnSummary
from playground.evaluation.statistics.power import ALPHA, fewest_items
from playground.formats import HALF_UP, format_count, format_percent

TURNS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # would turn the words that follow around


def comparison_sentence(comparison: ColumnComparison, *, marked: bool = False) -> str:
    """One comparison: who did better, by how much, and whether that is more than chance explains.

    `marked`: where it stands, whether it is has been said already.
    """
    first, second = one_line(comparison.first), one_line(comparison.second)
    if comparison.difference is None:
        return f"{second} and {first} cannot be compared: there is no item for which both have a score."
    sentence = (
        _once(comparison, first, second)
        if comparison.binary and comparison.n == comparison.items
        else _mean(comparison, first, second)
    )
    sentence += f", difference {format_points(comparison.difference)}, {_interval(comparison)}"
    more, p = "; ".join(_explanations(comparison)), format_adjusted_p(comparison.adjusted, comparison.comparisons)
    if marked:
        sentence += f"; {p})." + (f" {more[0].upper()}{more[1:]}." if more else "")
    else:
        verdict = "more than chance explains" if comparison.significant else "not enough evidence of a difference"
        sentence += f"): {verdict} ({p}){f'; {more}' if more else ''}."
    if comparison.left_out:
        pairs = format_count(comparison.left_out, "pair")
        sentence += f" {pairs} of answers left out, for lack of a score on one side or both."
    return sentence


def with_sentence(comparison: ColumnComparison) -> dict[str, Any]:
    """A comparison as plain data, with its sentence."""
    return {**asdict(comparison), "sentence": comparison_sentence(comparison)}


def disagreement_sentence(summary: ColumnSummary) -> str:
    """How often a judge's two verdicts on one pair of answers were not the same."""
    of = f"{summary.disagree:,} of {format_count(summary.n, 'answer')}"
    return f"{one_line(summary.column)}: for {of} the judge decided otherwise when the two were swapped."


def items_needed_sentence(comparisons: Sequence[ColumnComparison]) -> str:
    """How many items all these comparisons would take to tell a difference of 5 points; "" where they have it."""
    most = max((comparison.items_needed or 0 for comparison in comparisons), default=0)
    if all(comparison.items >= (comparison.items_needed or 0) for comparison in comparisons):
        return ""
    return f"To tell a difference of {POINTS} points here, about {round_items(most)} items would be needed."


def _once(comparison: ColumnComparison, first: str, second: str) -> str:
    """Right or wrong, each item asked once."""
    a, b = comparison.means or (0.0, 0.0)
    more, items, right = comparison.only_second - comparison.only_first, comparison.items, round(a * comparison.items)
    if items == 1:
        how = {1: "was right on the only item and {} was not", -1: "was wrong on the only item and {} was not"}
        both = f"and {first} were both {'right' if right else 'wrong'} on the only item"
        return f"{second} {how[more].format(first) if more else both} ({format_percent(b)} against {format_percent(a)}"
    if more:
        amount = f"{abs(more):,} {'more' if more > 0 else 'fewer'} of the {items:,} items"
        return f"{second} was right on {amount} than {first} ({_pair(format_percent, b, a)}"
    if right in (0, items):
        shared = f"right on {'all' if right else 'none of the'} {items:,} items"
    elif comparison.only_first:
        shared = f"right on equally many of the {items:,} items, though not on the same ones"
    else:
        shared = f"right on exactly the same {right:,} of the {items:,} items"
    return f"{second} and {first} were {shared} ({format_percent(a)} each"


def _mean(comparison: ColumnComparison, first: str, second: str) -> str:
    """Scores, or items that were asked repeatedly."""
    a, b = comparison.means or (0.0, 0.0)
    show = format_percent if comparison.binary else format_score
    on = format_count(comparison.items, "item") + (
        ", each asked repeatedly," if comparison.n > comparison.items else ""
    )
    difference = comparison.difference or 0.0
    if abs(difference) < 1e-12:  # what adding up in binary leaves is no difference
        equal = "were right equally often" if comparison.binary else "scored the same on average"
        return f"{second} and {first} {equal} on {on.rstrip(',')} ({show(a)} each"
    amount = "more" if difference > 0 else "less"
    better = f"was right {amount} often" if comparison.binary else f"scored {amount} on average"
    return f"On {on} {second} {better} than {first} ({_pair(show, b, a)}"


def _pair(show: Callable[[float, int], str], second: float, first: float) -> str:
    """Both means, with digits enough to tell them apart."""
    places = next((places for places in range(4) if show(second, places) != show(first, places)), 0)
    return f"{show(second, places)} against {show(first, places)}"


def _interval(comparison: ColumnComparison) -> str:
    return f"95 % interval {format_interval(comparison.low or 0.0, comparison.high or 0.0)}"


def _explanations(comparison: ColumnComparison) -> Iterator[str]:
    """Of what is not enough evidence: why its interval may look like more, and what more items would show."""
    if comparison.significant:
        return
    if (comparison.low or 0.0) > 0 or (comparison.high or 0.0) < 0:
        if comparison.comparisons > 1 and (comparison.p or 0.0) < ALPHA:
            yield f"the interval leaves out 0, but unlike p it does not allow for {comparison.comparisons} comparisons"
        else:
            yield "the interval, which is approximate, just leaves out 0; what decides is p"
    seen = comparison.items_for_seen
    if comparison.items >= (comparison.items_needed or 0):
        yield f"a difference of {POINTS} points would most likely have shown with this many items"
    elif seen and seen <= comparison.items:  # an exact test wants a little more than the formula
        yield "if it is really this large, a few more items would show it"
    elif seen:
        yield f"if it is really this large, about {round_items(seen)} items would show it"


def one_line(text: str) -> str:
    """A name on one line, without characters that are no text, whatever is in it."""
    return "".join(c for c in " ".join(text.split()) if unicodedata.category(c) not in ("Cc", "Cs") and c not in TURNS)


def format_score(mean: float, places: int = 0) -> str:
    return f"{mean + HALF_UP:.{places + 2}f}"


def format_points(difference: float) -> str:
    text = _points(difference)
    return f"{text} {'point' if text in ('1', '−1') else 'points'}"


def format_interval(low: float, high: float) -> str:
    """An interval of a difference, in points."""
    return f"{_points(low)} to {_points(high)}"


def _points(difference: float) -> str:
    value = difference * 100
    size = abs(value) + HALF_UP
    text = f"{size:.1f}" if 0.05 <= size < 0.95 else f"{size:.0f}"
    return text if value >= 0 or text == "0" else f"−{text}"


def format_p(p: float) -> str:
    if p < 0.001:
        return "p < 0.001"
    return f"p = {p:.3f}" if p < 0.1 else f"p = {p:.2f}" if p < 0.995 else "p = 1"


def format_adjusted_p(p: float | None, comparisons: int) -> str:
    """Of one of so many comparisons; None where there was nothing to test."""
    text = format_p(1.0 if p is None else p)
    return f"{text} after Holm for {comparisons} comparisons" if comparisons > 1 else text


def more_needed(noun: str, made: int, seen: int, comparisons: int, what: str) -> str:
    """How many of them might suffice: `made` there are, `seen` would show `what`, "" where that is none (0)."""
    least = fewest_items(comparisons)
    if made < least:
        return f"so few {noun} cannot show any difference, however large: take {least} or more"
    return f"if the {what}, about {round_items(seen)} {noun} would show it" if seen > made else ""


def round_items(items: int) -> str:
    """Two significant digits, upwards: more would claim to know the discordance exactly."""
    unit = 10 ** max(len(str(items)) - 2, 0)
    return f"{-(-items // unit) * unit:,}"
