"""An experiment in a terminal: one line that changes, or few lines in a log, and a table at the end."""

import io
from dataclasses import replace

import pytest
from tables import table as made

from playground.cli import terminal
from playground.evaluation.findings.summary import summaries
from playground.evaluation.results import Table

RUNNING = replace(made({"A": [True, False]}), total=100, stored_count=1, status="running", rate=2.5, remaining=135.4)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("table", "line"),
    [
        (RUNNING, "2 of 100 cells, 1 known before, 2.5 a second, 2 min left."),
        (replace(RUNNING, stored_count=0, remaining=9.6), "2 of 100 cells, 2.5 a second, 10 s left."),
        (replace(RUNNING, stored_count=0, remaining=None, message="Reading it."), "2 of 100 cells. Reading it."),
        (replace(RUNNING, stored_count=0, status="stopped", seconds=135.4), "2 of 100 cells, in 2 min; stopped."),
        (replace(RUNNING, status="done", seconds=7260), "2 of 100 cells, 1 known before, in 2 h 1 min; done."),
    ],
)
def test_how_far_it_is_fits_a_line(table: Table, line: str) -> None:
    assert terminal.progress_text(table) == line


def test_a_terminal_has_one_line_that_changes_and_a_log_has_few() -> None:
    for stream, lines in ((Terminal(), 1), (io.StringIO(), 2)):
        progress = terminal.ProgressLine(stream)
        for _ in range(5):
            progress.show(RUNNING)
        progress.show(replace(RUNNING, status="done"))
        assert stream.getvalue().count("\n") == lines
        assert stream.getvalue().endswith("done.\n")


def test_the_columns_stand_under_their_names() -> None:
    text = terminal.format_table(
        summaries(made({"Short": [True, True, False, None], "A longer name": [0.5, 0.25, 0.0]}))
    )
    header, *rows = text.splitlines()
    assert [row.split("  ")[0] for row in rows] == ["Short", "A longer name"]
    assert len({len(line) for line in (header, *rows)}) == 1
    assert rows[0].split()[1:3] == ["67", "%"]


def test_seconds_are_those_of_one_answer() -> None:
    # Cells run beside each other: what they took together is longer than the experiment did.
    slow = made({"Slow": [True, False]})
    slow = replace(slow, results=tuple(replace(one, seconds=3.0) for one in slow.results))
    header, row = terminal.format_table(summaries(slow)).splitlines()
    assert (header.split("  ")[-1], row.split()[-1]) == ("Seconds, beside others", "3.00")
    none = terminal.format_table(summaries(replace(slow, results=()))).splitlines()[1]
    assert none.split() == ["Slow", "0", "0", "0", "0", "0"]
