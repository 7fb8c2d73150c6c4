"""What a technique's own steps add up to: the changes from draft to draft, and the tree of a search."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from playground.evaluation.differences import are_too_long, differences
from playground.strategies import technique_of
from playground.strategies.parts.replies import spoken_text
from playground.types import Run, Thought


def draft_changes(run: Run) -> dict[int, dict[str, Any]]:
    """By the place of a draft among the steps: what is different in it from the draft before, word by word."""
    places = [run.steps.index(step) for step in technique_of(run.setup).drafts(run) if step.completions]
    return {at: _change(run, before, at) for before, at in pairwise(places)}


def _change(run: Run, before: int, at: int) -> dict[str, Any]:
    old, new = (spoken_text(run.steps[place].completions[0]) for place in (before, at))
    since = f"What changed since {run.steps[before].label}"
    if run.steps[at].completions[0].finish_reason is None or not new:  # it still grows
        return {"since": since, "segments": []}
    if are_too_long(old, new):
        return {"since": f"{since}: these are too long to be compared", "segments": []}
    return {"since": since, "segments": [{"text": s.text, "change": s.change} for s in differences(old, new)]}


def tree_value(thoughts: Sequence[Thought]) -> list[dict[str, Any]]:
    """The steps that were proposed first, each with those that were proposed after it in `next`."""
    rows: list[dict[str, Any]] = [
        {"text": t.text, "verdict": _verdict(t), "kept": t.kept, "next": []} for t in thoughts
    ]
    roots: list[dict[str, Any]] = []
    for thought, row in zip(thoughts, rows, strict=True):
        (roots if thought.parent is None else rows[thought.parent]["next"]).append(row)
    return roots


def _verdict(thought: Thought) -> str:
    verdict = thought.value or "not judged"
    return f"{verdict}, gone on from" if thought.kept else verdict
