"""Runs an experiment: reads stored answers, asks for missing ones, and scores all.

cell_results.py    What came of a cell, as a result of the table
cells.py           Asks one cell, in a thread of this process or in another process with its own models
cluster.py         Runs cells on other machines, in the threads of a Dask cluster's workers
estimate.py        Estimates calls, tokens, time and cost of an experiment before it is run
judge_queue.py     Has answers judged by a model, whose verdicts are asked and stored like any run
job_queue.py       Keeps up to `parallel` samples in flight per model
same_code.py       Compares two processes by a digest of their code, libraries, settings and weights
table_builder.py   A Table while it grows: mutable on the inside, frozen snapshots outside
work.py            Work on one experiment: looks its cells up, asks, judges, and adds results to the table
"""

import math
import threading
from collections.abc import Generator
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from contextlib import ExitStack

from playground.backends.catalog import Catalog
from playground.errors import StoreFailed
from playground.evaluation.plan import Experiment
from playground.evaluation.results import Table
from playground.evaluation.running.cells import AskResult, ask_cell, ask_in_process
from playground.evaluation.running.job_queue import JobQueue
from playground.evaluation.running.work import ExperimentWork
from playground.evaluation.store import Store
from playground.types import Setup

REMOTE_PARALLEL = 16  # samples on their way to processes that were given, unless another number is
MAX_THREADS = 256  # at most; as many begin as there are cells on their way
PROCESSES_LOST = "The processes that asked the cells were lost. What was done is kept; run again to ask the rest."


def load_stored(experiment: Experiment, catalog: Catalog, store: Store, *, visitor: str = "") -> Table:
    """What the store has of it. Nothing is asked and no model is loaded: of one whose weights are not known before it
    is loaded, there is nothing. Raises PlaygroundError for an experiment that cannot begin."""
    work = ExperimentWork(experiment, catalog, store, threading.Event(), visitor, math.inf)
    for _ in work.add_stored():
        pass
    return work.builder.table("stopped" if work.builder.missing_count else "done")


def run(
    experiment: Experiment,
    catalog: Catalog,
    store: Store,
    *,
    executor: Executor | None = None,
    parallel: int | None = None,
    halt: threading.Event | None = None,
    max_seconds: float = math.inf,
    max_total_seconds: float = math.inf,
    visitor: str = "",
) -> Generator[Table, None, None]:
    """Yield the Table as it grows, at most five times a second, and at last complete. All that is done is stored.

    Closing it, or setting `halt`, stops what is on its way. Cells are asked by threads on this catalog's models, or
    by an `executor` of processes, here or elsewhere, which load models of their own; `parallel` samples of a model at
    once, each cell for at most `max_seconds`, all of them for `max_total_seconds`. What goes wrong in a cell is its
    result; a model that fails again and again is given up. `visitor`: who asks, where several people share the store.
    Raises PlaygroundError for an experiment that cannot begin.
    """
    with ExitStack() as leaving:
        work = ExperimentWork(experiment, catalog, store, halt or threading.Event(), visitor, max_total_seconds)
        yield work.builder.table()
        leaving.callback(store.flush)
        leaving.callback(work.halted.set)
        if executor is None:
            executor = ThreadPoolExecutor(MAX_THREADS, thread_name_prefix="cell")
            leaving.callback(executor.shutdown, wait=False, cancel_futures=True)
        here = isinstance(executor, ThreadPoolExecutor)

        def submit(setup: Setup) -> "Future[AskResult]":
            if here:
                return executor.submit(ask_cell, setup, catalog, work.halted, max_seconds)
            return executor.submit(ask_in_process, setup, max_seconds, catalog.visitor)

        def room(model: str) -> int:
            backend = catalog.loaded_backend(model) if here else None
            return parallel or (backend.capabilities.parallel if backend else REMOTE_PARALLEL)

        queue = JobQueue(submit, room, work.stopping)
        leaving.callback(queue.close)
        try:
            missing = yield from work.look_up(leaving, here=here)
            yield from work.ask_missing(missing, queue)
        except GeneratorExit:
            work.store_finished(queue)
            raise
        except StoreFailed as error:
            yield work.builder.table("failed", str(error))
        except BrokenExecutor:
            yield work.builder.table("failed", PROCESSES_LOST)
