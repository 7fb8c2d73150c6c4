"""Merges in a process of its own, followed as it goes on: python -m playground.finetuning.taking_away.merge_process."""

import shutil
import sys
from collections.abc import Generator
from pathlib import Path

from filelock import Timeout

from playground import deprecations
from playground.backends.local.files.child_process import last_line, listen_to_parent, run_module, watch
from playground.errors import PlaygroundError, TrainingFailed
from playground.finetuning.jobs.job import JobFolder
from playground.finetuning.jobs.priority import environment, step_back
from playground.finetuning.taking_away.merging import merge_into, merged_words
from playground.returning import Returning

PROGRAM = "playground.finetuning.taking_away.merge_process"
FAILED = 2  # the exit status where the last line says why
SAID = "merge: "  # begins the lines that are for the person; libraries print others


def follow_merge(folder: JobFolder, cache: Path) -> Generator[str, None, str]:
    """Merge what was learned into the training's folder, saying what is done; what came of it is the value.

    Closed before its end, or failed, it leaves nothing behind. Raises TrainingFailed saying why.
    """
    if folder.merged.exists():
        return merged_words(folder.merged, "")
    unfinished, log = folder.path / "merged.part", folder.path / "merge.log"
    try:
        with folder.merging:
            shutil.rmtree(unfinished, ignore_errors=True)  # of a server that was ended meanwhile
            command = run_module(PROGRAM, str(folder.path), str(cache), str(unfinished))
            try:
                with Returning(watch(command, log, environment())) as work:
                    for _ in work:
                        yield _said(log)
                if work.value:
                    raise TrainingFailed(_said(log) if work.value == FAILED else _why(work.value, log))
                unfinished.rename(folder.merged)
            finally:
                shutil.rmtree(unfinished, ignore_errors=True)
    except Timeout:
        raise TrainingFailed("This training is being merged already; wait for its end.") from None
    return merged_words(folder.merged, _said(log))


def _said(log: Path) -> str:
    """What it said last."""
    lines = [line for line in log.read_text("utf-8", errors="replace").splitlines() if line.startswith(SAID)]
    return lines[-1].removeprefix(SAID) if lines else "Starting PyTorch"


def _why(status: int, log: Path) -> str:
    if status < 0:
        return f"The merge was ended by signal {-status}, perhaps because memory ran out. Nothing of it is kept."
    return f"The merge broke off: {last_line(log)}. Nothing of it is kept."


def main(folder: JobFolder, cache: Path, into: Path) -> int:
    """In that process; returns the exit status."""
    deprecations.hide()
    step_back()
    listen_to_parent()
    try:
        with Returning(merge_into(folder, cache, into)) as work:
            for words in work:
                print(f"{SAID}{words}", flush=True)
        print(f"{SAID}{work.value}")
        return 0
    except PlaygroundError as error:
        print(f"{SAID}{error}")
        return FAILED


if __name__ == "__main__":
    sys.exit(main(JobFolder(Path(sys.argv[1])), Path(sys.argv[2]), Path(sys.argv[3])))
