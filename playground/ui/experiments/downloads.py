"""Taking an experiment away: the report with its figures, every result as CSV and JSON, or as rows to learn from."""

import base64
from collections.abc import Iterator
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
    learn: Any


def build(*, public: bool = False) -> Files:
    """Lay out the buttons. On a public server nobody trains on rows of their own: answers teach nothing there."""
    with gr.Row(elem_classes="quiet-row files"):
        return Files(
            widgets.download("Download the report"), widgets.download("All results as CSV"),
            widgets.download("All results as JSON"),
            gr.Button(
                "Learn from the right answers", size="sm", elem_classes="quiet-button", visible=not public
            ),
        )  # fmt: skip


def wire(files: Files, experiment_run: Any, answers_to_learn: Any, sessions: Sessions) -> None:
    """Attach the handlers. What is put into `answers_to_learn` becomes rows to learn from."""

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

    @report_errors
    def learn(now: ExperimentRun | None) -> Iterator[tuple[str, str] | None]:
        table = require_table(now)
        yield None  # learned from twice, it is news twice
        yield table.experiment.title, report.dump_results(table, (), ())

    files.learn.click(learn, experiment_run, answers_to_learn, **AT_ONCE)
    files.report.click(whole, experiment_run, files.report, **AT_ONCE)
    files.csv.click(csv, experiment_run, files.csv, **AT_ONCE)
    files.json.click(json, experiment_run, files.json, **AT_ONCE)
