"""A run on its way to the page: followed, halted, broken, and changed by hand."""

import threading
from typing import Any

import pytest

from playground import runner, setups
from playground.errors import NotSupported
from playground.types import Alternative, Completion, Message, Run, Step, Token
from playground.ui import live_run

TOP = (Alternative(1, " a", -0.1), Alternative(2, " b", -2.0), Alternative(3, "\ufffd", -5.0))
SAID = Completion(
    text="So a then",
    finish_reason="stop",
    tokens=(Token(0, "So", -0.5), Token(1, " a", -0.1, 0.4, TOP), Token(9, " then", -1.0)),
)
STEPS = tuple(Step(label=label, messages=(Message("user", "x"),), completions=(SAID,)) for label in ("One", "Two"))
RUN = Run(setup=setups.parse({}), status="done", steps=STEPS)


def test_another_token_leaves_the_words_before_it_and_an_open_end() -> None:
    (step,) = live_run.branched(RUN, 0, 0, 1, 2)
    (completion,) = step.completions
    assert (completion.text, completion.finish_reason) == ("So b", None)
    assert [(t.id, t.logprob, t.top) for t in completion.tokens] == [(0, -0.5, ()), (2, -2.0, TOP)]


def test_a_part_of_a_character_cannot_be_taken() -> None:
    with pytest.raises(NotSupported, match="part of a character"):
        live_run.branched(RUN, 0, 0, 1, 3)


def test_an_edited_output_is_marked_and_what_follows_is_left_to_the_model() -> None:
    (step,) = live_run.edited(RUN, 0, 0, "My own")
    assert (step.completions[0].text, step.completions[0].edited) == ("My own", True)
    assert len(live_run.edited(RUN, 1, 0, "My own")) == 2


def test_a_run_that_is_halted_says_so_and_stops_working(catalog_of: Any) -> None:
    halt, seen = threading.Event(), []
    setup = setups.parse({"task": {"input": "word " * 15}})
    for run in live_run.follow(setup, runner.run(setup, catalog_of(delay=0.05)), halt):
        seen.append(run)
        if run.completion_tokens:
            halt.set()
    assert seen[-1].status == "stopped"
    assert seen[-1].steps[0].completions[0].finish_reason == "cancelled"


def test_a_bug_becomes_a_failed_run_and_a_log_entry(catalog_of: Any, caplog: pytest.LogCaptureFixture) -> None:
    def broken(request: Any, rng: Any) -> str:
        raise KeyError("oops")

    setup = setups.parse({"task": {"input": "x"}})
    *_, last = live_run.follow(setup, runner.run(setup, catalog_of(broken)), threading.Event())
    assert last.status == "failed"
    assert "bug in the playground" in last.error
    assert "oops" not in last.error
    assert "oops" in caplog.text
