"""A run that was stopped before it came does not begin, whatever else was stopped meanwhile."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from playground.settings import Settings
from playground.ui.gate.page import Page
from playground.ui.gate.states import MOST_STOPPED, States

SESSION = "session"


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """With one session, in which one run has come."""
    made = Page(Settings())
    states = States({SESSION})
    states.set_blocks(made)
    monkeypatch.setattr(made, "state_holder", states, raising=False)
    monkeypatch.setitem(made._queue.event_ids_to_events, "run", SimpleNamespace(session_hash=SESSION))
    yield made
    made.close()


@pytest.mark.parametrize("later", [None, 2.5])
def test_another_stop_lets_the_run_not_begin_that_an_earlier_one_stopped(page: Page, later: float | None) -> None:
    page.stop_coming(SESSION, 1.5)
    page.stop_coming(SESSION, later)
    assert page.was_stopped("run", 1.5)
    assert page.was_stopped("run", later) == (later is not None)
    assert not page.was_stopped("run", 3.5)


def test_so_many_clicks_are_kept_and_no_more(page: Page) -> None:
    for click in range(2 * MOST_STOPPED):
        page.stop_coming(SESSION, click)
    kept = [page.was_stopped("run", click) for click in range(2 * MOST_STOPPED)]
    assert kept == [False] * MOST_STOPPED + [True] * MOST_STOPPED
