"""How much of the processor a training takes, so that whoever asks a model meanwhile keeps most of it."""

import os

import psutil  # type: ignore[import-untyped]

NICE = 10  # others that want the processor get nine parts in ten of it
MOST_THREADS = 8  # more wait for each other longer than they compute, with batches of a few hundred tokens


def thread_count() -> int:
    """One for each core that this process may use."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(psutil.cpu_count(logical=False) or allowed, allowed, MOST_THREADS)


def environment() -> dict[str, str]:
    """The variables of a training's process: its threads, which sleep while they wait.

    Awake, they would take turns from whoever is being answered.
    """
    return {**os.environ, "OMP_WAIT_POLICY": "passive", "OMP_NUM_THREADS": str(thread_count())}


def step_back() -> None:
    """In that process: let others come first."""
    if hasattr(os, "nice"):
        os.nice(NICE)
