"""Taking an experiment away: the report with its figures, and every result as CSV and JSON."""

import base64
from dataclasses import dataclass
from typing import Any

import gradio as gr

from playground.evaluation import report
from playground.evaluation.findings.comparisons import compare
from playground.evaluation.findings.summary import summaries
from playground.evaluation.report import outcome
from playground.ui import widgets
from playground.ui.experiments.run import ExperimentRun, require_table
from playground.ui.handlers.event_options import AT_ONCE
from playground.ui.handlers.messages import report_errors
from playground.ui.handlers.sessions import Sessions


@dataclass(frozen=True, slots=True)
class Files:
    """The buttons that download."""

    report: Any
    csv: Any
    json: Any


def build() -> Files:
    with gr.Row(elem_classes="quiet-row files"):
        return Files(
            widgets.download("Download the report"), widgets.download("All results as CSV"),
            widgets.download("All results as JSON"),
        )  # fmt: skip


def wire(files: Files, experiment_run: Any, sessions: Sessions) -> None:
    """Attach the handlers."""

    @report_errors
    def whole(now: ExperimentRun | None, request: gr.Request) -> dict[str, str]:
        packed = report.pack(outcome.experiment_report(require_table(now), sessions.of(request)))
        return {"name": "report.zip", "base64": base64.b64encode(packed).decode("ascii")}

    @report_errors
    def csv(now: ExperimentRun | None) -> dict[str, str]:
        return {"name": "results.csv", "text": report.csv(require_table(now))}

    @report_errors
    def json(now: ExperimentRun | None) -> dict[str, str]:
        table = require_table(now)
        return {"name": "results.json", "text": report.dump_results(table, summaries(table), compare(table))}

    files.report.click(whole, experiment_run, files.report, **AT_ONCE)
    files.csv.click(csv, experiment_run, files.csv, **AT_ONCE)
    files.json.click(json, experiment_run, files.json, **AT_ONCE)
