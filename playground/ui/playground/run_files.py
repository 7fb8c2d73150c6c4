"""A run is taken away as a file: as JSON, which the history takes in again, or as a report."""

from typing import Any

from playground.errors import InvalidSetup
from playground.sharing import kept_runs
from playground.sharing.kept_runs import KeptRun
from playground.ui.playground.preset_bar import title_of
from playground.ui.playground.run_panel import Results, RunOnPage
from playground.ui.run_view import files
from playground.ui.run_view.files import FileButtons
from playground.ui.run_view.report_values import run_report


def wire(buttons: FileButtons, view: Results) -> None:
    """Attach the handlers."""

    def shown(values: dict[Any, Any]) -> RunOnPage:
        now = view.holding(values)
        if now is None:
            raise InvalidSetup("Nothing has been run yet; press Run first.")
        return now

    files.wire(
        buttons, "run", {view.run, view.beginning}, shown,
        as_json=lambda now: kept_runs.write_file([KeptRun(run=now.run)]), as_report=report,
    )  # fmt: skip


def report(now: RunOnPage) -> str:
    """The run as Markdown."""
    return run_report(now.run, title_of(now.run.setup), given=now.beginning.steps, past=now.beginning.past)
