"""A training in its place in the queue, followed to its end; one that was done before is taken up."""

import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from threading import Lock

from playground.errors import TrainingFailed
from playground.finetuning.jobs.job import Job
from playground.finetuning.jobs.standing import Standing
from playground.finetuning.jobs.training_jobs import TrainingJobs
from playground.finetuning.preparation.rows import Row

INTERVAL = 0.2  # seconds between two looks at a training


def follow_training(
    jobs: TrainingJobs, job: Job, rows: Sequence[Row], allow: Callable[[], float | None], turns: Lock
) -> Generator[Standing, None, Standing]:
    """Yield how it stands until it is done. Closing stops it, and another time it goes on from there.

    `allow` says for how many seconds it may train, None for any number, or raises; `turns` is held from there until it
    has begun, so that two at once do not both have what is left. Raises TrainingFailed when it does not end well.
    """
    before = _same(jobs, job, rows)
    if before and before.phase == "done":
        return before
    with turns:
        most = allow()
        if before:
            key = before.job.id
            jobs.resume(key, job.owner, None if most is None else most + _used(before))
        else:
            key = jobs.start(replace(job, most_seconds=most), rows, ())
    try:
        while (standing := jobs.standing(key, job.owner)).going:
            yield standing
            time.sleep(INTERVAL)
    except GeneratorExit:
        jobs.stop(key, job.owner)
        raise
    if standing.phase != "done":
        words = standing.end.words if standing.end else ""
        raise TrainingFailed(f"\u201c{job.title}\u201d was not trained to its end. {words}".strip())
    return standing


def _same(jobs: TrainingJobs, job: Job, rows: Sequence[Row]) -> Standing | None:
    """The newest training of the same recipe on the same rows and model that is done or can go on."""
    for standing in jobs.standings(job.owner):
        same = standing.job.learns_as(job) and standing.job.title == job.title
        usable = standing.phase == "done" or standing.resumable
        if same and usable and jobs.rows(standing.job.id, job.owner)[0] == tuple(rows):
            return standing
    return None


def _used(standing: Standing) -> float:
    return standing.history.steps[-1].seconds if standing.history.steps else 0.0
