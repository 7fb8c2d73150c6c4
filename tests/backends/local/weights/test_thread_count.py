"""Threads of a step, under a clock that the test moves."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch

from playground.backends.local.forward.decoder import Decoder
from playground.backends.local.forward.precision import prepare
from playground.backends.local.kv.cache import SlotCache
from playground.backends.local.weights.thread_count import LATE, ThreadCount
from playground.backends.local.weights.threads import all_threads
from playground.backends.local.weights.wide_lora import BASE


def alone(threads: int) -> float:
    return 0.010 if threads > 1 else 0.015


def crowded(threads: int) -> float:
    return 1.0 if threads > 1 else 0.015


class Machine:
    """Runs steps that take as long as `speed` says, and keeps count of the threads they had."""

    def __init__(self, most: int) -> None:
        self.now = 0.0
        self.count = ThreadCount(most, lambda: self.now)

    def run(self, seconds: float, speed: Callable[[int], float], rows: int = 4) -> dict[int, float]:
        spent: dict[int, float] = {}
        end = self.now + seconds
        while self.now < end:
            threads, took = self.count.threads, speed(self.count.threads)
            self.now += took
            spent[threads] = spent.get(threads, 0.0) + took
            self.count.record(rows, took)
        return spent


def test_alone_on_the_machine_all_threads_are_used() -> None:
    spent = Machine(2).run(60, alone)
    assert spent[1] < 0.03 * spent[2]


def test_in_a_crowd_one_thread_is_used_and_all_are_tried_ever_more_rarely() -> None:
    machine = Machine(8)
    machine.run(10, crowded)
    spent = machine.run(200, crowded)
    assert spent[8] <= 200 / LATE * crowded(8) + 2
    assert machine.count.threads == 1


def test_when_the_crowd_has_left_all_are_used_again() -> None:
    machine = Machine(2)
    machine.run(100, crowded)
    machine.run(LATE + 1, alone)
    assert machine.count.threads == 2


def test_steps_of_different_size_are_not_compared() -> None:
    machine = Machine(2)
    while machine.count.threads == 2:  # until it tries
        machine.run(0.001, alone)
    machine.count.record(1, 0.001)  # far fewer rows
    assert machine.count.threads == 2


def test_rows_that_come_and_go_do_not_keep_it_from_trying() -> None:
    machine = Machine(2)
    machine.run(100, crowded, rows=62)
    assert machine.count.threads == 1
    for rows in range(int((LATE + 1) / alone(1))):
        machine.run(alone(1), alone, rows=60 + rows % 5)
    assert machine.count.threads == 2


@pytest.mark.parametrize("slow", [1, 2, 3])
def test_one_slow_step_decides_nothing(slow: int) -> None:
    machine = Machine(2)
    while machine.count.threads == 2:
        machine.run(0.001, alone)
    machine = Machine(2)
    machine.run(0.9, alone)
    for number in range(200):  # one in so many steps with all threads is slow, whatever it was
        threads = machine.count.threads
        took = 0.1 if threads == 2 and number % slow == 0 and number % 7 == 0 else alone(threads)
        machine.now += took
        machine.count.record(4, took)
    machine.run(2, alone)
    assert machine.count.threads == 2


@pytest.mark.parametrize("precision", ["bfloat16", "auto", "int8"])
def test_the_number_of_threads_changes_no_number(default_model: Any, precision: Any) -> None:
    decoder = Decoder(prepare(copy.deepcopy(default_model[0]), precision))
    if decoder.layout.dtype == torch.float32:  # a processor without bfloat16
        assert decoder._thread_count.max_threads == 1
        return
    assert decoder._thread_count.max_threads == all_threads()
    logits = []
    for decoder._thread_count.threads in (1, all_threads()):
        with torch.inference_mode():
            cache = SlotCache(decoder.layout, 3, 64)
            for _ in range(3):
                cache.add_row()
            for token in range(5, 15):
                logits.append(decoder.decode(cache, [token, token + 1, token + 2], [BASE] * 3))
    assert all(torch.equal(a, b) for a, b in zip(logits[:10], logits[10:], strict=True))
