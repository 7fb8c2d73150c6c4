"""A run on its way to the page: followed, halted and broken."""

import threading
from typing import Any

import pytest

from playground import setups
from playground.running import runner
from playground.ui.run_view import following


def test_a_run_that_is_halted_says_so_and_stops_working(catalog_of: Any) -> None:
    halt, seen = threading.Event(), []
    setup = setups.parse({"task": {"input": "word " * 15}})
    for run in following.follow(setup, runner.run(setup, catalog_of(delay=0.05)), halt):
        seen.append(run)
        if run.completion_tokens:
            halt.set()
    assert seen[-1].status == "stopped"
    assert seen[-1].steps[0].completions[0].finish_reason == "cancelled"


def test_a_bug_becomes_a_failed_run_and_a_log_entry(catalog_of: Any, caplog: pytest.LogCaptureFixture) -> None:
    def broken(request: Any, rng: Any) -> str:
        raise KeyError("oops")

    setup = setups.parse({"task": {"input": "x"}})
    *_, last = following.follow(setup, runner.run(setup, catalog_of(broken)), threading.Event())
    assert last.status == "failed"
    assert "bug in the playground" in last.error
    assert "oops" not in last.error
    assert "oops" in caplog.text
