"""A Table while it grows: mutable on the inside, frozen snapshots outside."""

import sys
import time
from collections import deque
from dataclasses import replace
from typing import Any

from playground.evaluation.plan import Experiment, Item
from playground.evaluation.results import Result, Status, Table

REPEATED, SHORT = ("column", "answer", "predicted", "note"), 80  # texts that are the same in many cells: kept once
INTERVAL = 0.2  # seconds between snapshots
LATELY = 200  # new results over which the rate is taken


class Board:
    """Results as they come. `table` copies no more than the list of them."""

    def __init__(self, experiment: Experiment, items: tuple[Item, ...], columns: tuple[str, ...], total: int) -> None:
        self._experiment, self._items, self._columns = experiment, items, columns
        self.total = total
        self.known = 0
        self._results: list[Result] = []
        self._ends: deque[float] = deque(maxlen=LATELY)  # when the new ones came, lately
        self._start = self._began = self._shown = time.monotonic()

    def add(self, result: Result, *, known: bool = False) -> None:
        """One cell more; `known` if it did not have to be asked."""
        texts = {name: getattr(result, name) for name in REPEATED}
        same: dict[str, Any] = {name: sys.intern(text) for name, text in texts.items() if len(text) < SHORT}
        self._results.append(replace(result, **same))
        if known:
            self.known += 1
            return
        if len(self._ends) == LATELY:
            self._began = self._ends[0]
        self._ends.append(time.monotonic())

    def clear(self) -> None:
        """Begin again, with nothing known."""
        self._results.clear()
        self.known = 0

    @property
    def left(self) -> int:
        """Cells without a result."""
        return self.total - len(self._results)

    def due(self) -> bool:
        """Whether it is time for a snapshot again."""
        return time.monotonic() - self._shown >= INTERVAL

    def begin(self) -> None:
        """From now on cells are asked: the rate counts from here."""
        self._began = time.monotonic()

    def table(self, status: Status = "running", message: str = "") -> Table:
        """All there is so far."""
        self._shown = time.monotonic()
        rate = self._rate()
        return Table(
            experiment=self._experiment,
            items=self._items,
            columns=self._columns,
            results=tuple(self._results),
            total=self.total,
            known=self.known,
            status=status,
            seconds=self._shown - self._start,
            rate=rate,
            remaining=self.left / rate if rate and status == "running" else None,
            message=message,
        )

    def _rate(self) -> float:
        """New cells per second, over the last while."""
        return len(self._ends) / max(time.monotonic() - self._began, 1e-3)
