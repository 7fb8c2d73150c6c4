"""Panes that were asked several times, or with a reference answer, and what panes are sent -> plain values."""

from typing import Any

from playground.comparison import PaneRuns
from playground.errors import InvalidSetup, LimitReached
from playground.evaluation.prompt_differences import RequestDifference, prompt_differences
from playground.evaluation.repetitions import PaneAnswers, ReferenceScoring, Repetitions, is_certain, repeated
from playground.formats import format_count, format_percent
from playground.prompts import MOST_SHOWN
from playground.types import Setup
from playground.ui.compare.run import ComparisonRun
from playground.ui.language.translating import translated
from playground.ui.run_view.measures import dollars

LONGEST_ANSWER = 300  # characters of an answer in a bar
AGREEMENT = (
    "The share of pairs of answers that are equal: one of the row's pane and one of the column's; along the diagonal, "
    "two repetitions of one pane."
)
ALIKE = "at temperature 0 every repetition is the same"
ROUNDED = "at temperature 0 repetitions differ by rounding alone"
SAME_PROMPT = "The same prompt as the baseline's, word for word."
NEAR_TIE = (
    f"{SAME_PROMPT} Answers that differ at temperature 0 come of rounding, which in a shared batch can turn a near tie."
)
MOST_IN_SIGHT = 4  # sentences, each of some lines
ENDED = ("done", "failed", "stopped")


def evaluate(now: ComparisonRun) -> Repetitions | None:
    """What the repetitions say; None where each pane was asked once and nothing says what is right."""
    if not now.every or (now.repetitions == 1 and not now.reference):
        return None
    scoring = score_by(now.reference, now.setup) if now.reference and now.stage != "answering" else None
    return repeated(now.every, now.picked.titles, now.picked.baseline, scoring)


def score_by(reference: str, setup: Setup) -> ReferenceScoring:
    """Raises InvalidSetup, in the words of the field, for what no answer of this type can be."""
    try:
        return ReferenceScoring(reference, setup)
    except InvalidSetup:
        rule = (
            f"is no {'number' if setup.task.answer == 'number' else 'allowed answer'}, which the answer type asks for."
        )
        raise InvalidSetup(path=("reference",), rule=rule) from None


def pane_value(pane: PaneAnswers | None, runs: PaneRuns) -> dict[str, Any]:
    """Bars of a pane's answers, how often they agree, and whether they are right."""
    if pane is None or not pane.count:
        return {"answers": [], "agreement": "", "score": ""}
    places = {run.answer: at for at, run in reversed(list(enumerate(runs))) if run.status == "done"}
    bars = [
        {
            "text": one.text[:LONGEST_ANSWER] or "(nothing)",
            "count": one.count,
            "share": one.count / pane.count,
            "right": one.right,
            "first": places[one.text],
        }
        for one in pane.answers
    ]
    agreement = "" if pane.agreement is None else f"{format_percent(pane.agreement)} of pairs of repetitions agree."
    return {"answers": bars if len(runs) > 1 else [], "agreement": agreement, "score": _score(pane)}


def _score(pane: PaneAnswers) -> str:
    if pane.right is None or pane.low is None or pane.high is None:
        return ""
    if pane.count == 1:
        return "Right" if pane.right else "Wrong"
    if pane.certain:
        each = {0: "Wrong each time", pane.count: "Right each time"}
        said = each.get(pane.right, f"Right in {pane.right} of {pane.count}")
        return f"{translated(said)}: {translated(ALIKE if pane.alike else ROUNDED)}"
    interval = f"95 % interval {format_percent(pane.low)} to {format_percent(pane.high)}"
    return f"Right in {pane.right} of {pane.count} ({interval})"


def repeated_metrics(runs: PaneRuns) -> list[tuple[str, str]]:
    """What all repetitions of a pane took together."""
    costs = [run.cost for run in runs if run.cost is not None]
    ended = [run for run in runs if run.status == "done"]
    return [
        ("Output", format_count(sum(run.completion_tokens for run in runs), "token")),
        ("Prompt", format_count(sum(run.prompt_tokens for run in runs), "token")),
        ("Calls", f"{sum(len(step.completions) for run in runs for step in run.steps):,}"),
        *([("Time for each", f"{sum(run.seconds for run in ended) / len(ended):.1f} s")] if ended else []),
        *([("Cost", dollars(sum(costs)))] if costs else []),
    ]


def ended_count(runs: PaneRuns) -> int:
    return sum(run.status in ENDED for run in runs)


def agreement_table(now: ComparisonRun, said: Repetitions | None) -> list[dict[str, Any]]:
    """How often answers of one pane equal answers of another; along the diagonal, of the pane itself."""
    if said is None or now.repetitions == 1:
        return []
    names = now.picked.titles
    rows = [
        {"head": name, "cells": ["-" if cell is None else format_percent(cell) for cell in row]}
        for name, row in zip(names, said.between, strict=True)
    ]
    return [
        {
            "caption": "Agreement",
            "note": AGREEMENT,
            "corner": "Pane",
            "columns": [name.split(" ")[0] for name in names],
            "rows": rows,
        }
    ]


# ------------------------------------------------------------------------------------------ what is sent
def prompts_value(now: ComparisonRun, at: int) -> dict[str, Any]:
    """What a pane sends differently from the baseline, message by message; nothing for the baseline itself."""
    if at == now.picked.baseline:
        return {"note": "", "requests": []}
    panes = now.picked.panes
    try:
        requests = prompt_differences(panes[now.picked.baseline], panes[at], MOST_SHOWN // len(panes))
    except LimitReached as error:
        return {"note": str(error), "requests": []}
    changed = [request for request in requests if not request.same]
    note = NEAR_TIE if _differ_by_rounding(now, at) else SAME_PROMPT
    return {"note": note if requests and not changed else "", "requests": [_request(one) for one in changed]}


def _differ_by_rounding(now: ComparisonRun, at: int) -> bool:
    """Whether a pane that is sent the same as the baseline, to the same weights, answered otherwise with no chance."""
    baseline, pane = now.picked.panes[now.picked.baseline], now.picked.panes[at]
    answers = {run.answer for place in (now.picked.baseline, at) for run in now.every[place] if run.status == "done"}
    return len(answers) > 1 and baseline.model_title == pane.model_title and is_certain(pane)


def _request(one: RequestDifference) -> dict[str, Any]:
    if not one.label:
        title = f"{one.baseline_label}: only in the baseline"
    elif not one.baseline_label:
        title = f"{one.label}: only here"
    else:
        title = one.label if one.label == one.baseline_label else f"{one.label}, against {one.baseline_label}"
    return {
        "title": title,
        "settings": list(one.settings),
        "messages": [
            {
                "role": message.role,
                "same": message.same,
                "segments": [{"text": part.text, "change": part.change} for part in message.segments],
            }
            for message in one.messages
        ],
    }


def verdicts(said: Repetitions | None) -> dict[str, Any]:
    """What the panes' comparisons say: in sight, and of many but the first behind a fold, after how many say what."""
    if said is None or len(said.sentences) <= MOST_IN_SIGHT:
        return {"verdicts": list(said.sentences) if said else [], "others": []}
    return {"verdicts": [said.summary, said.sentences[0]], "others": list(said.sentences[1:])}
