"""What the default model answered to the examples that are offered first, kept for whoever comes while it loads.

`python -m playground.cli.first_answers` makes the file. An answer is bound to the weights that gave it and to the whole
setup that it is to: of others nothing is known here.
"""

import json
import logging
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from playground import presets
from playground.backends.catalog import Catalog
from playground.errors import PlaygroundError
from playground.running import runner
from playground.sharing import kept_runs
from playground.sharing.kept_runs import KeptRun
from playground.types import Run, Setup

log = logging.getLogger(__name__)

FILE = presets.FOLDER / "first_answers.json"
DAMAGE = OSError, ValueError, TypeError, LookupError, AttributeError, PlaygroundError  # of a file, in reading it


def find(setup: Setup, catalog: Catalog, file: Path = FILE) -> Run | None:
    """An earlier run of this very setup by these very weights; None once they are loaded, and can be asked."""
    if catalog.loaded_backend(setup.model) is not None:
        return None
    weights, runs = _known(file)
    earlier = next((run for run in runs if run.setup == setup), None)
    return earlier if earlier and weights and weights == _weights(catalog, setup.model) else None


def make(catalog: Catalog) -> Iterator[Run]:
    """The examples, each carried out."""
    for setup in examples():
        *_, run = runner.run(setup, catalog)
        yield run


def examples() -> list[Setup]:
    """The preset that the page opens with, and those that stand where no answer is yet."""
    offered = presets.setup_presets()
    return [preset.setup for preset in (offered[presets.OPENING], *presets.starters(offered).values())]


def write(runs: list[Run], catalog: Catalog, file: Path = FILE) -> None:
    """Keep these runs of the default model, in place of all that were kept before."""
    kept = [kept_runs.dump(kept_runs.as_data(KeptRun(run=run))) for run in runs]
    weights = kept_runs.dump({"weights": _weights(catalog, "default")})
    file.write_text(f'{weights[:-1]},"runs":[\n' + ",\n".join(kept) + "\n]}\n", "utf-8")


@cache
def _known(file: Path) -> tuple[str, tuple[Run, ...]]:
    """The same as `read`; nothing where the file cannot be read, which is told once: a run goes on without it."""
    try:
        return read(file)
    except DAMAGE as error:
        log.warning("Nothing is shown while a model loads, since %s cannot be read: %r", file, error)
        return "", ()


def read(file: Path = FILE) -> tuple[str, tuple[Run, ...]]:
    """The weights, and what they answered."""
    data = json.loads(file.read_text("utf-8"))
    return data["weights"], tuple(kept_runs.read(kept_runs.dump(one)).run for one in data["runs"])


def _weights(catalog: Catalog, model: str) -> str:
    entry = catalog.entry(model)
    return entry.identity() if entry.identity else ""
