"""Experiments: items per second against lm-evaluation-harness and against one call after another, and what the
playground itself takes per cell in time and memory, on the page, and for the whole ladder.

python -m benchmarks.experiments                            all of it; writes benchmarks/results/experiments.json
python -m benchmarks.experiments --items 16 --cells 1000    the same, small: whether it works, not how fast it is
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

from benchmarks import experiments_page
from benchmarks.engine_rig import Bench, Result, by_itself
from benchmarks.harness import Harness
from playground.backends.base import Backend
from playground.backends.catalog import Catalog, ModelEntry
from playground.backends.local.files.packaged_model import fetch_converted
from playground.backends.local.forward.precision import Precision
from playground.evaluation import datasets, experiments, running
from playground.evaluation.findings import summary
from playground.evaluation.grid import cells
from playground.evaluation.plan import DataChoice, Experiment, Technique
from playground.evaluation.results import Table
from playground.evaluation.store import Store
from playground.running import runner
from playground.settings import Settings

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "experiments.json"
TOKENS = 96
ALONE = 5  # one in so many of the items is asked one after the other: enough for a rate
COT = Technique(strategy="chain_of_thought", sampling={"temperature": 0.0, "max_tokens": TOKENS})


def asking(seed: int, items: int) -> Experiment:
    """Zero-shot chain of thought on problems that no other round has: nothing but the template is reused."""
    return Experiment(data=DataChoice(name="word_problems", size=items, seed=seed, shots=0), techniques=(COT,))


def catalog_of(backend: Backend) -> Catalog:
    entry = ModelEntry(
        name="default", title="Default", kind="local", load=lambda _: backend, capabilities=backend.capabilities
    )
    catalog = Catalog([entry])
    for _ in catalog.open("default"):
        pass
    return catalog


def whole(experiment: Experiment, catalog: Catalog) -> tuple[float, Table]:
    """Seconds for all of it, nothing known before, and what came of it."""
    with tempfile.TemporaryDirectory() as name, closing(Store(Path(name) / "store.sqlite")) as store:
        started = time.perf_counter()
        for table in running.run(experiment, catalog, store):  # noqa: B007  # the last is the whole
            pass
        seconds = time.perf_counter() - started
    assert table.status == "done", table.message
    assert all(result.outcome == "done" for result in table.results)
    return seconds, table


def timed(work: Callable[[], float]) -> tuple[float, float]:
    """What it gives, and its seconds."""
    started = time.perf_counter()
    return work(), time.perf_counter() - started


def alone(experiment: Experiment, catalog: Catalog) -> float:
    """Seconds for all of it, one call after another."""
    started = time.perf_counter()
    for cell in cells(experiment, datasets.load(experiment.data)):
        *_, last = runner.run(cell.setup, catalog)
        assert last.status == "done"
    return time.perf_counter() - started


def against_others(bench: Bench, items: int) -> list[Result]:
    """Medians over rounds in which all are measured in turn, each round on items of its own."""
    model = fetch_converted(Settings.from_environment().cache, lambda _: None)
    harness = by_itself(lambda: Harness(model, TOKENS))
    precisions: tuple[Precision, ...] = ("bfloat16", "auto")
    catalogs = {precision: catalog_of(bench.backend(precision)) for precision in precisions}
    rates: dict[str, list[float]] = {name: [] for name in (*precisions, *map(alone_in, precisions), "harness")}
    right: dict[str, list[float]] = {"auto": [], "harness": []}
    for seed in range(bench.repeats):
        experiment = asking(seed, items)
        for precision, catalog in catalogs.items():
            seconds, table = whole(experiment, catalog)
            rates[precision].append(items / seconds)
        right["auto"].append(statistics.fmean(bool(result.right) for result in table.results))
        share, seconds = by_itself(partial(timed, partial(harness.accuracy, table.items)))
        right["harness"].append(share)
        rates["harness"].append(items / seconds)
        few = asking(bench.repeats + seed, -(-items // ALONE))
        for precision, catalog in catalogs.items():
            rates[alone_in(precision)].append(few.data.size / alone(few, catalog))
    rate = {name: statistics.median(values) for name, values in rates.items()}
    shares = f"right {statistics.fmean(right['auto']):.0%}, the harness {statistics.fmean(right['harness']):.0%}"
    against = [
        Result(
            f"{items} items, zero-shot chain of thought, {precision}, against lm-eval",
            rate[precision] / rate["harness"], 1.4, "at least",
            f"{rate[precision]:.2f} against {rate['harness']:.2f} items/s; {shares}",
        )
        for precision in precisions
    ]  # fmt: skip
    one_by_one = [
        Result(
            f"the same, {precision}, against one call after another",
            rate[precision] / rate[alone_in(precision)], 6, "at least",
            f"{rate[precision]:.2f} against {rate[alone_in(precision)]:.2f} items/s",
        )
        for precision in precisions
    ]  # fmt: skip
    return against + one_by_one


def alone_in(precision: Precision) -> str:
    return f"{precision}, one call after another"


def scripted(count: int) -> dict[str, float]:
    """Seconds, and peak of memory in bytes, of so many cells in a process of their own."""
    command = [sys.executable, "-m", "benchmarks.scripted_cells", str(count)]
    found: dict[str, float] = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout)
    return found


def own_time_and_memory(bench: Bench, count: int) -> list[Result]:
    many = [scripted(count) for _ in range(bench.repeats)]
    few = [scripted(count // 10) for _ in range(bench.repeats)]
    seconds = statistics.median(run["seconds"] for run in many)
    peak, before = (statistics.median(run["peak"] for run in runs) for runs in (many, few))
    return [
        Result(
            f"own time per cell, {count:,} scripted cells, ms",
            1e3 * seconds / count, 1, "at most", f"{seconds:.1f} s, stored and scored",
        ),
        Result(
            f"peak of memory, {count:,} cells against {count // 10:,}",
            peak / before, 1.1, "at most", f"{peak / 1e6:.0f} against {before / 1e6:.0f} MB, as in the page's process",
        ),
    ]  # fmt: skip


def ladder(bench: Bench, items: int) -> Result:
    """As it comes with the playground, or a smaller one to see whether it works."""
    experiment = experiments.shipped_experiments()["ladder"]
    data = replace(experiment.data, size=min(experiment.data.size, items))
    experiment = replace(experiment, data=data)
    seconds, table = whole(experiment, catalog_of(bench.backend("auto")))
    shares = ", ".join(f"{one.mean:.0%}" for one in summary.summaries(table) if one.mean is not None)
    what = f"the ladder, {len(table.items)} problems, {len(table.columns)} columns, s"
    return Result(what, seconds, 120, "at most", f"right {shares}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=1, help="rounds, each on items of its own")
    parser.add_argument("--items", type=int, default=200, help="word problems in each round")
    parser.add_argument("--cells", type=int, default=10_000, help="scripted cells, and results on the page")
    given = parser.parse_args()
    bench = Bench(given.repeats)
    steps: list[Callable[[], list[Result]]] = [
        lambda: own_time_and_memory(bench, given.cells),
        lambda: [experiments_page.slowest(bench, given.cells)],
        lambda: [ladder(bench, given.items)],
        lambda: against_others(bench, given.items),
    ]
    found: list[Result] = []
    for step in steps:
        for result in step():
            found.append(result)
            mark = "" if result.met else "  MISSED"
            print(
                f"{result.what:64} {result.ratio:7.2f} {result.good:>9} {result.goal:4g}   {result.detail}{mark}",
                flush=True,
            )
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"results": [asdict(r) | {"met": r.met} for r in found]}, indent=2) + "\n")
    for backend in bench.backends.values():
        backend.close()


if __name__ == "__main__":
    main()
