"""The queue sleeps while nothing may begin, and looks once each time that something has changed."""

import asyncio
from typing import Any
from unittest.mock import Mock

from own_loop import run_alone
from patience import PATIENCE

from playground.ui.gate.waking_queue import WakingQueue

TURNS = 50  # of the loop: one that looks again and again does so in each


class Line(WakingQueue):
    """A queue of which it is known how often it was looked at, and what it began."""

    def __init__(self) -> None:
        super().__init__(
            live_updates=False, concurrency_count=1, update_intervals=1, max_size=None, blocks=Mock()
        )  # fmt: skip
        self.looks = 0
        self.begun: list[Any] = []
        self.wanted: list[Any] = []
        self.event_queue_per_concurrency_id["page"] = Mock(start_times_per_fn={}, current_concurrency=0)

    def get_events(self) -> Any:
        self.looks += 1
        return ([self.wanted.pop(0)], False, "page") if self.wanted else None

    def want(self, name: str) -> None:
        event = Mock(fn=Mock(_id=0), _id=name, session_hash="session")
        self.event_queue_per_concurrency_id["page"].start_times_per_fn[event.fn] = set()
        self.wanted.append(event)
        self.wake()

    async def process_events(self, events: list[Any], *_: Any) -> None:
        self.begun.append(events[0]._id)

    def end(self) -> None:
        """What was begun is over."""
        self.active_jobs = [None]
        self.wake()


async def turn() -> None:
    for _ in range(TURNS):
        await asyncio.sleep(0)


def test_it_looks_only_when_something_has_changed_and_begins_what_may_begin() -> None:
    async def wait() -> None:
        line = Line()
        line.start()
        await turn()
        assert line.looks == 0
        line.want("first")
        line.want("second")  # there is one place
        await turn()
        assert (line.begun, line.looks) == (["first"], 1)
        line.end()
        await turn()
        assert (line.begun, line.looks) == (["first", "second"], 2)
        line.end()
        await turn()
        assert line.looks == 3
        line.close()

    run_alone(wait())


def test_it_goes_on_where_the_server_is_started_once_more() -> None:
    line = Line()

    async def serve(name: str) -> None:
        line.start()
        line.want(name)
        await turn()

    for name in ("first", "second"):
        line.stopped = False  # as Gradio leaves a queue that was closed
        run_alone(serve(name))
    assert line.begun == ["first", "second"]


def test_its_task_ends_when_the_server_is_closed() -> None:
    async def close() -> None:
        line, before = Line(), asyncio.all_tasks()
        line.start()
        (task,) = asyncio.all_tasks() - before
        await turn()
        assert not task.done()
        line.wanted.append("too late")
        await asyncio.to_thread(line.close)
        await asyncio.wait_for(task, PATIENCE)
        assert line.begun == []

    run_alone(close())
