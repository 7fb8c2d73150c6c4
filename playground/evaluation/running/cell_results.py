"""What came of a cell, as a result of the table: an answer, or why there is none."""

from playground.evaluation.grid import GridCell
from playground.evaluation.results import Result
from playground.evaluation.running.judge_queue import with_verdict
from playground.evaluation.scorers import Verdict
from playground.evaluation.store import StoreKey
from playground.evaluation.store.records import StoredRun


def answered(cell: GridCell, key: StoreKey, record: StoredRun, verdict: Verdict | None) -> Result:
    """A cell that has an answer; without a verdict it is not judged yet."""
    run = record.run
    unscored = Result(
        key=key,
        column=cell.column.label,
        item=cell.item.id,
        repetition=cell.repetition,
        answer=record.answer,
        confidence=record.confidence,
        paths=record.paths,
        calls=run.calls,
        prompt_tokens=run.prompt_tokens,
        completion_tokens=run.completion_tokens,
        seconds=run.seconds,
        cost=run.cost,
    )
    return with_verdict(unscored, verdict) if verdict else unscored


def failed(cell: GridCell, key: StoreKey, why: str) -> Result:
    """A cell that could not be asked to its end."""
    column, item = cell.column.label, cell.item.id
    return Result(key=key, column=column, item=item, repetition=cell.repetition, outcome="failed", note=why)
