"""Tokens a second and memory of one answer by a model of this app: `larger_model_here.py MODEL PROMPT TOKENS`."""

import json
import resource
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a program of its own, so that its memory is its own

from playground import setups
from playground.backends.catalog import Catalog
from playground.backends.offered_entries import offered_entries
from playground.running import runner
from playground.settings import Settings


def main(name: str, prompt: str, tokens: int) -> dict[str, float]:
    catalog = Catalog(offered_entries(Settings.from_environment()))
    for _ in catalog.open(name):
        pass
    sampling = {"temperature": 0, "max_tokens": tokens}
    setup = setups.parse({"model": name, "task": {"input": prompt}, "sampling": sampling})

    def tokens_a_second() -> float:
        *_, run = runner.run(setup, catalog)
        (answer,) = run.steps[0].completions
        return (answer.completion_tokens - 1) / (answer.seconds - answer.time_to_first_token)

    tokens_a_second()  # the first has the model's pages to read
    return {
        "tokens/s": max(tokens_a_second() for _ in range(3)),
        "peak memory, GB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
    }


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2], int(sys.argv[3]))))
