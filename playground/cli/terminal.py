"""Shows an experiment in a terminal: its progress and a table of its columns."""

import time
from collections.abc import Sequence
from typing import TextIO

from playground.evaluation.findings.sentences import score
from playground.evaluation.findings.summary import Summary
from playground.evaluation.results import Table
from playground.formats import format_duration, format_percent

SELDOM = 10.0  # seconds between lines where nothing can be overwritten: a log
FIGURES = ("Mean", "95 % interval", "Answers", "Right", "No answer found", "Failed", "Calls", "Tokens")
HEADERS = ("Column", *FIGURES, "Seconds, beside others")  # per answer: waited while others were asked too


class Progress:
    """Lines about an experiment on their way to `stream`; in a terminal, one line that changes."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._last = 0.0

    def show(self, table: Table) -> None:
        """How far it is, unless that was said just now."""
        over, changing = table.status != "running", self._stream.isatty()
        if not changing and not over and time.monotonic() - self._last < SELDOM:
            return
        self._last = time.monotonic()
        line = line_of(table)
        self._stream.write(f"\r\x1b[K{line}" + "\n" * over if changing else f"{line}\n")
        self._stream.flush()


def line_of(table: Table) -> str:
    """How far an experiment is, in one line."""
    line = f"{len(table.results):,} of {table.total:,} cells"
    if table.known:
        line += f", {table.known:,} known before"
    if table.status != "running":
        return f"{line}, in {format_duration(table.seconds)}; {table.status}."
    if table.remaining is not None:
        line += f", {table.rate:.1f} a second, {format_duration(table.remaining)} left"
    return f"{line}. {table.message}".rstrip()


def grid(found: Sequence[Summary]) -> str:
    """The columns with their figures, aligned."""
    rows = [HEADERS, *map(_row, found)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEADERS))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if i else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _row(one: Summary) -> tuple[str, ...]:
    show, each = score if one.right is None else format_percent, one.each(one.seconds)
    return (
        " ".join(one.column.split()),
        "" if one.mean is None else show(one.mean),
        "" if one.low is None or one.high is None else f"{show(one.low)} to {show(one.high)}",
        str(one.n),
        "" if one.right is None else str(one.right),
        str(one.not_extracted),
        str(one.failed),
        f"{one.calls:,}",
        f"{one.tokens:,}",
        "" if each is None else f"{each:.2f}",
    )
