"""Asks a watch's experiment anew, past all that was ever answered."""

import math
import tempfile
import threading
import time
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

from playground.backends.catalog import Catalog
from playground.evaluation import running
from playground.evaluation.results import Table
from playground.evaluation.store import Store
from playground.evaluation.store.identity import RunKeys
from playground.evaluation.watching.looks import Look, look_of
from playground.evaluation.watching.watch import Watch
from playground.types import Weights


def look(
    watch: Watch,
    catalog: Catalog,
    *,
    halt: threading.Event | None = None,
    max_seconds: float,
    max_total_seconds: float = math.inf,
) -> Generator[Table, None, Look]:
    """The Table as it grows; the look is the generator's value. Setting `halt`, or closing it, stops it. Each answer
    takes `max_seconds` at most, all of them `max_total_seconds`.

    What was answered before is not read, and what is answered is not kept among the answers of experiments: a server
    that has changed would else be seen as it was. Raises PlaygroundError for an experiment that cannot begin.
    """
    began = time.time()
    with tempfile.TemporaryDirectory(prefix="watch-") as folder, closing(Store(Path(folder) / "look.sqlite")) as store:
        tables = running.run(
            watch.experiment, catalog, store, halt=halt, max_seconds=max_seconds, max_total_seconds=max_total_seconds
        )
        with closing(tables):
            for table in tables:
                yield table
    return look_of(table, began, _weights_text(watch, catalog))


def _weights_text(watch: Watch, catalog: Catalog) -> str:
    """Which weights answered, as far as they can be told apart: others may come under the same name."""
    keys = RunKeys(catalog)
    found = [keys.weights(one.model, one.adapter, one.scale) for one in watch.experiment.models or (Weights(),)]
    return " | ".join(" ".join(parts) if parts else "" for parts in found)
