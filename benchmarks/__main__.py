"""Every claim about speed, measured here and now: `python -m benchmarks`. Results also go to benchmarks/results/."""

import json
import subprocess
import sys
from pathlib import Path

from benchmarks import agents, api_users, compare, conversation, endpoints, first_visit, opened_links, page, startup

RESULTS = Path(__file__).parent / "results"


def main() -> None:
    # Processes of their own: what these leave in memory must not weigh on the servers after them.
    for table in ("engine", "answer_forms", "adapters", "experiments", "retrieval", "training", "larger_model"):
        subprocess.run([sys.executable, "-m", f"benchmarks.{table}"], check=True)
    RESULTS.mkdir(exist_ok=True)
    tables = {
        "agents": agents,
        "api_users": api_users,
        "compare": compare,
        "conversation": conversation,
        "endpoints": endpoints,
        "first_visit": first_visit,
        "startup": startup,
        "page": page,
        "opened_links": opened_links,
    }
    for name, table in tables.items():
        figures = table.main()
        print(f"\n{name}")
        for what, value in figures.items():
            print(f"{what:>40}  {value:.2f}", flush=True)
        (RESULTS / f"{name}.json").write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
