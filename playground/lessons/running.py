"""Runs what a lesson tries, with the same code that Compare and Experiments use."""

import math
import threading
from collections.abc import Generator
from contextlib import closing

from playground import comparison
from playground.backends.catalog import Catalog
from playground.evaluation import running
from playground.evaluation.store import Store
from playground.lessons.lesson import Lesson
from playground.lessons.outcome import Outcome, of_runs, of_table
from playground.lessons.trial import Trial

SEED = 1  # of setups that leave theirs open: everybody who tries a lesson sees the same


def run_trial(
    trial: Trial, catalog: Catalog, store: Store, *, halt: threading.Event | None = None, max_seconds: float = math.inf,
    max_total_seconds: float = math.inf,
) -> Generator[Outcome, None, None]:  # fmt: skip
    """What comes of it as it grows, at most ten times a second. The last one is complete, unless `halt` was set.

    `max_seconds` is for each answer, `max_total_seconds` for a whole experiment. Answers of an experiment are kept in
    the store, and are not asked for again. Raises PlaygroundError for what cannot begin.
    """
    halt = halt or threading.Event()
    if trial.experiment:
        tables = running.run(
            trial.experiment, catalog, store, halt=halt, max_seconds=max_seconds, max_total_seconds=max_total_seconds
        )
        with closing(tables):
            for table in tables:
                yield of_table(table)
        return
    panes = tuple(trial.setups.values())
    seeds = [SEED] * len(panes)
    if halt.is_set():
        return
    with closing(comparison.compare(panes, catalog, seeds=seeds, max_seconds=max_seconds)) as growing:
        for runs in growing:
            yield of_runs(trial.names, runs)
            if halt.is_set():
                return


def rests_on(lesson: Lesson, catalog: Catalog) -> bool:
    """Whether the default model has the weights on which the lesson was found to be true."""
    entry = catalog.entry("default")
    return bool(lesson.facts.weights) and lesson.facts.weights in (entry.identity() if entry.identity else "")
