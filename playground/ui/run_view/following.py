"""A run as a stream of page updates."""

import threading
from collections.abc import Generator, Iterator
from dataclasses import replace

from playground.background import Background
from playground.running import transcript
from playground.types import Run, Setup
from playground.ui.handlers.messages import in_words

MOMENT = 0.1  # seconds between looks at whether to stop


def follow(setup: Setup, runs: Generator[Run, None, None], halt: threading.Event) -> Iterator[Run]:
    """The snapshots of a run of this setup, stopped at once when `halt` is set. The last keeps what came, in any case.

    Snapshots that come faster than they are taken are dropped, all but the newest.
    """
    work = Background(runs, Run(setup=setup), name="run", halt=halt)
    work.start()
    shown: Run | None = None
    ended = False
    try:
        while not (ended or halt.is_set()):
            work.news.wait(MOMENT)
            work.news.clear()
            ended, last = work.ended.is_set(), work.latest  # in this order: what has ended has said its last
            if last is not shown:
                yield (shown := last)
        if work.error:
            yield replace(transcript.mark_stopped(work.latest), status="failed", error=in_words(work.error))
        elif halt.is_set():
            yield mark_stopped(work.latest)
    finally:
        halt.set()  # also when the page was closed


def mark_stopped(run: Run) -> Run:
    """The run as it was when it was stopped; one that had already ended stays as it is."""
    return transcript.mark_stopped(run) if run.status in ("waiting", "running") else run
