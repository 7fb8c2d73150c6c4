"""A sweep as a heat map, as tables and as the answers of each cell. Pure functions to plain values."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from playground.evaluation.sweep import Sweep, SweepCell, answer_of, summary, whole_answers
from playground.formats import format_count
from playground.strategies.answers import comparison_key, extract_answer
from playground.types import Run, Step, Task
from playground.ui.run_view.answer_values import PHASES
from playground.ui.run_view.measures import mean_probability
from playground.ui.run_view.steps_values import ENDINGS
from playground.ui.sampling import question
from playground.ui.setup_form.labels import Labels, labelled_run
from playground.ui.widgets.status import status

TOP_PS, SAMPLES = "Top-p values", "Samples per cell"
LABELS: Labels = {
    **question.LABELS, ("temperatures",): "Temperatures", ("top_ps",): TOP_PS, ("samples",): SAMPLES,
}  # fmt: skip
LEVELS = 7  # steps of the colour scale
CLIPPED = 400  # characters of an answer that the page lists; the download has all of it
HEADERS = [
    "Temperature", "Top-p", "Answers", "Distinct answers", "Agreement (%)", "Mean log-probability (nats per token)",
    "Mean length (tokens)",
]  # fmt: skip
ANSWER_HEADERS = [
    "Temperature", "Top-p", "Sample", "Answer", "Text", "Length (tokens)", "Mean log-probability (nats per token)",
    "Ending",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """Something a cell can be coloured by. `format` writes the number in the cell."""

    key: str
    label: str
    unit: str
    value: Callable[[SweepCell], float | None]
    format: Callable[[float], str]
    low: float | None = None  # where the scale begins and ends; None: at the smallest or largest value there is
    high: float | None = None


MEASURES = (
    Measure(
        key="agreement", label="Agreement", unit="% of a cell's answers that are its most frequent one",
        value=lambda c: 100 * c.agreement, format="{:.0f} %".format, low=0, high=100,
    ),
    Measure(
        key="distinct", label="Distinct answers", unit="different answers in a cell", value=lambda c: c.distinct,
        format="{:.0f}".format, low=1,
    ),
    Measure(
        key="logprob", label="Mean log-probability", unit="nats per token, by the model's own distribution",
        value=lambda c: c.mean_logprob, format=lambda v: f"{v:.2f}".replace("-", "\u2212"), high=0,
    ),
    Measure(
        key="length", label="Mean length", unit="tokens", value=lambda c: c.mean_tokens, format="{:.1f}".format, low=0
    ),
)  # fmt: skip


def sweep_value(run: Run | None, grid: Sweep | None) -> dict[str, Any]:
    """The map in all its measures, and what each cell's answers are."""
    measures = [{"key": m.key, "label": m.label, "unit": m.unit} for m in MEASURES]
    if run is None or grid is None:
        return {**status("empty"), "measures": measures, "temperatures": [], "top_ps": [], "cells": []}
    task = run.setup.task
    found = [summary(step, task) for step in run.steps] + [None] * (len(grid.cells) - len(run.steps))
    said = _status(run, grid)
    coloured = {m.key: _colour_cells(m, found) for m in MEASURES}
    for measure, m in zip(measures, MEASURES, strict=True):
        measure["low"], measure["high"] = (m.format(end) for end in _ends(m, found))
    return {
        **status(
            run.status,
            said,
            error=labelled_run(run, LABELS),
            spoken="" if run.status in ("waiting", "running") else said,
        ),
        "measures": measures,
        "temperatures": [f"{t:g}" for t in grid.temperatures],
        "top_ps": [f"{p:g}" for p in grid.top_ps],
        "cells": [
            {
                "shown": {m.key: coloured[m.key][i] for m in MEASURES},
                "done": cell.answers if cell else 0,
                "of": grid.samples,
                "groups": answer_groups(run.steps[i], task) if i < len(run.steps) else [],
            }
            for i, cell in enumerate(found)
        ],
    }


def _status(run: Run, grid: Sweep) -> str:
    done = sum(len(whole_answers(step)) for step in run.steps)
    what = run.progress.what if run.progress and not run.completion_tokens else PHASES[run.status]
    return (
        f"{what} \u00b7 {done} of {format_count(len(grid.cells) * grid.samples, 'answer')} \u00b7 {run.seconds:.1f} s"
    )


def _ends(m: Measure, found: Sequence[SweepCell | None]) -> tuple[float, float]:
    values = [value for cell in found if cell and (value := m.value(cell)) is not None]
    low = m.low if m.low is not None else min(values, default=0.0)
    high = m.high if m.high is not None else max(values, default=1.0)
    return low, max(low, high)


def _colour_cells(m: Measure, found: Sequence[SweepCell | None]) -> list[dict[str, Any] | None]:
    low, high = _ends(m, found)

    def coloured(value: float | None) -> dict[str, Any]:
        if value is None:  # of answers without probabilities there is no mean
            return {"text": "-", "level": 0}
        level = math.floor(LEVELS * (value - low) / ((high - low) or 1.0))
        return {"text": m.format(value), "level": min(LEVELS - 1, level)}

    return [coloured(m.value(cell)) if cell else None for cell in found]


def answer_groups(step: Step, task: Task) -> list[dict[str, Any]]:
    """Answers that count as the same, most frequent first, each with the different texts that gave it."""
    groups: dict[str, tuple[str, Counter[str]]] = {}
    for completion in whole_answers(step):
        answer = answer_of(completion, task)
        groups.setdefault(comparison_key(answer), (answer, Counter()))[1][completion.text.strip()] += 1
    ordered = sorted(groups.values(), key=lambda group: -group[1].total())
    return [
        {
            "answer": _clip(answer),
            "count": texts.total(),
            "texts": [{"text": _clip(text), "count": count} for text, count in texts.most_common()],
        }
        for answer, texts in ordered
    ]


def _clip(text: str) -> str:
    return text if len(text) <= CLIPPED else f"{text[: CLIPPED - 1]}\u2026"


def cell_table(run: Run, grid: Sweep) -> list[list[Any]]:
    """One row a cell, in the columns of `HEADERS`; cells without a whole answer are left out."""
    found = [(at, summary(step, run.setup.task)) for at, step in zip(grid.cells, run.steps, strict=False)]
    return [
        [
            t, p, cell.answers, cell.distinct, round(100 * cell.agreement, 1),
            "" if cell.mean_logprob is None else round(cell.mean_logprob, 3), round(cell.mean_tokens, 1),
        ]
        for (t, p), cell in found
        if cell
    ]  # fmt: skip


def answer_table(run: Run, grid: Sweep) -> list[list[Any]]:
    """One row an answer, in the columns of `ANSWER_HEADERS`."""
    task = run.setup.task
    return [
        [
            t, p, sample, extract_answer(c.text, task.answer, task.labels) or "", c.text, c.completion_tokens,
            round(math.log(mean), 3) if (mean := mean_probability(c.tokens)) else "", ENDINGS[c.finish_reason],
        ]
        for (t, p), step in zip(grid.cells, run.steps, strict=False)
        for sample, c in enumerate(step.completions, 1)
    ]  # fmt: skip
