"""One setup on several models side by side, all streaming at once: a pane is a model, perhaps with an adapter."""

import math
import random
import threading
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from playground import runner, setups
from playground.backends.catalog import Catalog
from playground.errors import InvalidSetup, LimitReached, PlaygroundError
from playground.parameters import number, text
from playground.strategies import STRATEGIES
from playground.transcript import stopped
from playground.types import STRICT, Run, Sampling, Setup, Task

INTERVAL = 0.1  # seconds between snapshots
Outcome = tuple[Run, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pane:
    """Which weights answer: a model, and an adapter of it at a scale unless that is empty."""

    __pydantic_config__ = STRICT

    model: str = text("default", max_length=100, help="A model by its name.")
    adapter: str = text(max_length=100, help="An adapter of that model; empty is the model as it is.")
    scale: float = number(1.0, 0, 2, step=0.05, help="How strongly the adapter changes the model.")

    @property
    def title(self) -> str:
        """Its name for people: what was asked for, not what answered."""
        if not self.adapter:
            return self.model
        return f"{self.model} + {self.adapter}" + (f" \u00d7 {self.scale:g}" if self.scale != 1 else "")


def read_panes(data: Any, most: int) -> tuple[Pane, ...]:
    """Checked panes from plain data. Raises InvalidSetup, or LimitReached for more than `most`."""
    if not isinstance(data, Sequence) or isinstance(data, str) or not data:
        raise InvalidSetup("`panes` must be a list of at least one {model, adapter, scale}.", ("panes",))
    if len(data) > most:
        raise LimitReached(f"These are {len(data)} panes; {most} is the most (PLAYGROUND_MAX_PANES).")
    return tuple(setups.build(Pane, pane, ("panes", i)) for i, pane in enumerate(data))


def compare(
    setup: Setup, panes: Sequence[Pane], catalog: Catalog, *, seed: int | None = None, within: float = math.inf
) -> Generator[Outcome, None, None]:
    """Yield the Runs of all panes as they grow, at most ten times a second; the last are complete.

    Where the setup leaves the seed open, all panes whose model honours one use `seed`, or one drawn here. A pane that
    fails is a failed Run beside the others. A model made for one task gets the task's input alone, with default
    sampling. Closing stops them all.
    """
    STRATEGIES[setup.strategy](**setup.options).check(setup.task)  # wrong for one is wrong for all
    seed = drawn() if seed is None else seed
    works = [_Work(setup, pane, catalog, within, seed) for pane in panes]
    try:
        for work in works:
            work.start()
        yield tuple(pane.latest for pane in works)
        for work in works:
            while not work.ended.wait(INTERVAL):
                yield tuple(pane.latest for pane in works)
        yield tuple(pane.latest for pane in works)
        for work in works:
            if work.bug is not None:
                raise work.bug
    finally:
        for work in works:
            work.halt.set()


def drawn() -> int:
    """A seed for several runs that are to have the same."""
    return random.randrange(2**32)


class _Work(threading.Thread):
    """One pane, in a thread of its own: a model that is silent for long holds up neither the others nor Stop."""

    def __init__(self, setup: Setup, pane: Pane, catalog: Catalog, within: float, seed: int) -> None:
        super().__init__(name=f"pane {pane.model}", daemon=True)
        self.latest = Run(setup=replace(setup, model=pane.model, adapter=pane.adapter, scale=pane.scale))
        self.halt, self.ended = threading.Event(), threading.Event()
        self.bug: Exception | None = None
        self._catalog, self._within, self._seed = catalog, within, seed

    def run(self) -> None:
        runs = None
        try:
            runs = self._runs()
            for run in runs:
                self.latest = run
                if self.halt.is_set():
                    break
        except PlaygroundError as error:
            self.latest = replace(stopped(self.latest), status="failed", error=str(error))
        except Exception as error:  # a bug, for whoever follows to log and to hide
            self.bug = error
            self.latest = replace(stopped(self.latest), status="failed", error="This pane failed.")
        finally:
            if runs is not None:
                runs.close()
            self.ended.set()

    def _runs(self) -> Generator[Run, None, None]:
        asked = self.latest
        with closing(self._catalog.open(asked.setup.model)) as loading:  # first: it tells what the model is made for
            for progress in loading:
                yield replace(asked, progress=progress)
        setup = _fitting(asked.setup, self._catalog, self._seed)
        yield from runner.run(setup, self._catalog, within=self._within)


def _fitting(setup: Setup, catalog: Catalog, seed: int) -> Setup:
    """The setup for this pane's model: one made for a task has no use for a technique or its sampling, and a seed that
    nobody asked for is not forced on a model that ignores it."""
    capabilities = catalog.info(setup.model).capabilities
    if not capabilities.task:
        free = setup.sampling.seed is None and "seed" in capabilities.sampling
        return replace(setup, sampling=replace(setup.sampling, seed=seed)) if free else setup
    task = Task(input=setup.task.input)
    return replace(setup, strategy="zero_shot", options={}, task=task, sampling=Sampling())
