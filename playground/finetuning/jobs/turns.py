"""One training at a time in a process of its own: the others wait for their turn."""

import logging
import subprocess
import sys
import threading
import time
from pathlib import Path

from playground.backends.local.files.child_process import run_module
from playground.errors import LimitReached, TrainingFailed
from playground.finetuning.jobs.deaths import ask_to_stop, describe_death, way_on
from playground.finetuning.jobs.job import End, JobFolder
from playground.finetuning.jobs.priority import environment

MOST_WAITING = 8  # trainings in the queue
PROGRAM = "playground.finetuning.jobs.worker"
log = logging.getLogger(__name__)


class Turns:
    """Who runs and who waits, by their ids; each has a folder below one. `cache` is where models lie that were fetched.

    Safe from many threads. `lock` may be held around several questions, so that their answers fit each other.
    """

    def __init__(self, folder: Path, cache: Path) -> None:
        self._folder, self._cache = folder, cache
        self.lock = threading.RLock()
        self._queue: list[str] = []
        self._running: tuple[str, subprocess.Popen[bytes]] | None = None
        self._stopping = ""  # the one that runs, once it was asked to end
        self._unwritten: dict[str, End] = {}  # how trainings ended, where the disk was full
        self._closed = False

    def check_room(self) -> None:
        """Raises LimitReached when too many wait, TrainingFailed when nothing is started any more."""
        if self._closed:
            raise TrainingFailed("The playground is being ended; start it again first.")
        if len(self._queue) >= MOST_WAITING:
            raise LimitReached(f"{MOST_WAITING} trainings wait for their turn, the most; wait, or stop one.")

    def enqueue(self, key: str) -> None:
        """Run a training when its turn comes."""
        with self.lock:
            self._unwritten.pop(key, None)
            self._queue.append(key)
            self._run_next()

    def going(self) -> list[str]:
        """All that run or wait."""
        with self.lock:
            return [*([self._running[0]] if self._running else []), *self._queue]

    def place(self, key: str) -> int | None:
        """0 for the one that is next; None for one that does not wait."""
        with self.lock:
            return self._queue.index(key) if key in self._queue else None

    def runs(self, key: str) -> bool:
        with self.lock:
            return self._running is not None and self._running[0] == key

    def stopping(self, key: str) -> bool:
        """Whether it was asked to end, and has not yet: it keeps where it stands first."""
        with self.lock:
            return key == self._stopping

    def end(self, key: str) -> End | None:
        """How a training ended; None for one that has not, or that was interrupted."""
        return JobFolder(self._folder / key).read_end() or self._unwritten.get(key)

    def stop(self, key: str) -> None:
        """Take a training out of the queue, or let it keep where it stands and end."""
        with self.lock:
            if key in self._queue:
                self._queue.remove(key)
                end = End(ending="stopped", words="Stopped while it waited for its turn.")
                self._end(JobFolder(self._folder / key), end)
            elif self._running is not None and self._running[0] == key:
                ask_to_stop(self._running[1])
                self._stopping = key

    def close(self) -> None:
        """End what goes on, and start nothing more. What waited or was not through can go on another time."""
        with self.lock:
            self._closed = True
            self._queue.clear()
            running = self._running
        if running:
            running[1].kill()
            running[1].wait()

    def _run_next(self) -> None:
        with self.lock:
            while self._queue and self._running is None and not self._closed:
                self._try(self._queue.pop(0))

    def _try(self, key: str) -> None:
        """Run a training, or write down why that cannot be: those that wait have their turn all the same."""
        folder = JobFolder(self._folder / key)
        try:
            child = self._begin(folder)
        except Exception as error:  # the disk is full, too much is open, or the folder is gone
            log.exception("The training in %s could not begin.", folder.path)
            why = getattr(error, "strerror", None) or type(error).__name__  # without the path that an OSError names
            self._end(folder, End(ending="failed", words=f"Its process could not be started: {why}. {way_on(folder)}"))
            return
        self._running, began = (key, child), time.monotonic()
        threading.Thread(target=self._wait, args=(key, child, began), name=f"training {key}", daemon=True).start()

    def _begin(self, folder: JobFolder) -> "subprocess.Popen[bytes]":
        with folder.log.open("wb") as output:
            # A byte that comes too late for its input is not held back: it would be in the way when that is closed. In
            # a group of its own no Ctrl-C of a terminal reaches it, which would end it without a word.
            return subprocess.Popen(
                [sys.executable, *run_module(PROGRAM, str(folder.path), str(self._cache))], stdin=subprocess.PIPE,
                bufsize=0, stdout=output, stderr=subprocess.STDOUT, env=environment(), process_group=0,
            )  # fmt: skip

    def _wait(self, key: str, child: "subprocess.Popen[bytes]", began: float) -> None:
        """Wait for the end of a training; write down how long it took, and why it ended if it could not itself."""
        status = child.wait()
        with self.lock:
            self._running, self._stopping = None, ""
            folder = JobFolder(self._folder / key)
            try:
                assert child.stdin is not None
                child.stdin.close()  # under the lock: nobody asks it to stop meanwhile
                if not self._closed:
                    job = folder.read_job()
                    if folder.read_end() is None:
                        words = describe_death(status, folder, told=not job.owner)
                        self._end(folder, End(ending="failed", words=words))
                    folder.write_job(job.after_sitting(time.time(), time.monotonic() - began))
            except Exception:  # a full disk for example; those that wait have their turn all the same
                log.exception("The end of the training in %s could not be written down.", folder.path)
            self._run_next()

    def _end(self, folder: JobFolder, end: End) -> None:
        """Write down an end, or at least remember it where the disk takes no more."""
        try:
            folder.write_end(end)
        except OSError:
            log.exception("The end of the training in %s could not be written down.", folder.path)
            self._unwritten[folder.path.name] = end
