"""Every claim about speed, measured here and now: `python -m benchmarks`. Results also go to benchmarks/results/."""

import json
import subprocess
import sys
from pathlib import Path

from benchmarks import api_users, startup

RESULTS = Path(__file__).parent / "results"


def main() -> None:
    # A process of its own: what the engine's table leaves in memory must not weigh on the servers after it.
    subprocess.run([sys.executable, "-m", "benchmarks.engine"], check=True)
    RESULTS.mkdir(exist_ok=True)
    for name, measure in (("api_users", api_users.main), ("startup", startup.main)):
        figures = measure()
        print(f"\n{name}")
        for what, value in figures.items():
            print(f"{what:>40}  {value:.2f}", flush=True)
        (RESULTS / f"{name}.json").write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
