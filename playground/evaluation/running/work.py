"""Work on one experiment: looks its cells up, asks, judges, and adds results to the table."""

import threading
import time
from array import array
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing

from playground.backends.account import why_refused
from playground.backends.catalog import Catalog
from playground.errors import PlaygroundError
from playground.evaluation import datasets, scorers
from playground.evaluation.grid import Grid, samples_at_once
from playground.evaluation.plan import Experiment
from playground.evaluation.results import Result, Table
from playground.evaluation.running import cell_results
from playground.evaluation.running.job_queue import FinishedJob, Job, JobQueue
from playground.evaluation.running.judge_queue import JudgeQueue
from playground.evaluation.running.table_builder import TableBuilder
from playground.evaluation.scorers import Judge
from playground.evaluation.shipped_words import is_shipped
from playground.evaluation.store import Store, StoreKey, records
from playground.evaluation.store.identity import ColumnKeys, RunKeys
from playground.evaluation.store.records import StoredRun
from playground.types import Setup

LOOKUP_SIZE = 200  # cells that are looked up in the store at once
TIMEOUT = "It has taken {:,g} seconds, the most for one experiment here."
UNFINISHED = "{why} What was done is kept; run again to ask the rest."
Growing = Generator[Table, None, None]
ModelKey = tuple[str, str]  # and its adapter


