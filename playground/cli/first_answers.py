"""Asks the default model the examples that are offered first, and keeps its answers for whoever comes while it loads.

python -m playground.cli.first_answers                into presets/first_answers.json
python -m playground.cli.first_answers --folder NEW   into another folder
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from playground import deprecations
from playground.backends.catalog import Catalog
from playground.backends.offered_entries import offered_entries
from playground.errors import PlaygroundError
from playground.running import first_answers
from playground.settings import Settings

DONE, WRONG = 0, 2


def main(argv: Sequence[str]) -> int:
    """Run the command line; returns the exit status."""
    deprecations.hide()
    parser = argparse.ArgumentParser(
        prog="python -m playground.cli.first_answers", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--folder", type=Path, default=first_answers.FILE.parent, help="where the file is written")
    file = parser.parse_args(argv).folder / first_answers.FILE.name
    try:
        catalog = Catalog(offered_entries(Settings.from_environment()))
        runs = []
        for run in first_answers.make(catalog):
            runs.append(run)
            print(f"{run.setup.strategy}: {run.answer[:80]!r}", flush=True)
        first_answers.write(runs, catalog, file)
    except PlaygroundError as error:
        print(error, file=sys.stderr)
        return WRONG
    print(f"Written to {file}.")
    return DONE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
