"""A run as a stream of page updates."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace

from playground import runner, transcript
from playground.backends.catalog import Catalog
from playground.types import Completion, Run, Setup, Step
from playground.ui.messages import in_words
from playground.ui.outline import groups

MOMENT = 0.1  # seconds between looks at whether to stop


class _Work(threading.Thread):
    """The run itself. A thread of its own, so that a model silent for long, reading a prompt, cannot hold up Stop."""

    def __init__(self, setup: Setup, catalog: Catalog, given: Sequence[Step], halt: threading.Event) -> None:
        super().__init__(name="run", daemon=True)
        self.latest = Run(setup=setup)
        self.error: BaseException | None = None
        self.ended = False
        self.news = threading.Event()
        self._halt = halt
        self._runs = runner.run(setup, catalog, given=given)

    def run(self) -> None:
        try:
            for run in self._runs:
                self.latest = run
                self.news.set()
                if self._halt.is_set():
                    break
        except BaseException as error:  # handed to the one who follows, who tells the person
            self.error = error
        finally:
            self._runs.close()  # ends the work at the model, not only its telling
            self.ended = True
            self.news.set()


def follow(setup: Setup, catalog: Catalog, given: Sequence[Step], halt: threading.Event) -> Iterator[Run]:
    """`runner.run`, stopped at once when `halt` is set. The last Run keeps what came, however it ended.

    Snapshots that come faster than they are taken are dropped, all but the newest.
    """
    work = _Work(setup, catalog, given, halt)
    work.start()
    shown: Run | None = None
    ended = False
    try:
        while not (ended or halt.is_set()):
            work.news.wait(MOMENT)
            work.news.clear()
            ended, last = work.ended, work.latest  # in this order: what has ended has said its last
            if last is not shown:
                yield (shown := last)
        if work.error:
            yield replace(transcript.stopped(work.latest), status="failed", error=in_words(work.error))
        elif halt.is_set():
            yield stopped(work.latest)
    finally:
        halt.set()  # also when the page was closed


def stopped(run: Run) -> Run:
    """The run as it was when it was stopped; one that had already ended stays as it is."""
    return transcript.stopped(run) if run.status in ("waiting", "running") else run


def edited(run: Run, step: int, sample: int, text: str) -> tuple[Step, ...]:
    """The steps to go on from when one output is rewritten: all before it, and what ran beside it."""
    steps = list(run.steps)
    completions = list(steps[step].completions)
    completions[sample] = Completion(text=text, finish_reason="stop", edited=True)
    steps[step] = replace(steps[step], completions=tuple(completions))
    end = next(group.end for group in groups(run.steps) if group.first <= step < group.end)
    return tuple(steps[:end])


def longest(run: Run) -> tuple[int, int] | None:
    """Step and sample with the most tokens: the one worth looking into first."""
    found = [
        (len(c.tokens), -i, -j) for i, step in enumerate(run.steps) for j, c in enumerate(step.completions) if c.tokens
    ]
    return (-max(found)[1], -max(found)[2]) if found else None
