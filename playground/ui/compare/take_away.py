"""A comparison is taken away: as JSON without loss, or as a report in Markdown."""

import json
from typing import Any

from playground import setups
from playground.errors import InvalidSetup
from playground.evaluation.report.cells import escape_markdown
from playground.json_values import as_json
from playground.ui.compare.run import ComparisonRun
from playground.ui.run_view import files
from playground.ui.run_view.files import FileButtons
from playground.ui.run_view.report_values import fence, run_report


def wire(buttons: FileButtons, comparison_run: Any) -> None:
    """Attach the handlers. `comparison_run` is the session's last comparison."""
    files.wire(
        buttons, "comparison", {comparison_run}, lambda values: needed(values[comparison_run]),
        as_json=lambda now: json.dumps(as_data(now), ensure_ascii=False), as_report=report,
    )  # fmt: skip


def needed(now: ComparisonRun | None) -> ComparisonRun:
    """The last comparison. Raises InvalidSetup where there is none, or it may not be seen yet."""
    if now is None or not now.every:
        raise InvalidSetup("Nothing has been compared yet; press Compare first.")
    now.refuse_hidden()
    return now


def as_data(now: ComparisonRun) -> dict[str, Any]:
    """All of it as plain data: of each pane its title and the runs of its repetitions."""
    picked = now.picked
    panes = [
        {"title": title, "placebo": at in picked.placebos, "runs": [setups.run_to_dict(run) for run in runs]}
        for at, (title, runs) in enumerate(zip(picked.titles, now.every, strict=True))
    ]
    measured = {"shifts": as_json(now.shifts), "perplexities": as_json(now.perplexities), "error": now.error}
    return {
        "version": 1,
        "setup": setups.to_dict(now.setup),
        "baseline": picked.baseline,
        "repetitions": now.repetitions,
        "reference": now.reference,
        "stage": now.stage,
        "panes": panes,
        **measured,
    }


def report(now: ComparisonRun) -> str:
    """All of it as Markdown: a part for each pane and repetition."""
    picked = now.picked
    facts = [
        f"Baseline: {escape_markdown(picked.titles[picked.baseline])}",
        f"Repetitions: {now.repetitions}",
        *([f"Reference answer: {escape_markdown(now.reference)}"] if now.reference else []),
    ]
    parts = ["# Comparison", fence(now.setup.task.input), "\n".join(f"- {fact}" for fact in facts)]
    for title, runs in zip(picked.titles, now.every, strict=True):
        for number, run in enumerate(runs, 1):
            named = f"{title}, repetition {number}" if len(runs) > 1 else title
            parts.append(run_report(run, named, level=2).rstrip())
    return "\n\n".join(parts) + "\n"
