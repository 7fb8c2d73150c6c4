"""How long an agent's next message takes to begin: what was said before is not read again, by any of them.

python -m benchmarks.agents          prints the time to the first token of each agent's turns 2 and 10, of a moderator's
                                     choices as well, and their ratios

Of a moderator there is one choice for each turn, so that a single slow moment would decide: it chooses in more rounds.
That it reads nothing twice is a test of its own (`tests/chats/test_nothing_read_twice.py`), which no clock decides.
"""

import re
import statistics
from typing import Any

from playground import setups
from playground.backends.catalog import Catalog
from playground.backends.offered_entries import offered_entries
from playground.running import runner
from playground.settings import Settings
from playground.types import Setup

ROUNDS, MODERATED, TURNS, EARLY = 3, 7, 10, 2
NUMBER = re.compile(r"\d+")
NAMES = ("Ann", "Ben")
THIRD = "Eve"  # beside a moderator: of two only one could be next


def setup_of(about: str, names: tuple[str, ...], next_speaker: str) -> Setup:
    """A conversation in which each speaks ten times, or a moderator chooses so often."""
    agents = [{"name": name, "system": f"You are {name}. Say in two sentences what you know."} for name in names]
    chosen = next_speaker == "moderator"
    options: dict[str, Any] = {
        "messages": TURNS if chosen else TURNS * len(names), "next_speaker": next_speaker, "single_prompt": False
    }  # fmt: skip
    task = {"input": f"Tell each other about the river {about}, and how it differs from others.", "agents": agents}
    sampling = {"temperature": 0, "max_tokens": 60}
    return setups.parse({"strategy": "panel", "options": options, "task": task, "sampling": sampling})


def first_tokens(catalog: Catalog, setup: Setup) -> dict[int, list[float]]:
    """Seconds to the first token, by turn: of each agent's messages, or of a moderator's choices."""
    chosen, agents = setup.options["next_speaker"] == "moderator", len(setup.task.agents)
    *_, run = runner.run(setup, catalog)
    found: dict[int, list[float]] = {}
    for step in run.steps:
        if step.label.startswith("Who speaks") == chosen:
            (number,) = map(int, NUMBER.findall(step.label))
            turn = number if chosen else -(-number // agents)
            found.setdefault(turn, []).append(step.completions[0].time_to_first_token or 0.0)
    return found


def main() -> dict[str, float]:
    catalog = Catalog(offered_entries(Settings.from_environment()))
    figures = {}
    for next_speaker, names, count in (("round_robin", NAMES, ROUNDS), ("moderator", (*NAMES, THIRD), MODERATED)):
        # Of another river each time, so that no conversation begins like one before it; the first warms up.
        rounds = [
            first_tokens(catalog, setup_of(f"number {number}", names, next_speaker)) for number in range(1 + count)
        ][1:]
        early, late = (
            statistics.median(seconds for times in rounds for seconds in times[turn]) for turn in (EARLY, TURNS)
        )
        what = next_speaker.replace("_", " ")
        figures |= {f"{what}: turn {EARLY}, s": early, f"{what}: turn {TURNS}, s": late}
        figures[f"{what}: ratio, at most 1.5"] = late / early
    return figures


if __name__ == "__main__":
    for name, value in main().items():
        print(f"{name:>40}  {value:.3f}")
