"""All trainings of this server: kept in folders, run one at a time, stopped, gone on with, deleted."""

import logging
import math
import shutil
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from filelock import Timeout

from playground.errors import InvalidSetup, LimitReached, TrainingFailed
from playground.finetuning.jobs.job import End, Job, JobFolder, Rows
from playground.finetuning.jobs.standing import Standing, read_history
from playground.finetuning.jobs.turns import Turns

MOST_KEPT = 200  # folders; more are refused until some are deleted
DAY = 24 * 3600.0  # seconds: so long a stranger's training is kept in any case
log = logging.getLogger(__name__)


class TrainingJobs:
    """Trainings in folders below one. Safe from many threads. `cache` is where models lie that were fetched.

    A training goes on whoever looks at it, and ends with this process, which can go on with it when it is started
    again. An owner sees and touches their own trainings only.
    """

    def __init__(self, folder: Path, cache: Path, most_bytes: float = math.inf) -> None:
        """`most_bytes` is what strangers' trainings may take together on the disk."""
        self._folder, self._turns, self._most_bytes = folder, Turns(folder, cache), most_bytes

    def start(self, job: Job, rows: Sequence[Any], validation: Sequence[Any], held_out: Sequence[Any] = ()) -> str:
        """Keep a training under a new id, which is returned, and run it when its turn comes. A head's rows are those of
        heads.

        Raises LimitReached when too many wait or are kept, TrainingFailed when it cannot be kept, and InvalidSetup
        while one of the same owner learns the same in the same way.
        """
        with self._turns.lock:
            self._turns.check_room()
            self._refuse_twin(job, (tuple(rows), tuple(validation), tuple(held_out)))
            if job.owner:
                self._make_room_for_strangers()
            if len(self._ids()) >= MOST_KEPT:
                raise LimitReached(f"{MOST_KEPT} trainings are kept, the most; delete some in the history first.")
            made = time.time()
            job = replace(
                job, id=f"{time.strftime('%Y%m%d-%H%M%S', time.localtime(made))}-{uuid.uuid4().hex[:6]}", made=made
            )
            JobFolder(self._folder / job.id).create(job, rows, validation, held_out)
            self._turns.enqueue(job.id)
            return job.id

    def resume(self, key: str, owner: str = "", most_seconds: float | None = None) -> None:
        """Go on with a training from its last checkpoint, for at most so many seconds in all.

        Raises LimitReached, or TrainingFailed for one that is not there, goes on, or is through.
        """
        with self._turns.lock:
            standing = self.standing(key, owner)
            if not standing.resumable:
                raise TrainingFailed(
                    f"\u201c{standing.job.title}\u201d is {standing.phase}; there is nothing to go on with."
                )
            self._turns.check_room()
            folder = self._open(key)
            folder.write_job(replace(standing.job, most_seconds=most_seconds))
            folder.put_end_aside()
            self._turns.enqueue(key)

    def stop(self, key: str, owner: str = "") -> None:
        """Take a training out of the queue, or let it keep where it stands and end. One that has ended stays as it is.

        Raises TrainingFailed for one that is not there.
        """
        with self._turns.lock:
            self._open(key, owner)
            self._turns.stop(key)

    def delete(self, key: str, owner: str = "", first: Callable[[], None] | None = None) -> None:
        """Forget a training with all that it kept; `first` is done once it is sure that it may be deleted.

        Raises TrainingFailed for one that goes on, is being merged, or is not there.
        """
        with self._turns.lock:
            folder = self._open(key, owner)  # of which nothing else needs to be readable
            if self._turns.place(key) is not None or self._turns.runs(key):
                asked = self._turns.stopping(key)
                how = "is being stopped; delete it in a moment" if asked else "goes on; stop it before it is deleted"
                raise TrainingFailed(f"This training {how}.")
            try:
                with folder.merging:
                    if first:
                        first()
                    shutil.rmtree(folder.path)
            except Timeout:
                raise TrainingFailed("This training is being merged; stop that before it is deleted.") from None

    def standing(self, key: str, owner: str = "") -> Standing:
        """How a training stands. Raises TrainingFailed for one that is not there."""
        with self._turns.lock:
            folder = self._open(key, owner)
            job, end = folder.read_job(), self._turns.end(key)
            place, running, stopping = self._turns.place(key), self._turns.runs(key), self._turns.stopping(key)
        if place is not None:
            return Standing(job=job, phase="queued", history=read_history(folder), place=place)
        if running:
            return Standing(job=job, phase="running", history=read_history(folder), stopping=stopping)
        if end is None:  # the program that ran it has ended since
            end = End(ending="stopped", words="The playground was ended while this went on; it can go on from there.")
        return Standing(job=job, phase=end.ending, history=read_history(folder), end=end)

    def standings(self, owner: str = "") -> tuple[Standing, ...]:
        """All trainings of an owner that can be read, the newest first."""
        return tuple(one for one in self.listed(owner) if isinstance(one, Standing))

    def listed(self, owner: str = "") -> tuple[Standing | str, ...]:
        """All trainings of an owner, the newest first. Of one that cannot be read, which is logged, there is its id."""
        found: list[Standing | str] = []
        for key in sorted(self._ids(), reverse=True):
            folder = JobFolder(self._folder / key)
            if folder.read_owner() != owner:
                continue
            try:
                found.append(self.standing(key, owner))
            except Exception:
                if key in self._ids():  # and has not been deleted meanwhile
                    log.warning("The training in %s cannot be read.", folder.path, exc_info=True)
                    found.append(key)
        return tuple(found)

    def standings_at(self, address: str) -> tuple[Standing, ...]:
        """All trainings of visitors of an address that can be read, whoever they are."""
        found = []
        for key in self._ids():
            try:
                job = self._open(key).read_job()
                if job.owner and job.address == address:
                    found.append(self.standing(key, job.owner))
            except Exception:
                log.warning("The training in %s cannot be read.", self._folder / key, exc_info=True)
        return tuple(found)

    def result(self, key: str, owner: str = "") -> Path:
        """The folder of what was learned. Raises TrainingFailed for a training that has not ended well."""
        standing = self.standing(key, owner)
        if standing.phase != "done":
            raise TrainingFailed(
                f"\u201c{standing.job.title}\u201d has not ended well, so there is nothing to load yet."
            )
        return self._open(key).result

    def place_of_result(self, key: str, owner: str = "") -> Path:
        """The same, where there may be nothing yet. Raises TrainingFailed for a training that is not there."""
        return self._open(key, owner).result

    def rows(self, key: str, owner: str = "") -> tuple[Rows, Rows, Rows]:
        """Rows that were trained on, looked at, and sealed for the end. Raises TrainingFailed for one not there."""
        return self._open(key, owner).read_rows()

    def close(self) -> None:
        """End what goes on, and start nothing more. What waited or was not through can go on another time."""
        self._turns.close()

    def _refuse_twin(self, job: Job, rows: tuple[Rows, Rows, Rows]) -> None:
        """A second click, or a second page. One that is being stopped is none: the new one waits for its end. Raises
        InvalidSetup."""
        for key in self._turns.going():
            if self._turns.stopping(key):
                continue
            folder = JobFolder(self._folder / key)
            other = folder.read_job()
            if other.owner == job.owner and other.learns_as(job) and folder.read_rows() == rows:
                raise InvalidSetup(
                    f"\u201c{other.title}\u201d learns the same rows by the same recipe, and is not through yet: wait "
                    "for its end, stop it, or change something."
                )

    def _make_room_for_strangers(self) -> None:
        """Their oldest trainings go, which nobody may be able to reach any more, until there is room for one more.

        Raises LimitReached where those of the last day, whose seconds count, take all the room.
        """
        old = self._old_of_strangers()
        sizes = {key: JobFolder(self._folder / key).size for key in self._ids()}
        while len(sizes) >= MOST_KEPT or sum(sizes.values()) >= self._most_bytes:
            if not old:
                break
            key = old.pop(0)
            with suppress(Timeout), JobFolder(self._folder / key).merging:
                shutil.rmtree(self._folder / key)
                del sizes[key]
        if sum(sizes.values()) >= self._most_bytes:
            raise LimitReached("Trainings of the last day take all the room that this server has for them; try later.")

    def _old_of_strangers(self) -> list[str]:
        """Those of strangers that nobody went on with for a day, the oldest first."""
        old: list[tuple[float, str]] = []
        for key in self._ids():
            try:
                job = self._open(key).read_job()
            except Exception:  # of another version for example; whoever runs the server looks after it
                log.warning("The training in %s cannot be read.", self._folder / key, exc_info=True)
                continue
            if job.owner and time.time() - job.last_used > DAY and not self.standing(key, job.owner).going:
                old.append((job.last_used, key))
        return [key for _, key in sorted(old)]

    def _ids(self) -> list[str]:
        return [path.parent.name for path in self._folder.glob("*/job.json")]

    def _open(self, key: str, owner: str | None = None) -> JobFolder:
        """The folder of a training that is there: what a client sends names no other place. Raises TrainingFailed."""
        folder = JobFolder(self._folder / key) if key in self._ids() else None
        if folder is None or (owner is not None and folder.read_owner() != owner):
            raise TrainingFailed("This training is not there any more; choose another in the history.")
        return folder
