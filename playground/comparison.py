"""Runs one setup on several models side by side, all streaming at once."""

import math
import random
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import asdict, replace
from typing import Any

from playground import runner, setups
from playground.backends.catalog import Catalog
from playground.background import Background
from playground.errors import InvalidSetup, LimitReached, PlaygroundError
from playground.strategies import technique_of
from playground.transcript import mark_failed, mark_stopped
from playground.types import Run, Sampling, Setup, Task, Weights

INTERVAL = 0.1  # seconds between snapshots
PaneRuns = tuple[Run, ...]


def parse_panes(data: Any, most: int) -> tuple[Weights, ...]:
    """Checked panes from plain data. Raises InvalidSetup, or LimitReached for more than `most`."""
    if not isinstance(data, Sequence) or isinstance(data, str) or not data:
        raise InvalidSetup(path=("panes",), rule="must be a list of at least one {model, adapter, scale}.")
    if len(data) > most:
        raise LimitReached(f"These are {len(data)} panes; {most} is the most (PLAYGROUND_MAX_PANES).")
    return tuple(setups.build(Weights, pane, ("panes", i)) for i, pane in enumerate(data))


def compare(
    setup: Setup, panes: Sequence[Weights], catalog: Catalog, *, seed: int | None = None, max_seconds: float = math.inf
) -> Generator[PaneRuns, None, None]:
    """Yield the Runs of all panes as they grow, at most ten times a second; the last are complete.

    Where the setup leaves the seed open, all panes whose model honours one use `seed`, or one drawn here. A pane that
    fails is a failed Run beside the others. A model made for one task gets the task's input alone, with default
    sampling. Closing stops them all.
    """
    technique_of(setup).check(setup.task)  # wrong for one is wrong for all
    seed = draw_seed() if seed is None else seed
    works = [_start(_waiting_run(setup, pane), catalog, max_seconds, seed) for pane in panes]
    try:
        yield tuple(pane.latest for pane in works)
        for work in works:
            while not work.ended.wait(INTERVAL):
                yield tuple(pane.latest for pane in works)
        yield tuple(pane.latest for pane in works)
        for work in works:
            if work.error is not None:
                raise work.error
    finally:
        for work in works:
            work.halt.set()


def draw_seed() -> int:
    """A seed for several runs that are to have the same."""
    return random.randrange(2**32)


def _waiting_run(setup: Setup, pane: Weights) -> Run:
    """The Run of a pane before anything has come of it."""
    return Run(setup=replace(setup, **asdict(pane)))


def _start(waiting_run: Run, catalog: Catalog, max_seconds: float, seed: int) -> Background[Run, None]:
    """One pane, at work: a model that is silent for long holds up neither the others nor Stop."""
    work = Background(
        _pane_runs(waiting_run, catalog, max_seconds, seed), waiting_run, name=f"pane {waiting_run.setup.model}"
    )
    work.start()
    return work


def _pane_runs(waiting_run: Run, catalog: Catalog, max_seconds: float, seed: int) -> Generator[Run, None, None]:
    """The Run as it grows. What fails is a failed Run; a bug is also raised, for whoever waits to log and to hide."""
    last = waiting_run
    try:
        with closing(_runs(waiting_run, catalog, max_seconds, seed)) as runs:
            for last in runs:
                yield last
    except PlaygroundError as error:
        yield mark_failed(last, error)
    except Exception:
        yield replace(mark_stopped(last), status="failed", error="This pane failed.")
        raise


def _runs(waiting_run: Run, catalog: Catalog, max_seconds: float, seed: int) -> Generator[Run, None, None]:
    with closing(catalog.open(waiting_run.setup.model)) as loading:  # first: it tells what the model is made for
        for progress in loading:
            yield replace(waiting_run, progress=progress)
    setup = _setup_for_model(waiting_run.setup, catalog, seed)
    yield from runner.run(setup, catalog, max_seconds=max_seconds)


def _setup_for_model(setup: Setup, catalog: Catalog, seed: int) -> Setup:
    """The setup for this pane's model: one made for a task has no use for a technique or its sampling, and a seed that
    nobody asked for is not forced on a model that ignores it."""
    capabilities = catalog.info(setup.model).capabilities
    if not capabilities.task:
        free = setup.sampling.seed is None and "seed" in capabilities.sampling
        return replace(setup, sampling=replace(setup.sampling, seed=seed)) if free else setup
    task = Task(input=setup.task.input)
    return replace(setup, strategy="zero_shot", options={}, task=task, sampling=Sampling())
