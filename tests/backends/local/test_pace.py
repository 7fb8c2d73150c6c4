"""Threads of a step, under a clock that the test moves."""

from collections.abc import Callable

import pytest

from playground.backends.local.pace import LATE, Pace


def alone(threads: int) -> float:
    return 0.010 if threads > 1 else 0.015


def crowded(threads: int) -> float:
    return 1.0 if threads > 1 else 0.015


class Machine:
    """Runs steps that take as long as `speed` says, and keeps count of the threads they had."""

    def __init__(self, most: int) -> None:
        self.now = 0.0
        self.pace = Pace(most, lambda: self.now)

    def run(self, seconds: float, speed: Callable[[int], float], rows: int = 4) -> dict[int, float]:
        spent: dict[int, float] = {}
        end = self.now + seconds
        while self.now < end:
            threads, took = self.pace.threads, speed(self.pace.threads)
            self.now += took
            spent[threads] = spent.get(threads, 0.0) + took
            self.pace.took(rows, took)
        return spent


def test_alone_on_the_machine_all_threads_are_used() -> None:
    spent = Machine(2).run(60, alone)
    assert spent[1] < 0.03 * spent[2]


def test_in_a_crowd_one_thread_is_used_and_all_are_tried_ever_more_rarely() -> None:
    machine = Machine(8)
    machine.run(10, crowded)
    spent = machine.run(200, crowded)
    assert spent[8] <= 200 / LATE * crowded(8) + 2
    assert machine.pace.threads == 1


def test_when_the_crowd_has_left_all_are_used_again() -> None:
    machine = Machine(2)
    machine.run(100, crowded)
    machine.run(LATE + 1, alone)
    assert machine.pace.threads == 2


def test_steps_of_different_size_are_not_compared() -> None:
    machine = Machine(2)
    while machine.pace.threads == 2:  # until it tries
        machine.run(0.001, alone)
    machine.pace.took(1, 0.001)  # far fewer rows
    assert machine.pace.threads == 2


@pytest.mark.parametrize("speed", [alone, crowded])
def test_one_thread_stays_one(speed: Callable[[int], float]) -> None:
    assert set(Machine(1).run(30, speed)) == {1}
