"""Has a part asked to its end, by the experiments' engine: what is stored is not asked again."""

import math
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass

from playground.backends.catalog import Catalog
from playground.errors import LimitReached, StoreFailed
from playground.evaluation import experiments, running
from playground.evaluation.plan import MAX_CELLS, Technique
from playground.evaluation.results import Table
from playground.evaluation.store import Store
from playground.finetuning.held_out.sealed_part import SealedPart
from playground.formats import format_count, format_duration
from playground.types import Weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """Where answers come from and are kept; `visitor` is who asks, where several people share the store.

    One answer may take `max_seconds`, all of one experiment `max_total_seconds`, and it has at most `max_cells`.
    """

    catalog: Catalog
    store: Store
    visitor: str = ""
    max_seconds: float = math.inf
    max_total_seconds: float = math.inf
    max_cells: int = MAX_CELLS

    def ask(
        self, part: SealedPart, techniques: Sequence[Technique], models: Sequence[Weights]
    ) -> Generator[Table, None, Table]:
        """Yield the table as it grows, and return it whole. Closing stops the work.

        Raises LimitReached for too many answers or when the time is over, and StoreFailed.
        """
        experiment = part.experiment(techniques, models)
        experiments.check_size(experiment, self.max_cells, "PLAYGROUND_MAX_CELLS")
        tables = running.run(
            experiment, self.catalog, self.store, visitor=self.visitor,
            max_seconds=self.max_seconds, max_total_seconds=self.max_total_seconds,
        )  # fmt: skip
        table: Table | None = None
        with closing(tables):
            for table in tables:
                yield table
        assert table is not None  # it begins with an empty one
        if table.status == "stopped":
            raise LimitReached(table.message)
        if table.status == "failed":
            raise StoreFailed(table.message)
        return table


def answers_text(table: Table) -> str:
    """How far it is, and how long it still takes once that can be told."""
    done = f"{len(table.results):,} of {format_count(table.total, 'answer')}"
    return f"{done}, about {format_duration(table.remaining)} left" if table.remaining else done
