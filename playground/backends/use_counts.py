"""How many hold each model and each adapter, and how many of them are runs."""

from collections import Counter

from playground.backends.entries import EntryKey


class UseCounts:
    """Whoever counts holds the catalog's lock. Who holds an adapter holds its model."""

    def __init__(self) -> None:
        self._held: Counter[EntryKey] = Counter()
        self.runs: Counter[EntryKey] = Counter()

    def add(self, name: str, adapter: str, *, run: bool, by: int = 1) -> None:
        """One more, or with `by` -1 one less; without `run`, one that only waits for a load."""
        for key in {(name, ""), (name, adapter)}:
            self._held[key] += by
            self.runs[key] += by * run

    def waits(self, key: EntryKey) -> bool:
        """Whether somebody holds it who only waits for a load."""
        return self._held[key] > self.runs[key]

    def is_free(self, key: EntryKey) -> bool:
        return not self._held[key]