class ExperimentWork:
    """`builder` is where the results go. `halted` is set when the cells on their way are to stop.

    A job's tag is (cell,), or what `JudgeQueue` gave it. Raises PlaygroundError for an experiment that cannot begin.
    """

    def __init__(
        self, experiment: Experiment, catalog: Catalog, store: Store, halt: threading.Event, visitor: str, most: float
    ) -> None:
        self._experiment, self._catalog, self._store, self._halt = experiment, catalog, store, halt
        self._max_seconds, self._end = most, time.monotonic() + most
        self._why_ended = ""  # where nobody stopped it
        self._dataset = datasets.load(experiment.data)
        self._scorer = scorers.build(experiment.scorer, self._dataset)
        self._scorer.prepare(self._dataset)
        self._grid = Grid(experiment, self._dataset)
        self._visitor = visitor
        self._items = {item.id: item for item in self._dataset.items}
        self._bases = (*self._grid.bases, *self._judges())  # of every column, and of a judge
        self._models = [(setup.model, setup.adapter) for setup in self._bases]
        self._columns = self._keys()
        self._judge_queue = self._new_judge_queue()
        self._unjudged: list[Job] = []
        self._failed_models: dict[ModelKey, str] = {}  # what could not be opened, and why
        self.halted = threading.Event()
        labels = tuple(column.label for column in self._grid.columns)
        self.builder = TableBuilder(experiment, self._dataset.items, labels, len(self._grid))

    def stopping(self) -> bool:
        """Whether to stop: what is on its way is told."""
        if time.monotonic() > self._end and not self.halted.is_set():
            self._why_ended = TIMEOUT.format(self._max_seconds)
        if self._halt.is_set() or self._why_ended:
            self.halted.set()
        return self.halted.is_set()

    # --------------------------------------------------------------------------------------- what is known
    def look_up(self, leaving: ExitStack, *, here: bool) -> Generator[Table, None, Sequence[int]]:
        """Look up all cells, open the models of those that are missing, and give these."""
        while True:
            models = [m for m, c in zip(self._models, self._columns, strict=True) if not c.has_weights]
            yield from self._open(models, leaving)
            self._columns = self._keys()
            self._judge_queue, self._unjudged = self._new_judge_queue(), []
            missing = yield from self.add_stored()
            if here:
                models = [self._models[self._grid.column_of(i)] for i in missing]
                judge = self._models[len(self._grid.bases) :] if missing or self._unjudged else []
                yield from self._open([*models, *judge], leaving)
            if self._keys() == self._columns:
                return missing
            self.builder.clear()  # a hub had newer weights than those that were fetched before

    def add_stored(self) -> Generator[Table, None, Sequence[int]]:
        """Add what is stored, and give the cells that are missing."""
        missing = array("L")
        for first in range(0, len(self._grid), LOOKUP_SIZE):
            places = range(first, min(first + LOOKUP_SIZE, len(self._grid)))
            keys = [self._key(i) for i in places]
            values = self._store.get_many(keys)
            for i, key in zip(places, keys, strict=True):
                if key in values and (record := records.load_record(values[key])):
                    self._unjudged += self._add_result(self._result(i, key, record), is_stored=True)
                else:
                    missing.append(i)
            if self.builder.is_due():
                yield self.builder.table()
            if self.stopping():
                break
        return missing

    def _open(self, models: Iterable[ModelKey], leaving: ExitStack) -> Growing:
        """Load these models, and hold them to the end."""
        for model, adapter in dict.fromkeys(models):
            if self.stopping():
                return
            leaving.enter_context(self._catalog.keep_loaded(model, adapter))
            try:
                with closing(self._catalog.open(model, adapter)) as loading:
                    for progress in loading:
                        if self.stopping():
                            return
                        if self.builder.is_due():
                            yield self.builder.table(message=f"{progress.what}.")
            except PlaygroundError as error:
                self._failed_models[model, adapter] = str(error)

    # ------------------------------------------------------------------------------------- what is missing
    def ask_missing(self, missing: Sequence[int], queue: JobQueue) -> Growing:
        """Have the missing cells asked, and take what comes of them."""
        self.builder.start_rate()
        for model in dict.fromkeys(model for model, _ in self._models):
            queue.add_queue(model, self._jobs(model, missing, queue))
        self._add(self._unjudged, queue)
        with closing(queue.work()) as news:
            for finished in news:
                if finished is None:
                    self._store.flush()  # nobody puts anything that would do it
                else:
                    self._add_finished(finished, queue)
                if self.builder.is_due():
                    yield self.builder.table(on_way=queue.on_way)
        self._store.flush()
        yield self._end_table(queue.abandoned)

    def store_finished(self, queue: JobQueue) -> None:
        """Store what has ended meanwhile: for whoever closes a run while it waits to tell of something else."""
        for key, record in queue.unreported():
            self._store.put(key, records.dump_record(record))

    def _end_table(self, abandoned: dict[str, str]) -> Table:
        if self.stopping():
            return self.builder.table("stopped", self._why_ended and UNFINISHED.format(why=self._why_ended))
        lost = self._failed_models | {(model, ""): words for model, words in abandoned.items()}
        if self.builder.missing_count and lost:
            why = " ".join(_given_up(*key, words) for key, words in lost.items())
            return self.builder.table("failed", UNFINISHED.format(why=why))
        return self.builder.table("done")

    def _jobs(self, model: str, missing: Sequence[int], queue: JobQueue) -> Iterator[Job]:
        """The missing cells of a model, but those that somebody else has stored by now."""
        counts = [samples_at_once(setup) for setup in self._grid.bases]
        for i in missing:
            column = self._grid.column_of(i)
            if self._bases[column].model == model and self._models[column] not in self._failed_models:
                key = self._key(i)
                value = self._store.get(key)
                if value and (record := records.load_record(value)):
                    self._add(self._add_result(self._result(i, key, record), is_stored=True), queue)
                else:
                    yield Job(tag=(i,), setup=self._grid[i].setup, key=key, rows=counts[column])

    def _add_finished(self, finished: FinishedJob, queue: JobQueue) -> None:
        record, job = finished.result.record, finished.job
        if finished.result.error and finished.result.error == why_refused(self._catalog.account):
            self._why_ended = finished.result.error  # which says nothing of the model
            return
        if record:
            self._store.put(job.key, records.dump_record(record))
        if len(job.tag) > 1 and self._judge_queue:
            for result in self._judge_queue.add_run(job.tag, record.run if record else None, finished.result.error):
                self.builder.add(result)
            return
        result = self._result(job.tag[0], job.key, record) if record else self._failed(job, finished.result.error)
        self._add(self._add_result(result), queue)

    def _add(self, jobs: Iterable[Job], queue: JobQueue) -> None:
        for job in jobs:
            if (job.setup.model, job.setup.adapter) not in self._failed_models:
                queue.add(job)

    def _add_result(self, result: Result, *, is_stored: bool = False) -> list[Job]:
        """A cell has its answer: it goes to the board, or to the judge, who may have to be asked."""
        if self._judge_queue is None:
            self.builder.add(result, is_stored=is_stored)
            return []
        jobs = []
        for entry in self._judge_queue.add_answer(result, self._items[result.item]):
            if isinstance(entry, Result):
                self.builder.add(entry, is_stored=is_stored)
            elif (value := self._store.get(entry.key)) and (record := records.load_record(value)):
                for ready in self._judge_queue.add_run(entry.tag, record.run):
                    self.builder.add(ready, is_stored=is_stored)
            else:
                jobs.append(entry)
        return jobs

    # --------------------------------------------------------------------------------------------- results
    def _keys(self) -> list[ColumnKeys]:
        """Where every column's keys come from, by what is known of its weights now."""
        keys = RunKeys(self._catalog, self._visitor, own=not is_shipped(self._experiment))
        return [keys.column(setup) for setup in self._bases]

    def _key(self, i: int) -> StoreKey:
        return self._columns[self._grid.column_of(i)].key(self._grid[i].setup)

    def _result(self, i: int, key: StoreKey, record: StoredRun) -> Result:
        cell = self._grid[i]
        verdict = None if self._judge_queue else self._scorer.score(record.answer, cell.item, self._dataset)
        return cell_results.answered(cell, key, record, verdict)

    def _failed(self, job: Job, why: str) -> Result:
        return cell_results.failed(self._grid[job.tag[0]], job.key, why)

    def _new_judge_queue(self) -> JudgeQueue | None:
        """What is to be asked of a judge, where one decides."""
        return JudgeQueue(self._scorer, self._columns[-1]) if isinstance(self._scorer, Judge) else None

    def _judges(self) -> tuple[Setup, ...]:
        """What a judge is asked, but for the words of it."""
        return self._scorer.setups("?", "?")[:1] if isinstance(self._scorer, Judge) else ()


def _given_up(model: str, adapter: str, why: str) -> str:
    if adapter:
        return f"The model {model!a} with the adapter {adapter!a} was given up. {why}"
    return f"The model {model!a} was given up. {why}"
