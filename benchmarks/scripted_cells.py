"""Cells of a model that takes no time, stored and scored: `python -m benchmarks.scripted_cells CELLS` prints JSON.

A process of its own, as the page's is, so that its peak of memory is that of this many cells and of none before.
"""

import json
import random
import re
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import playground.ui.app  # noqa: F401  # what the process of the page holds anyway
from playground.backends.base import Request
from playground.backends.catalog import Catalog, ModelEntry
from playground.backends.scripted import ScriptedBackend
from playground.evaluation import running
from playground.evaluation.plan import DataChoice, Experiment, Technique
from playground.evaluation.results import Table
from playground.evaluation.store import Store
from playground.parameters import parameters
from playground.types import Sampling


def answer(request: Request, rng: random.Random) -> str:
    """A short one, now and then right."""
    return f"The answer is {rng.randint(2, 20)}."


def run(count: int, catalog: Catalog, folder: Path) -> Table:
    """Half of the cells zero-shot, half few-shot, of as many items as that takes."""
    experiment = Experiment(
        data=DataChoice(name="word_problems", size=count // 2),
        techniques=(Technique(strategy="zero_shot"), Technique(strategy="few_shot")),
    )
    with closing(Store(folder / f"{count}.sqlite")) as store:
        for table in running.run(experiment, catalog, store, parallel=16):  # noqa: B007  # the last is the whole
            pass
        assert (table.status, len(table.results), store.count()) == ("done", count, count), table.message
    return table


def scripted_catalog() -> Catalog:
    """Its model takes every setting, as the one does that it stands in for: what it refused would be failed cells."""
    every = frozenset(p.name for p in parameters(Sampling))
    backend = ScriptedBackend(reply=answer, capabilities=replace(ScriptedBackend().capabilities, sampling=every))
    entry = ModelEntry(
        name="default", title="Scripted", kind="scripted", load=lambda _: backend, capabilities=backend.capabilities
    )
    return Catalog([entry])


def main() -> None:
    count = int(sys.argv[1])
    with tempfile.TemporaryDirectory() as name:
        started = time.perf_counter()
        run(count, scripted_catalog(), Path(name))
        seconds = time.perf_counter() - started
    # Not ru_maxrss: a process that was started from a larger one begins with that one's peak.
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert peak is not None
    print(json.dumps({"seconds": seconds, "peak": int(peak[1]) * 1024}))


if __name__ == "__main__":
    main()
