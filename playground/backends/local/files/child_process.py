"""Runs work in a child process that is watched, and killed when nobody waits for it any more."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from pathlib import Path

import playground
from playground.returning import Returning
from playground.types import Progress

POLL = 0.1  # seconds between looks
ROOT = str(Path(playground.__file__).parents[1])


def run_watched(
    command: Sequence[str], log: Path, look: Callable[[], Progress], report: Callable[[Progress], None],
    environment: Mapping[str, str] = os.environ,
) -> int:  # fmt: skip
    """Run Python with these arguments, report what `look` sees until it ends, and give its exit status.

    What it prints goes to `log`. When `report` raises, the process is killed.
    """
    with Returning(watch(command, log, environment)) as work:
        for _ in work:
            report(look())
    return work.value


def watch(command: Sequence[str], log: Path, environment: Mapping[str, str] = os.environ) -> Generator[None, None, int]:
    """Run Python with these arguments, with time for a look again and again; its exit status is the value.

    What it prints goes to `log`. Closing kills it.
    """
    # The pipe is the child's sign of life: it closes when this process ends, however that comes about.
    with log.open("wb") as output:
        child = subprocess.Popen(
            [sys.executable, *command], stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT, env=environment
        )
        try:
            while child.poll() is None:
                yield
                time.sleep(POLL)
        finally:
            child.kill()
            child.wait()
            assert child.stdin is not None
            child.stdin.close()
    return child.returncode


def run_module(module: str, *arguments: str) -> list[str]:
    """The arguments that make Python run a module of this package, wherever it was started."""
    code = f"import sys; sys.path.insert(0, {ROOT!r}); import runpy; runpy.run_module({module!r}, run_name='__main__')"
    return ["-c", code, *arguments]


def listen_to_parent(called: Callable[[], None] = lambda: None) -> None:
    """In the child: end as soon as whoever started it has ended, so that two never write the same file.

    `called` is what is done at each byte that they write before.
    """

    def wait() -> None:
        while os.read(0, 1):  # not through `sys.stdin`, whose lock would be held while the interpreter ends
            called()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def last_line(log: Path) -> str:
    """What a process said last, for a message."""
    lines = [line.strip() for line in log.read_text("utf-8", errors="replace").splitlines() if line.strip()]
    return lines[-1][:300] if lines else "it did not say why"
