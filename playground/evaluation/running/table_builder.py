"""A Table while it grows: mutable on the inside, frozen snapshots outside."""

import sys
import time
from collections import deque
from dataclasses import replace
from typing import Any

from playground.evaluation.plan import Experiment, Item
from playground.evaluation.results import Result, Table, TableStatus

REPEATED, SHORT = ("column", "answer", "predicted", "note"), 80  # texts that are the same in many cells: kept once
INTERVAL = 0.2  # seconds between snapshots
RATE_RESULTS = 200  # new results over which the rate is taken

FEWEST = 3  # new results from which on it is said how long the rest takes
BEGUN = 1 / 3  # of a cell on its way that is done: with this, measured comparisons were nearest to what came


class TableBuilder:
    """Results as they come. `table` copies no more than the list of them."""

    def __init__(self, experiment: Experiment, items: tuple[Item, ...], columns: tuple[str, ...], total: int) -> None:
        self._experiment, self._items, self._columns = experiment, items, columns
        self.total = total
        self.stored_count = 0
        self._results: list[Result] = []
        self._end_times: deque[float] = deque(maxlen=RATE_RESULTS)  # when the new ones came, lately
        self._start = self._rate_start = self._last_snapshot = time.monotonic()

    def add(self, result: Result, *, is_stored: bool = False) -> None:
        """One cell more; `is_stored` if it did not have to be asked."""
        texts = {name: getattr(result, name) for name in REPEATED}
        same: dict[str, Any] = {name: sys.intern(text) for name, text in texts.items() if len(text) < SHORT}
        self._results.append(replace(result, **same))
        if is_stored:
            self.stored_count += 1
            return
        if len(self._end_times) == RATE_RESULTS:
            self._rate_start = self._end_times[0]
        self._end_times.append(time.monotonic())

    def clear(self) -> None:
        """Begin again, with nothing known."""
        self._results.clear()
        self.stored_count = 0

    @property
    def missing_count(self) -> int:
        """Cells without a result."""
        return self.total - len(self._results)

    def is_due(self) -> bool:
        """Whether it is time for a snapshot again."""
        return time.monotonic() - self._last_snapshot >= INTERVAL

    def start_rate(self) -> None:
        """From now on cells are asked: the rate counts from here."""
        self._rate_start = time.monotonic()

    def table(self, status: TableStatus = "running", message: str = "", on_way: int = 0) -> Table:
        """All there is so far; `on_way` cells have begun and not ended."""
        self._last_snapshot = time.monotonic()
        return Table(
            experiment=self._experiment,
            items=self._items,
            columns=self._columns,
            results=tuple(self._results),
            total=self.total,
            stored_count=self.stored_count,
            status=status,
            seconds=self._last_snapshot - self._start,
            rate=self._rate(),
            remaining=self._remaining(on_way) if status == "running" else None,
            message=message,
        )

    def _rate(self) -> float:
        """New cells per second, over the last while."""
        return len(self._end_times) / max(time.monotonic() - self._rate_start, 1e-3)

    def _remaining(self, on_way: int) -> float | None:
        """Seconds that are likely to come, once a few new cells have ended.

        A part of those on their way is done. That counts most in the beginning, where many have begun and few have
        ended; where the last while began, as many were on their way as are now.
        """
        if (ended := len(self._end_times)) < FEWEST:
            return None
        part = BEGUN * min(on_way, self.missing_count)
        done = ended + (part if ended < RATE_RESULTS else 0)
        return (self.missing_count - part) * max(time.monotonic() - self._rate_start, 1e-3) / done
