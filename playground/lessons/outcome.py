"""What came of a lesson's trial: for each setup an answer, or how many items it got right."""

from dataclasses import dataclass

from playground.evaluation.findings.summary import summaries
from playground.evaluation.results import Table
from playground.types import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class WayOutcome:
    """What one setup gave. Where several items were asked, `right` of them were, and `low` to `high` is the
    95 % interval of that share; where one setup was run, `answer` is what it said and `agreement` the share of its
    votes that stand behind it."""

    name: str
    answer: str = ""
    agreement: float | None = None
    right: int | None = None
    items: int = 0
    low: float | None = None
    high: float | None = None
    tokens: int = 0  # that the model wrote
    prompt_tokens: int = 0
    calls: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of all ways so far. `done` once nothing more comes; `message` says what went wrong."""

    ways: tuple[WayOutcome, ...]
    done: bool = False
    message: str = ""

    def way(self, name: str) -> WayOutcome:
        """The one of this name, which there must be."""
        return next(way for way in self.ways if way.name == name)


def of_runs(names: tuple[str, ...], runs: tuple[Run, ...]) -> Outcome:
    """Of setups that run side by side."""
    ways = tuple(_of_run(name, run) for name, run in zip(names, runs, strict=True))
    ended = all(run.status in ("done", "stopped", "failed") for run in runs)
    failed = next((f"{way.name}: {way.error}" for way in ways if way.error), "")
    stopped = "It was stopped." if any(run.status == "stopped" for run in runs) else ""
    return Outcome(ways=ways, done=ended and not failed and not stopped, message=failed or stopped)


def of_table(table: Table) -> Outcome:
    """Of an experiment, also of one that still grows."""
    ways = tuple(
        WayOutcome(
            name=column.column,
            right=column.right or 0,
            items=column.n,
            low=column.low,
            high=column.high,
            tokens=column.completion_tokens,
            prompt_tokens=column.prompt_tokens,
            calls=column.calls,
            error=f"{column.failed} failed" if column.failed else "",
        )
        for column in summaries(table)
    )
    failed = next((f"{way.name}: {way.error}" for way in ways if way.error), "")
    message = table.message or ("It was stopped." if table.status == "stopped" else failed)
    return Outcome(ways=ways, done=table.status == "done" and not failed, message=message)


def _of_run(name: str, run: Run) -> WayOutcome:
    voters = sum(vote.count for vote in run.votes)
    return WayOutcome(
        name=name,
        answer=run.answer,
        agreement=max(vote.count for vote in run.votes) / voters if voters else None,
        tokens=run.completion_tokens,
        prompt_tokens=run.prompt_tokens,
        calls=run.calls,
        error=run.error,
    )
