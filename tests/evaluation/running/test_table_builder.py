"""A table while it grows: how long the rest is likely to take."""

import heapq
import random
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from playground.evaluation.plan import Experiment
from playground.evaluation.results import Result
from playground.evaluation.running import table_builder
from playground.evaluation.running.table_builder import FEWEST, RATE_RESULTS, TableBuilder


class Clock:
    now = 0.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(table_builder, "time", SimpleNamespace(monotonic=lambda: clock.now))
    return clock


def result(number: int) -> Result:
    return Result(key=str(number), column="c", item=str(number))


def asked(clock: Clock, cells: int, at_once: int) -> Iterator[tuple[float, float | None]]:
    """Cells of 5 to 15 seconds, so many at once: when each has ended, and how long the rest is then said to take."""
    builder, took = TableBuilder(Experiment(), (), ("c",), cells), random.Random(3)
    builder.start_rate()
    waiting, ends = cells - at_once, [took.uniform(5, 15) for _ in range(at_once)]
    heapq.heapify(ends)
    while ends:
        clock.now = heapq.heappop(ends)
        if waiting:
            waiting -= 1
            heapq.heappush(ends, clock.now + took.uniform(5, 15))
        builder.add(result(len(ends)))
        yield clock.now, builder.table(on_way=len(ends)).remaining


@pytest.mark.parametrize(("cells", "at_once"), [(192, 64), (96, 64), (40, 1), (1000, 64)])
def test_how_long_the_rest_takes_is_said_from_the_first_answers_on(clock: Clock, cells: int, at_once: int) -> None:
    said = list(asked(clock, cells, at_once))
    end = said[-1][0]
    assert [remaining for _, remaining in said[: FEWEST - 1]] == [None] * (FEWEST - 1)  # too little is known
    for now, remaining in said[FEWEST - 1 : -at_once // 2]:
        assert remaining is not None
        assert end - now < 2.5 * remaining + 5  # before, it was said to take up to 20 times as long
        assert remaining < 2 * (end - now) + 5
    assert cells <= RATE_RESULTS or end > 100


def test_before_an_answer_and_after_all_nothing_is_said(clock: Clock) -> None:
    builder = TableBuilder(Experiment(), (), ("c",), 4)
    clock.now = 5.0
    assert builder.table(on_way=4).remaining is None
    for number in range(3):
        builder.add(result(number))
    told: Any = builder.table(on_way=1).remaining
    assert told == pytest.approx(5 * (1 - 1 / 3) / (3 + 1 / 3))
    assert builder.table("stopped").remaining is None
