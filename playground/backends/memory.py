"""Free and total memory, as a container limits it, and the memory budget of all models."""

import ctypes
import gc
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from playground.errors import LimitReached
from playground.settings import Precision

MAX_TILED = 1 << 30  # bytes; the weights of larger models are not also kept tiled
BUDGET_SHARE = 0.8  # of all memory, for models, where the operator set no limit
CGROUP = Path("/sys/fs/cgroup")  # version 2, as seen from inside a container


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryUse:
    """Memory in use by a model. An `idle` one could be unloaded."""

    name: str
    size: int
    idle: bool


class MemoryBudget:
    """What all models together may use: `limit` bytes, 0 for most of what this machine has."""

    def __init__(self, limit: int = 0) -> None:
        self.limit = limit or int(BUDGET_SHARE * total_memory())

    def check(self, what: str, size: int, free: int | None, uses: Sequence[MemoryUse]) -> None:
        """Raises LimitReached unless `size` bytes are left of the budget and of the memory there is.

        `held` is what is loaded, least recently used first; `free` are bytes of a device other than main memory.
        """
        left = self.limit - sum(holding.size for holding in uses)
        there = available_memory() if free is None else free
        if size <= min(left, there):
            return
        room = (
            f"{format_bytes(max(left, 0))} of the {format_bytes(self.limit)} for models is left" if left < there else ""
        )
        message = f"{what} needs {format_bytes(size)} of memory; {room or f'{format_bytes(there)} is free'}. "
        if idle := [holding for holding in uses if holding.idle and holding.size]:
            raise LimitReached(
                f"{message}Unload {idle[0].name!a} ({format_bytes(idle[0].size)}), the least recently used."
            )
        busy = any(holding.size for holding in uses)
        raise LimitReached(message + ("All loaded models are in use." if busy else "Choose a smaller model."))


def total_memory() -> int:
    """Bytes that this process and its neighbours may use in all."""
    machine = int(psutil.virtual_memory().total)
    return min(machine, _read_cgroup("memory.max") or machine)


def available_memory() -> int:
    """Bytes that can be had without anything being swapped out."""
    free = int(psutil.virtual_memory().available)
    limit, used = _read_cgroup("memory.max"), _read_cgroup("memory.current")
    if limit is None or used is None:
        return free
    return max(0, min(free, limit - used + _inactive_file_bytes()))


def _read_cgroup(name: str) -> int | None:
    try:
        text = (CGROUP / name).read_text().strip()
    except OSError:
        return None
    return int(text) if text.isdigit() else None


def _inactive_file_bytes() -> int:
    """Bytes of files that are only cached and leave when others need the room."""
    try:
        lines = (CGROUP / "memory.stat").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("inactive_file ")), 0)


def weights_bytes(parameters: int, precision: Precision, quick: bool) -> int:
    """What a model on the CPU takes with the copies that make it fast; `quick` if bfloat16 is multiplied there."""
    wide = 2 if precision == "bfloat16" or (quick and precision != "float32") else 4
    tiled = wide if quick and wide == 2 and parameters * wide <= MAX_TILED else 0
    packed = 1 if precision in ("auto", "int8") else 0
    return parameters * (wide + tiled + packed)


def format_bytes(size: float) -> str:
    """A number of bytes for people, in units of a thousand."""
    for unit in ("bytes", "KB", "MB"):
        if size < 999.5:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def free_memory() -> None:
    """Free what nobody holds on to any more: models refer to themselves in circles.

    What is left is likely to stay. The collector need not look through it until the next time: with torch and a
    page in memory that takes 0.3 s, in which everybody waits.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    return_freed_memory()


def return_freed_memory() -> None:
    """Return what was freed; glibc keeps it for later otherwise."""
    if sys.platform == "linux" and hasattr(ctypes.CDLL(None), "malloc_trim"):
        ctypes.CDLL(None).malloc_trim(0)
