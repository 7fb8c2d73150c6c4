"""How long a conversation's next answer takes to begin: what was said before is not read again.

python -m benchmarks.conversation          prints the time to the first token of turns 2 and 10, and their ratio
"""

import statistics
from dataclasses import replace

from playground import setups
from playground.backends.catalog import Catalog
from playground.backends.offered_entries import offered_entries
from playground.running import runner
from playground.settings import Settings
from playground.types import Turn

ROUNDS, TURNS, EARLY = 7, 10, 2
SAID = "Tell me more about {number}, and how it differs from what you said before about {before}, in a few sentences."
SETUP = setups.parse(
    {"strategy": "conversation", "task": {"input": "?"}, "sampling": {"temperature": 0, "max_tokens": 60}}
)


def first_tokens(catalog: Catalog, about: str) -> list[float]:
    """Seconds to the first token of each answer of one conversation."""
    turns: tuple[Turn, ...] = ()
    found = []
    for number in range(TURNS):
        text = SAID.format(number=f"{about} {number}", before=f"{about} {number - 1}")
        setup = replace(SETUP, task=replace(SETUP.task, turns=turns, input=text))
        *_, run = runner.run(setup, catalog)
        (reply,) = run.steps[0].completions
        found.append(reply.time_to_first_token or 0.0)
        turns = (*turns, Turn(role="user", text=text), Turn(role="assistant", text=reply.text))
    return found


def main() -> dict[str, float]:
    settings = Settings.from_environment()
    catalog = Catalog(offered_entries(settings))
    # Of another subject each time, so that no conversation begins like one before it; the first warms up.
    rounds = [first_tokens(catalog, f"river {number}") for number in range(1 + ROUNDS)][1:]
    early, late = (statistics.median(times[turn - 1] for times in rounds) for turn in (EARLY, TURNS))
    return {f"first token of turn {EARLY}, s": early, f"of turn {TURNS}, s": late, "ratio, at most 1.5": late / early}


if __name__ == "__main__":
    for name, value in main().items():
        print(f"{name:>40}  {value:.3f}")
