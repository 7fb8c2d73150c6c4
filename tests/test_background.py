"""A generator in a thread of its own ends in any case, and no error of it is lost."""

import logging
import threading
from collections.abc import Generator

import pytest
from patience import PATIENCE

from playground.background import Background
from playground.errors import EndpointFailed


def test_what_fails_while_it_is_closed_is_an_error_of_it_and_nobody_waits_for_ever() -> None:
    def clumsy() -> Generator[int, None, None]:
        try:
            yield 1
            yield 2
        finally:
            raise RuntimeError("in the way out")

    work = Background(clumsy(), 0, name="work")
    work.halt.set()
    work.start()
    assert work.ended.wait(PATIENCE)
    with pytest.raises(RuntimeError, match="in the way out"):
        _ = work.value


@pytest.mark.parametrize(("error", "logged"), [(ValueError("oops"), True), (EndpointFailed("It is away."), False)])
def test_a_bug_after_the_stop_is_logged_for_nobody_may_be_waiting(
    error: Exception, logged: bool, caplog: pytest.LogCaptureFixture
) -> None:
    resumed, left = threading.Event(), threading.Event()

    def fails() -> Generator[int, None, None]:
        yield 1
        resumed.set()
        assert left.wait(PATIENCE)
        raise error

    work = Background(fails(), 0, name="work")
    with caplog.at_level(logging.ERROR):
        work.start()
        assert resumed.wait(PATIENCE)
        work.halt.set()
        left.set()
        assert work.ended.wait(PATIENCE)
    assert ("oops" in caplog.text) == logged
