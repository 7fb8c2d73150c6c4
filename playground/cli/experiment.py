"""Runs an experiment from the command line, with the store that the page uses.

python -m playground.experiment FILE.yaml                   results on stdout, progress on stderr
python -m playground.experiment FILE.yaml --out FOLDER      the report with its figures as well
python -m playground.experiment FILE.yaml --dask ADDRESS    the cells run on the workers of a Dask cluster
python -m playground.experiment watch FILE.yaml             the same weights looked at again and again: see its --help

Exits 0 when all it expects holds, 3 when something expected does not, 2 for an experiment that cannot begin, 1 when
it could not be carried through or a cell failed. Ctrl-C stops it; all that is done is kept, and it exits 130.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TextIO

from playground import deprecations
from playground.backends.catalog import Catalog
from playground.backends.encoders import library_of
from playground.backends.memory import MemoryBudget
from playground.backends.offered_entries import offered_entries
from playground.background import interruptible
from playground.cli import terminal, watch
from playground.errors import InvalidSetup, PlaygroundError
from playground.evaluation import running
from playground.evaluation.findings import expectations
from playground.evaluation.findings.comparisons import compare
from playground.evaluation.findings.sentences import (
    comparison_sentence,
    disagreement_sentence,
    items_needed_sentence,
    one_line,
)
from playground.evaluation.findings.summary import summaries
from playground.evaluation.plan import Experiment
from playground.evaluation.report import outcome
from playground.evaluation.results import Table
from playground.evaluation.store import Store
from playground.formats import format_count
from playground.settings import Settings
from playground.types import Weights

WATCH = "watch"
DONE, INCOMPLETE, WRONG, NOT_HELD, STOPPED = 0, 1, 2, 3, 130


def main(argv: Sequence[str]) -> int:
    """Run the command line; returns the exit status."""
    if argv and argv[0] == WATCH:
        return watch.main(argv[1:])
    deprecations.hide()
    parser = argparse.ArgumentParser(
        prog="python -m playground.experiment",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path, metavar="FILE.yaml", help="the experiment")
    parser.add_argument("--store", type=Path, help="file that keeps what is found, instead of PLAYGROUND_STORE")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="write the report there")
    parser.add_argument("--quiet", action="store_true", help="no progress")
    parser.add_argument("--dask", metavar="ADDRESS", help="of a scheduler, such as tcp://127.0.0.1:8786")
    arguments = parser.parse_args(argv)
    try:
        settings = Settings.from_environment()
        experiment = watch.read_experiment(arguments.file)
        if arguments.out:
            _make_folder(arguments.out)
        store = Store(arguments.store or settings.store_file, most_bytes=settings.store_megabytes * 2**20)
        with closing(store):
            budget = MemoryBudget(settings.memory_megabytes * 2**20)
            catalog = Catalog(offered_entries(settings), budget=budget, library=library_of(settings))
            _say_what_takes_the_input_alone(experiment, catalog)
            table = _run(experiment, catalog, settings, store, arguments.dask, None if arguments.quiet else sys.stderr)
        return _print_results(table, arguments.out, catalog)
    except PlaygroundError as error:
        print(error, file=sys.stderr)
        return WRONG
    except KeyboardInterrupt:  # the second one
        return STOPPED


def _say_what_takes_the_input_alone(experiment: Experiment, catalog: Catalog) -> None:
    there = {info.name: info for info in catalog.models()}
    for name in dict.fromkeys(model.model for model in experiment.models or (Weights(),)):
        if name in there and there[name].capabilities.task:
            print(f"{name} is made for one task: it takes the input alone, whatever the technique.", file=sys.stderr)


def _run(
    experiment: Experiment,
    catalog: Catalog,
    settings: Settings,
    store: Store,
    dask: str | None,
    progress: TextIO | None,
) -> Table:
    with ExitStack() as leaving:
        halt = leaving.enter_context(interruptible())
        executor, parallel = None, None
        if dask:
            from playground.evaluation.running import cluster, same_code  # for those who have one

            executor = leaving.enter_context(cluster.connect_cluster(dask, same_code.models_of(experiment)))
            parallel = executor.parallel
        tables = running.run(
            experiment,
            catalog,
            store,
            executor=executor,
            parallel=parallel,
            halt=halt,
            max_seconds=settings.max_seconds,
        )
        progress_line = terminal.ProgressLine(progress) if progress else None
        with closing(tables):
            for table in tables:
                if progress_line:
                    progress_line.show(table)
    return table


def _print_results(table: Table, out: Path | None, catalog: Catalog) -> int:
    """Results to stdout, files to the folder; returns the exit status."""
    column_summaries, comparisons = summaries(table), compare(table)
    checks = expectations.check_expectations(table, comparisons)
    if table.results:
        print(terminal.format_table(column_summaries))
        doubts = [disagreement_sentence(summary) for summary in column_summaries if summary.disagree]
        comparison_sentences = [comparison_sentence(comparison) for comparison in comparisons]
        for sentence in filter(
            None,
            [*doubts, *comparison_sentences, items_needed_sentence(comparisons), *(check.sentence for check in checks)],
        ):
            print(sentence)
    if table.message:
        print(table.message, file=sys.stderr)
    if out:
        _write(outcome.experiment_report(table, catalog), out)
    failed = [result.note for result in table.results if result.outcome == "failed"]
    if failed:
        (why, _) = Counter(failed).most_common(1)[0]
        print(
            f"{format_count(len(failed), 'cell')} failed; run again to ask that again. {one_line(why)}", file=sys.stderr
        )
    if table.status != "done":
        return STOPPED if table.status == "stopped" else INCOMPLETE
    if not all(check.is_met for check in checks):
        return NOT_HELD
    return INCOMPLETE if failed else DONE


def _make_folder(folder: Path) -> None:
    """The folder for the report: whether it can be there is known before anything is asked."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise InvalidSetup(f"The report cannot be written to {folder}: {error}.") from None


def _write(files: Mapping[str, bytes], folder: Path) -> None:
    try:
        for name, content in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
    except OSError as error:
        raise InvalidSetup(f"The report cannot be written to {folder}: {error}.") from None
