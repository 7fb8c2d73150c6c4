"""Gradio's queue, which sleeps until something may begin."""

import asyncio
import time
from contextlib import suppress
from typing import Any

from gradio.queueing import Event, Queue
from gradio.utils import run_coro_in_background, set_task_name


class WakingQueue(Queue):  # type: ignore[misc]  # gradio is untyped
    """Gradio's own looks a thousand times a second, which takes a twentieth of a core from a server that rests.

    Whoever changes what may begin calls `wake`, in the server's thread.
    """

    stopped: bool
    active_jobs: list[list[Event] | None]

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._changed = asyncio.Event()  # since a look found nothing that may begin
        self._loop: asyncio.AbstractEventLoop | None = None  # the server's

    def wake(self) -> None:
        self._changed.set()

    def close(self) -> None:
        """Called from any thread. It wakes as well, or the task would sleep for ever."""
        super().close()
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop is closed, and the task with it
                self._loop.call_soon_threadsafe(self.wake)

    def start(self) -> None:
        """Without looks at `gr.Progress`, a hundred a second: no handler of the page has one."""
        self._changed = asyncio.Event()  # a server that is started once more has another loop
        self._loop = asyncio.get_running_loop()
        self.active_jobs = [None] * self.max_thread_count
        run_coro_in_background(self.start_processing)

    async def start_processing(self) -> None:
        try:
            await self._changed.wait()
            while not self.stopped:
                async with self.delete_lock:
                    chosen = self.get_events() if None in self.active_jobs else None
                    if chosen is None:
                        self._changed.clear()
                    else:
                        self._begin(*chosen)
                await self._changed.wait()
        finally:
            self.stopped = True
            self._cancel_asyncio_tasks()

    def _begin(self, events: list[Event], batch: bool, concurrency_id: str) -> None:
        """As Gradio does it in the midst of its own looks."""
        began, first = time.time(), events[0]
        self.active_jobs[self.active_jobs.index(None)] = events
        line = self.event_queue_per_concurrency_id[concurrency_id]
        line.current_concurrency += 1
        line.start_times_per_fn[first.fn].add(began)
        for event in events:
            if (noted := self.event_analytics.get(event._id)) is not None:
                noted["status"] = "processing"
        task = run_coro_in_background(self.process_events, events, batch, began, first.fn)
        set_task_name(task, first.session_hash, first.fn._id, first._id, batch)
        self._asyncio_tasks.add(task)
        task.add_done_callback(self._asyncio_tasks.discard)
        if self.live_updates:
            self.broadcast_estimations(concurrency_id)
