"""Has answers judged by a model, whose verdicts are asked and stored like any run."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from playground.evaluation.plan import Item
from playground.evaluation.results import Result
from playground.evaluation.running.job_queue import Job
from playground.evaluation.scorers import Judge, Verdict
from playground.evaluation.store.identity import ColumnKeys
from playground.types import Run

BASELINE_VERDICT = Verdict(score=0.5, predicted="equal", note="The other columns are compared with this one.")
Case = tuple[str, int]  # an item and a repetition


@dataclass
class _PendingResult:
    """A result that waits for the judge's runs."""

    result: Result
    runs: list[Run | None]


class JudgeQueue:
    """Takes results that are not judged, and gives Jobs to be asked for them, and Results once they are judged."""

    def __init__(self, judge: Judge, column: ColumnKeys) -> None:
        """`column` gives the keys of the judge's own runs."""
        self._judge, self._column = judge, column
        self._open: dict[int, _PendingResult] = {}
        self._others: dict[Case, Result] = {}  # answers of the column that the others are compared with
        self._waiting: dict[Case, list[tuple[Result, Item]]] = defaultdict(list)
        self._number = 0

    def add_answer(self, result: Result, item: Item) -> Iterator[Job | Result]:
        """A cell has an answer, or has failed."""
        if self._judge.mode == "rubric":
            yield from self._jobs_for(result, item, "")
            return
        case = (result.item, result.repetition)
        if result.column == self._judge.against:
            self._others[case] = result
            yield with_verdict(result, BASELINE_VERDICT) if result.outcome == "done" else result
            for waiting, its in self._waiting.pop(case, ()):
                yield from self._compare(waiting, its, result)
        elif case in self._others:
            yield from self._compare(result, item, self._others[case])
        else:
            self._waiting[case].append((result, item))

    def add_run(self, tag: tuple[int, ...], run: Run | None, error: str = "") -> Iterator[Result]:
        """One of the judge's runs, or why there is none."""
        number, position = tag
        case = self._open.get(number)
        if case is None:  # another of its runs has failed
            return
        if run is None:
            del self._open[number]
            yield replace(case.result, outcome="failed", note=f"The judge failed: {error}")
            return
        case.runs[position] = run
        runs = [run for run in case.runs if run is not None]
        if len(runs) == len(case.runs):
            del self._open[number]
            verdict = self._judge.verdict_of(runs)
            # What the judge fails to say is no fault of the answer: no score, rather than the worst.
            yield (
                with_verdict(case.result, verdict)
                if verdict.extracted
                else replace(case.result, outcome="failed", note=verdict.note)
            )

    def _compare(self, result: Result, item: Item, other: Result) -> Iterator[Job | Result]:
        if other.outcome == "done":
            yield from self._jobs_for(result, item, other.answer)
        elif result.outcome == "failed":
            yield result
        else:
            yield replace(result, outcome="failed", note=f"{other.column} has no answer to compare with: {other.note}")

    def _jobs_for(self, result: Result, item: Item, other: str) -> Iterator[Job | Result]:
        if result.outcome == "failed":
            yield result
            return
        setups = self._judge.setups(item.input, result.answer, item.references, other)
        self._number += 1
        self._open[self._number] = _PendingResult(result, [None] * len(setups))
        for position, setup in enumerate(setups):
            yield Job(tag=(self._number, position), setup=setup, key=self._column.key(setup))


def with_verdict(result: Result, verdict: Verdict) -> Result:
    """The result with its score."""
    return replace(
        result,
        predicted=verdict.predicted,
        score=verdict.score,
        right=verdict.right,
        extracted=verdict.extracted,
        note=verdict.note,
        disagree=verdict.disagree,
    )
