"""Asks one cell, in a thread of this process or in another process with its own models."""

import threading
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cache

from playground.backends.base import Capabilities
from playground.backends.catalog import Catalog
from playground.backends.encoders import library_of
from playground.backends.memory import MemoryBudget
from playground.errors import AnswerWithheld, PlaygroundError
from playground.evaluation.store.records import StoredRun, make_record
from playground.running import runner
from playground.settings import Settings
from playground.types import Run, Sampling, Setup, Task

STOP_INTERVAL = 0.5  # seconds within which a run notices that it is to stop
_catalog_lock = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class AskResult:
    """What came of it: a record, or an error in words, or neither where it was stopped. Plain, so that it travels.

    `is_withheld`: the error is that a server withheld this answer, which says nothing about the next one.
    """

    record: StoredRun | None = None
    error: str = ""
    is_withheld: bool = False


def ask_cell(setup: Setup, catalog: Catalog, halt: threading.Event, max_seconds: float) -> AskResult:
    """Run the setup on this catalog's models to its end, for at most `max_seconds` seconds. `halt` stops it."""
    last = Run(setup=setup)
    try:
        capabilities = _capabilities(setup, catalog, halt)
        if capabilities is None:
            return AskResult()
        with closing(
            runner.run(_setup_for_model(setup, capabilities), catalog, max_seconds=max_seconds, every=STOP_INTERVAL)
        ) as runs:
            for run in runs:
                if halt.is_set():
                    return AskResult()
                last = run
    except PlaygroundError as error:
        return AskResult(error=str(error), is_withheld=isinstance(error, AnswerWithheld))
    if last.status == "failed":
        return AskResult(
            error=last.error, is_withheld=any(c.finish_reason == "refused" for s in last.steps for c in s.completions)
        )
    return AskResult(record=make_record(replace(last, setup=setup)))


def ask_in_process(setup: Setup, max_seconds: float, visitor: str = "") -> AskResult:
    """The same in another process, here or on another machine, on the models that its own environment sets up.

    What an executor is given: this function, by name, with plain arguments.
    """
    with _catalog_lock:  # two threads that both find none would load every model twice
        catalog = _catalog()
    return ask_cell(setup, catalog.for_visitor(visitor), threading.Event(), max_seconds)


@cache
def _catalog() -> Catalog:
    from playground.backends.offered_entries import offered_entries  # needed only where there is no catalog yet

    settings = Settings.from_environment()
    budget = MemoryBudget(settings.memory_megabytes * 2**20)
    return Catalog(offered_entries(settings), budget=budget, library=library_of(settings))


def _setup_for_model(setup: Setup, capabilities: Capabilities) -> Setup:
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
