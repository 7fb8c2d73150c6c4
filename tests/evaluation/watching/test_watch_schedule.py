"""Watches that are looked at by themselves: when they are due, after a restart too, until somebody wants no more."""

import threading
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from patience import until

from playground.errors import StoreFailed, UnknownModel
from playground.evaluation import experiments
from playground.evaluation.store import Store
from playground.evaluation.watching import telling
from playground.evaluation.watching.kept import Watches
from playground.evaluation.watching.looks import ColumnLook, Look
from playground.evaluation.watching.schedule import Asking, Schedule
from playground.evaluation.watching.watch import Watch, watch_of

HOUR = 3600
PLAN = {
    "title": "Words", "data": {"name": "own", "shots": 0, "answer": "label", "labels": ["yes", "no"],
    "items": [{"id": "a", "input": "Item?", "references": ["yes"]}]}, "techniques": [{}], "models": [{}],
}  # fmt: skip
WATCH, OTHER = (watch_of(experiments.parse({**PLAN, "seed": seed})) for seed in (0, 1))


class Clock:
    """A time that goes on as a test wants."""

    def __init__(self) -> None:
        self.now = 1e9

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def watches(tmp_path: Path) -> Watches:
    return Watches(Store(tmp_path / "store.sqlite"))


@pytest.fixture
def begin(watches: Watches, clock: Clock) -> Iterator[Callable[[Asking], Schedule]]:
    begun: list[Schedule] = []

    def start(ask: Asking) -> Schedule:
        begun.append(Schedule(watches, ask, clock))
        begun[-1].start()
        return begun[-1]

    yield start
    for one in begun:
        one.close()


def seen(clock: Clock, right: int = 36) -> Look:
    items = {str(n): float(n < right) for n in range(40)}
    column = ColumnLook(mean=right / 40, low=0.1, high=0.9, failed=0, binary=True, items=items)
    return Look(made=clock(), seconds=1.0, columns={"Zero-shot": column})


def test_it_is_looked_at_when_it_is_due_and_a_drop_is_an_alarm_with_its_interval(
    watches: Watches, clock: Clock, begin: Callable[[Asking], Schedule]
) -> None:
    right = [36, 16]

    def ask(watch: Watch, halt: threading.Event) -> Generator[Any, None, Look]:
        yield
        return seen(clock, right.pop(0))

    schedule = begin(ask)
    watches.add(OTHER, seen(clock))  # by hand alone
    assert schedule.change(WATCH, HOUR).due == 0.0  # nobody has looked yet
    until(lambda: len(watches.find(WATCH).looks) == 1)
    assert watches.find(WATCH).due == clock() + HOUR
    clock.now += HOUR - 1
    schedule.look_anew()
    assert len(right) == 1
    clock.now += 1
    schedule.look_anew()
    until(lambda: len(watches.find(WATCH).looks) == 2)
    (said,) = telling.last_sentences(watches.find(WATCH))
    assert "ALARM: less, by more than chance explains" in said
    assert "(95 % interval " in said
    assert len(watches.find(OTHER).looks) == 1


def test_what_was_scheduled_is_looked_at_after_a_restart(
    watches: Watches, clock: Clock, begin: Callable[[Asking], Schedule]
) -> None:
    def ask(watch: Watch, halt: threading.Event) -> Generator[Any, None, Look]:
        yield
        return seen(clock)

    watches.add(WATCH, seen(clock))
    watches.schedule(WATCH, HOUR)
    clock.now += 2 * HOUR  # nobody was there
    begin(ask)
    until(lambda: len(watches.find(WATCH).looks) == 2)
    assert watches.find(WATCH).every == HOUR


@pytest.mark.parametrize("give_up", ["by hand", "forget", "close"])
def test_a_look_that_nobody_wants_any_more_is_given_up(
    watches: Watches, begin: Callable[[Asking], Schedule], clock: Clock, give_up: str
) -> None:
    asked, stopped = threading.Event(), threading.Event()

    def ask(watch: Watch, halt: threading.Event) -> Generator[Any, None, Look]:
        asked.set()
        yield
        halt.wait()
        stopped.set()
        return seen(clock)

    schedule = begin(ask)
    schedule.change(WATCH, HOUR)
    asked.wait()
    schedule.change(OTHER, 0)  # of another, which changes nothing for this one
    assert not stopped.is_set()
    if give_up == "by hand":
        schedule.change(WATCH, 0)
    elif give_up == "forget":
        watches.forget(WATCH)
        schedule.look_anew()
    else:
        schedule.close()
    stopped.wait()
    until(lambda: not watches.find(WATCH).looks)
    schedule.close()
    assert not watches.find(WATCH).looks
    assert (WATCH in [kept.watch for kept in watches.all()]) == (give_up != "forget")


def test_what_cannot_be_asked_is_said_and_asked_again_later(
    watches: Watches, clock: Clock, begin: Callable[[Asking], Schedule]
) -> None:
    asked: list[str] = []

    def ask(watch: Watch, halt: threading.Event) -> Generator[Any, None, Look]:
        asked.append(watch.key)
        if len(asked) > 1:
            return seen(clock)
        raise UnknownModel("There is no model named 'gone'.")
        yield

    schedule = begin(ask)
    schedule.change(WATCH, HOUR)
    until(lambda: bool(watches.find(WATCH).looks))
    assert (
        "not complete: There is no model named 'gone'. It is compared" in telling.last_sentences(watches.find(WATCH))[0]
    )
    assert len(asked) == 1
    clock.now += HOUR
    schedule.look_anew()
    until(lambda: len(watches.find(WATCH).looks) == 2)


def test_a_bug_in_one_look_keeps_no_other_waiting(
    watches: Watches, clock: Clock, begin: Callable[[Asking], Schedule], caplog: pytest.LogCaptureFixture
) -> None:
    asked: list[str] = []

    def ask(watch: Watch, halt: threading.Event) -> Generator[Any, None, Look]:
        asked.append(watch.key)
        if watch == WATCH:
            raise RuntimeError("a bug")
        return seen(clock)
        yield

    for watch in (WATCH, OTHER):
        watches.schedule(watch, HOUR)
    begin(ask)
    until(lambda: all(watches.find(watch).looks for watch in (WATCH, OTHER)))
    assert sorted(asked) == sorted([WATCH.key, OTHER.key])  # and neither at once again
    assert "A watch could not be looked at" in caplog.text
    assert "a bug in the playground" in telling.last_sentences(watches.find(WATCH))[0]


def test_a_store_that_cannot_be_written_ends_no_schedule(
    watches: Watches,
    clock: Clock,
    begin: Callable[[Asking], Schedule],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    def ask(watch: Watch, halt: threading.Event) -> Generator[Any, None, Look]:
        asked.append(watch.key)
        return seen(clock)
        yield

    def fail(watch: Watch, look: Look) -> None:
        raise StoreFailed("The disk is full.")

    with monkeypatch.context() as broken:
        broken.setattr(watches, "add_scheduled", fail)
        schedule = begin(ask)
        schedule.change(WATCH, HOUR)
        until(lambda: "No watch could be looked at" in caplog.text)
    assert len(asked) == 1  # and not at once again
    schedule.look_anew()
    until(lambda: bool(watches.find(WATCH).looks))
