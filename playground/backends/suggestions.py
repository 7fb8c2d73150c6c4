"""Small models at the hub that the page suggests, and which of them fit this machine."""

import functools
from dataclasses import dataclass
from pathlib import Path

import yaml

from playground.backends.memory import MemoryBudget, available_memory, weights_bytes
from playground.settings import Settings

LIST_FILE = Path(__file__).with_suffix(".yaml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A model at the hub. `gated`: the hub asks for a login, and that its terms are accepted."""

    source: str
    parameters: int
    megabytes: int  # to fetch
    licence: str
    instead: int = 0  # megabytes to fetch from the package index, where the hub does not give it; 0: it is not there
    gated: bool = False

    def needs(self, settings: Settings) -> int:
        """Bytes of memory once it is loaded, in the precision of these settings."""
        return weights_bytes(self.parameters, settings.precision, _multiplies_bfloat16())

    def fits(self, settings: Settings) -> bool:
        """Whether it could be loaded now if nothing else was."""
        return self.needs(settings) <= min(MemoryBudget(settings.memory_megabytes * 2**20).limit, available_memory())


def suggestions() -> tuple[Suggestion, ...]:
    """All of them, the smallest first."""
    return tuple(Suggestion(**entry) for entry in yaml.safe_load(LIST_FILE.read_text("utf-8")))


@functools.cache
def _multiplies_bfloat16() -> bool:
    """Whether oneDNN multiplies bfloat16 on this processor, told without torch; elsewhere than on Linux: no."""
    try:
        flags = set(Path("/proc/cpuinfo").read_text().split())
    except OSError:
        return False
    return {"avx512bw", "avx512vl", "avx512dq"} <= flags or "bf16" in flags
