"""Who has helpers: a decode thread, while it has something to do."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import torch

from playground.backends.base import Request
from playground.backends.local import engine
from playground.backends.local.pace import Pace
from playground.backends.local.threads import all_threads, set_threads_here, with_all_threads
from playground.types import Message, Sampling

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
    pace = Pace(1 + all_threads())
    for pace.threads in (1, 1 + all_threads()):
        with pace.step(1):
            assert (torch.get_num_threads(), elsewhere()) == (pace.threads, 1)


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
    decoding.join(30)
    assert not decoding.is_alive()
    assert backend.stats.prefix_bytes > 0
    assert [delta.text for delta in backend.stream(ASKED)] == [delta.text for delta in before]


def test_a_model_whose_thread_has_ended_can_be_closed(backend_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    backend = backend_of()
    monkeypatch.setattr(engine, "IDLE", 0.01)
    list(backend.stream(ASKED))
    decoding = backend._engine._thread
    decoding.join(30)
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
