"""Items of a generator, then what it returned; and the same in a thread."""

import threading
from collections.abc import Generator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from patience import PATIENCE

from playground.background import Background
from playground.returning import Returning


def counting(to: int, closed: list[int] | None = None) -> Generator[int, None, str]:
    at = 0
    try:
        for at in range(to):
            yield at
        return f"counted to {to}"
    finally:
        if closed is not None:
            closed.append(at)


@given(st.integers(0, 20))
def test_the_value_comes_after_the_items(to: int) -> None:
    work = Returning(counting(to))
    with pytest.raises(RuntimeError, match="not returned yet"):
        assert work.value
    assert list(work) == list(range(to))
    assert (work.ended, work.value) == (True, f"counted to {to}")
    assert (next(work, None), work.value) == (None, f"counted to {to}")  # asked again it keeps its value


def test_leaving_early_closes_the_generator() -> None:
    closed: list[int] = []
    with Returning(counting(9, closed)) as work:
        assert next(work) == 0
    assert (closed, work.ended) == ([0], False)


def test_a_none_that_is_returned_is_a_value() -> None:
    def silent() -> Generator[int, None, None]:
        yield 1

    work = Returning(silent())
    assert list(work) == [1]
    assert work.ended


def test_work_in_the_background_ends_with_its_value() -> None:
    work = Background(counting(3), -1, name="counting")
    assert work.latest == -1
    work.start()
    assert work.ended.wait(PATIENCE)
    assert (work.latest, work.value, work.error) == (2, "counted to 3", None)


def test_what_the_work_raised_is_raised_for_whoever_waits() -> None:
    def failing() -> Generator[int, None, str]:
        yield 1
        raise KeyError("oops")

    work = Background(failing(), 0, name="failing")
    work.start()
    assert work.ended.wait(PATIENCE)
    with pytest.raises(KeyError, match="oops"):
        assert work.value


def test_halted_work_is_closed_at_its_next_item() -> None:
    closed: list[int] = []
    go, halt = threading.Event(), threading.Event()

    def slow() -> Generator[int, None, str]:
        go.wait(PATIENCE)
        return (yield from counting(9, closed))

    work = Background(slow(), -1, name="slow", halt=halt)
    work.start()
    halt.set()
    go.set()
    assert work.ended.wait(PATIENCE)
    assert (work.latest, closed) == (0, [0])
