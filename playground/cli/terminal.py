"""Shows an experiment in a terminal: its progress and a table of its columns."""

import time
from collections.abc import Sequence
from typing import TextIO

from playground.evaluation.findings.sentences import format_score
from playground.evaluation.findings.summary import ColumnSummary
from playground.evaluation.results import Table
from playground.formats import format_count, format_duration, format_percent

PRINT_INTERVAL = 10.0  # seconds between lines where nothing can be overwritten: a log
FIGURES = ("Mean", "95 % interval", "Answers", "Right", "No answer found", "Failed", "Calls", "Tokens")
HEADERS = ("Column", *FIGURES, "Seconds, beside others")  # per answer: waited while others were asked too


class ProgressLine:
    """Lines about an experiment on their way to `stream`; in a terminal, one line that changes."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._last = 0.0

    def show(self, table: Table) -> None:
        """How far it is, unless that was said just now."""
        over, changing = table.status != "running", self._stream.isatty()
        if not changing and not over and time.monotonic() - self._last < PRINT_INTERVAL:
            return
        self._last = time.monotonic()
        line = progress_text(table)
        self._stream.write(f"\r\x1b[K{line}" + "\n" * over if changing else f"{line}\n")
        self._stream.flush()


def progress_text(table: Table) -> str:
    """How far an experiment is, in one line."""
    line = f"{len(table.results):,} of {format_count(table.total, 'cell')}"
    if table.stored_count:
        line += f", {table.stored_count:,} known before"
    if table.status != "running":
        return f"{line}, in {format_duration(table.seconds)}; {table.status}."
    if table.remaining is not None:
        line += f", {table.rate:.1f} a second, {format_duration(table.remaining)} left"
    return f"{line}. {table.message}".rstrip()


def format_table(summaries: Sequence[ColumnSummary]) -> str:
    """The columns with their figures, aligned."""
    rows = [HEADERS, *map(_row, summaries)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEADERS))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if i else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _row(summary: ColumnSummary) -> tuple[str, ...]:
    show, each = format_score if summary.right is None else format_percent, summary.per_cell(summary.seconds)
    return (
        " ".join(summary.column.split()),
        "" if summary.mean is None else show(summary.mean),
        "" if summary.low is None or summary.high is None else f"{show(summary.low)} to {show(summary.high)}",
        str(summary.n),
        "" if summary.right is None else str(summary.right),
        str(summary.not_extracted),
        str(summary.failed),
        f"{summary.calls:,}",
        f"{summary.tokens:,}",
        "" if each is None else f"{each:.2f}",
    )
