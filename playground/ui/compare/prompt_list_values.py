"""A list of prompts and what every pane answered -> a table, one cell, and files. Pure functions."""

from collections.abc import Sequence
from typing import Any

from playground.evaluation.prompt_table import PromptRow
from playground.types import Run
from playground.ui.compare.answers_values import describe_origin, first_completion
from playground.ui.compare.labels import LABELS
from playground.ui.compare.panes import PaneSelection
from playground.ui.setup_form.labels import labelled_run

EMPTY_CELL: dict[str, str] = {"title": "", "prompt": "", "text": ""}
WORDS = {"answering": "Running", "done": "Done", "stopped": "Stopped", "failed": "Failed"}


def ended(row: PromptRow) -> bool:
    """Whether every pane has said its last."""
    return bool(row.runs) and all(run.status in ("done", "stopped", "failed") for run in row.runs)


def state(stage: str, rows: int, count: int, error: str = "") -> str:
    """ "Running: 2 of 20 prompts"; "Failed: 2 of 20 prompts. No memory is left."."""
    said = f"{WORDS[stage]}: {rows:,} of {count:,} prompts"
    return f"{said}. {error}" if error else said


def prompts_alone(rows: Sequence[PromptRow]) -> dict[str, Any]:
    """Properties of the table while its answers are kept back."""
    headers = ["Prompt"]
    data = [[row.prompt] for row in rows]
    return {"value": {"headers": headers, "data": data}, "headers": headers, "datatype": "str", "column_widths": None}


def frame(picked: PaneSelection, rows: Sequence[PromptRow]) -> dict[str, Any]:
    """Properties of the table: a row a prompt, a column a pane, and how many different answers there are."""
    headers = ["Prompt", *picked.titles, "Different answers"]
    data = [[row.prompt, *map(cell_text, row.runs), len({cell_text(run).strip() for run in row.runs})] for row in rows]
    datatype = ["str"] * (len(headers) - 1) + ["number"]
    each = max(260, 650 // len(picked.titles))  # pixels: few panes fill a wide window, many scroll
    widths = ["220px", *[f"{each}px"] * len(picked.titles), "110px"]
    return {
        "value": {"headers": headers, "data": data},
        "headers": headers,
        "datatype": datatype,
        "column_widths": widths,
    }


def cell_text(run: Run) -> str:
    """What a cell holds: the answer, or why there is none."""
    if run.status == "failed":
        return f"Failed: {labelled_run(run, LABELS)}"
    return run.answer or "(nothing)"


def cell(index: Any, value: Any, row: Any) -> dict[str, str]:
    """One cell, whole. What comes from the page is shown as text or not at all."""
    prompt = row[0] if isinstance(row, list) and row and isinstance(row[0], str) else ""
    return {"title": "", "prompt": prompt, "text": value if isinstance(value, str) else str(value)}


def records(picked: PaneSelection, rows: Sequence[PromptRow]) -> tuple[list[str], list[list[Any]]]:
    """Headers and rows for CSV: per pane the answer, whose it is, tokens, seconds and the error."""
    headers = ["Prompt"]
    for title in picked.titles:
        headers += [title, f"{title}: made by", f"{title}: tokens", f"{title}: seconds", f"{title}: error"]
    return headers, [[row.prompt, *(value for run in row.runs for value in _record(run))] for row in rows]


def _record(run: Run) -> list[Any]:
    completion = first_completion(run)
    made = describe_origin(completion.origin) if completion and completion.origin else ""
    return [run.answer, made, run.completion_tokens, round(run.seconds, 3), run.error]
