"""Asks one cell, in a thread of this process or in another process with its own models."""

import threading
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cache

from playground import runner
from playground.backends.base import Capabilities
from playground.backends.catalog import Catalog
from playground.backends.memory import MemoryBudget
from playground.errors import AnswerWithheld, PlaygroundError
from playground.evaluation.store.records import Record, record
from playground.settings import Settings
from playground.types import Run, Sampling, Setup, Task

NOTICED = 0.5  # seconds within which a run notices that it is to stop
_making = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What came of it: a record, or an error in words, or neither where it was stopped. Plain, so that it travels.

    `refused`: the error is that a server withheld this answer, which says nothing about the next one.
    """

    record: Record | None = None
    error: str = ""
    refused: bool = False


def ask(setup: Setup, catalog: Catalog, halt: threading.Event, within: float) -> Asked:
    """Run the setup on this catalog's models to its end, for at most `within` seconds. `halt` stops it."""
    last = Run(setup=setup)
    try:
        capabilities = _capabilities(setup, catalog, halt)
        if capabilities is None:
            return Asked()
        with closing(runner.run(_fitting(setup, capabilities), catalog, within=within, every=NOTICED)) as runs:
            for run in runs:
                if halt.is_set():
                    return Asked()
                last = run
    except PlaygroundError as error:
        return Asked(error=str(error), refused=isinstance(error, AnswerWithheld))
    if last.status == "failed":
        return Asked(
            error=last.error, refused=any(c.finish_reason == "refused" for s in last.steps for c in s.completions)
        )
    return Asked(record=record(replace(last, setup=setup)))


def ask_there(setup: Setup, within: float, visitor: str = "") -> Asked:
    """The same in another process, here or on another machine, on the models that its own environment sets up.

    What an executor is given: this function, by name, with plain arguments.
    """
    with _making:  # two threads that both find none would load every model twice
        catalog = _catalog()
    return ask(setup, catalog.for_visitor(visitor), threading.Event(), within)


@cache
def _catalog() -> Catalog:
    from playground.backends.offered_entries import offered_entries  # needed only where there is no catalog yet

    settings = Settings.from_environment()
    return Catalog(offered_entries(settings), budget=MemoryBudget(settings.memory_megabytes * 2**20))


def _fitting(setup: Setup, capabilities: Capabilities) -> Setup:
    """The setup for its model: one made for a task takes the input alone, and not all can be given a seed."""
    if capabilities.task:
        task = Task(input=setup.task.input)
        return replace(setup, strategy="zero_shot", options={}, task=task, sampling=Sampling())
    if "seed" not in capabilities.sampling:
        return replace(setup, sampling=replace(setup.sampling, seed=None))
    return setup


def _capabilities(setup: Setup, catalog: Catalog, halt: threading.Event) -> Capabilities | None:
    """What the model honours, which some say only once they are loaded; None where that was stopped."""
    if backend := catalog.loaded_backend(setup.model):
        return backend.capabilities
    with closing(catalog.open(setup.model)) as loading:
        for _ in loading:
            if halt.is_set():
                return None
    return catalog.info(setup.model).capabilities
