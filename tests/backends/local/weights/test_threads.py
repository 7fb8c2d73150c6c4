"""Who has helpers: a decode thread, while it has something to do."""

import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
import torch
from patience import PATIENCE

from playground.backends.base import Request
from playground.backends.local.engine import engine
from playground.backends.local.weights.thread_count import ThreadCount
from playground.backends.local.weights.threads import all_threads, set_threads_here, with_all_threads
from playground.types import Delta, Message, Sampling

ASKED = Request(messages=(Message("user", "Hello"),), sampling=Sampling(temperature=0, max_tokens=3))


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def elsewhere() -> int:
    """How many threads torch gives a thread that starts now."""
    seen: list[int] = []
    thread = threading.Thread(target=lambda: seen.append(torch.get_num_threads()))
    thread.start()
    thread.join()
    return seen[0]


def test_a_thread_gets_what_it_asks_for_and_those_that_start_later_get_one() -> None:
    set_threads_here(1 + all_threads())
    assert (torch.get_num_threads(), elsewhere()) == (1 + all_threads(), 1)


def test_a_step_runs_with_the_threads_that_its_pace_gives() -> None:
    count = ThreadCount(1 + all_threads())
    for count.threads in (1, 1 + all_threads()):
        with count.step(1):
            assert (torch.get_num_threads(), elsewhere()) == (count.threads, 1)


def test_work_with_helpers_ends_with_them() -> None:
    set_threads_here(1)
    thread, threads = with_all_threads(lambda: (threading.current_thread(), torch.get_num_threads()))
    assert threads == all_threads()
    assert not thread.is_alive()
    assert elsewhere() == 1
    with pytest.raises(ZeroDivisionError):
        with_all_threads(lambda: 1 / 0)


def test_an_idle_model_has_no_thread_and_remembers_what_it_read(
    backend_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = backend_of()
    monkeypatch.setattr(engine, "IDLE", 0.05)
    before = list(backend.stream(ASKED))
    decoding = backend._engine._thread
    decoding.join(PATIENCE)
    assert not decoding.is_alive()
    assert backend.stats.prefix_bytes > 0
    assert [delta.text for delta in backend.stream(ASKED)] == [delta.text for delta in before]


def test_a_model_whose_thread_has_ended_can_be_closed(backend_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    backend = backend_of()
    monkeypatch.setattr(engine, "IDLE", 0.01)
    list(backend.stream(ASKED))
    decoding = backend._engine._thread
    decoding.join(PATIENCE)
    backend.close()
    assert (backend.stats.prefix_bytes, backend.stats.rows) == (0, 0)


def test_requests_while_threads_end_and_begin_are_all_answered(
    backend_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = backend_of()
    monkeypatch.setattr(engine, "IDLE", 0.0)
    for number in range(200):
        assert list(backend.stream(ASKED))[-1].finish_reason
        time.sleep(number % 3 * 1e-4)  # so that some arrive while the thread ends


def test_a_task_that_came_before_the_end_is_done(backend_of: Any) -> None:
    backend = backend_of()
    begun, go = threading.Event(), threading.Event()
    backend.between_steps(lambda: (begun.set(), go.wait(PATIENCE)))
    assert begun.wait(PATIENCE)
    late = backend.between_steps(lambda: "done")
    closing = threading.Thread(target=backend.close)
    closing.start()
    while not backend._engine._closing:
        time.sleep(0.001)
    go.set()
    assert late.result(PATIENCE) == "done"
    closing.join(PATIENCE)


def test_a_model_can_be_closed_from_several_threads(backend_of: Any) -> None:
    backend, before = backend_of(), sys.getswitchinterval()
    for number in range(60):  # much to forget
        list(backend.stream(replace(ASKED, messages=(Message("user", f"{number} cats"),))))
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            for closing in [pool.submit(backend.close) for _ in range(4)]:
                closing.result()
    finally:
        sys.setswitchinterval(before)
    assert backend.stats.prefix_bytes == 0


def test_nobody_looks_at_the_rows_of_a_thread_that_is_ending(backend_of: Any) -> None:
    backend = backend_of()
    stream = backend.stream(replace(ASKED, sampling=Sampling(max_tokens=300, logit_bias={2: -100.0})))
    next(event for event in stream if isinstance(event, Delta))
    begun, go, decode = threading.Event(), threading.Event(), backend._decoder.decode

    def slow(*given: Any) -> Any:
        begun.set()
        assert go.wait(PATIENCE)
        return decode(*given)

    backend._decoder.decode = slow
    assert begun.wait(PATIENCE)
    stream.close()
    with ThreadPoolExecutor(2) as pool:
        closing = pool.submit(backend.close)
        while not backend._engine._closing:
            time.sleep(0.001)
        asking = pool.submit(lambda: backend.stats)
        time.sleep(0.1)
        go.set()
        assert asking.result(PATIENCE).rows == 0
        closing.result(PATIENCE)


def test_a_thread_that_cannot_start_keeps_nobody_else_waiting(backend_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def cannot(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    backend = backend_of()
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", cannot)
        with pytest.raises(RuntimeError, match="can't start"):
            backend.stream(ASKED)
    stream, deadline = backend.stream(ASKED), time.monotonic() + PATIENCE
    assert any(isinstance(event, Delta) or time.monotonic() > deadline for event in stream)
    assert time.monotonic() < deadline
    assert backend._engine.stats().waiting == 0
