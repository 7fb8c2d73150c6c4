"""Twelve panes of the Compare tab at once against the slowest of them alone, on the default model.

python -m benchmarks.compare    prints seconds and their ratio, and how soon a keystroke shows meanwhile in a browser
"""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks import compare_page
from playground import comparison, setups
from playground.backends.catalog import Catalog
from playground.backends.memory import MemoryBudget
from playground.backends.offered_entries import offered_entries
from playground.settings import Settings
from playground.types import Setup

QUESTION = "A farm has 3 rows of 14 apple trees, and then twice as many pear trees. How many trees does it have?"
COMMON: Mapping[str, Any] = {
    "task": {
        "input": QUESTION,
        "role": "You are a careful accountant.",
        "examples": [{"input": "2 rows of 3 trees. How many trees?", "output": "6"}],
        "answer": "number",
    },
    "sampling": {"temperature": 0.7, "max_tokens": 64, "seed": 1},
}
TECHNIQUES = ("zero_shot", "few_shot", "chain_of_thought", "role")
PRESETS: Sequence[Mapping[str, Any]] = ({}, {"temperature": 0.2}, {"top_p": 0.9})
LIMIT = 600.0  # seconds


def panes() -> tuple[Setup, ...]:
    """Each of four techniques with three settings."""
    rows = [{"strategy": name, "sampling": preset} for name in TECHNIQUES for preset in PRESETS]
    return comparison.parse_panes(setups.parse(COMMON), rows, len(rows))


def seconds(chosen: Sequence[Setup], catalog: Catalog) -> float:
    """Wall time of these panes side by side."""
    start = time.monotonic()
    *_, runs = comparison.compare(chosen, catalog, max_seconds=LIMIT)
    if bad := [run.error for run in runs if run.status != "done"]:
        raise SystemExit(f"{len(bad)} panes failed: {bad[0]}")
    return time.monotonic() - start


def main() -> dict[str, float]:
    settings = Settings.from_environment()
    catalog = Catalog(offered_entries(settings), budget=MemoryBudget(settings.memory_megabytes * 2**20))
    for _ in catalog.open("default"):
        pass
    chosen = panes()
    seconds(chosen[:1], catalog)  # what is only done once
    alone = max(seconds([pane], catalog) for pane in chosen)
    together = seconds(chosen, catalog)
    return {
        "slowest pane alone (s)": alone,
        f"{len(chosen)} panes at once (s)": together,
        "times the slowest (goal: 2.5)": together / alone,
        **compare_page.figures(catalog),
    }


if __name__ == "__main__":
    for what, value in main().items():
        print(f"{what:>40}  {value:.2f}")
