"""How many hold each model and each adapter, and how many of them are runs."""

from collections import Counter

from playground.backends.entries import EntryKey
from playground.errors import ModelInUse


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

    def refuse_if_held(self, key: EntryKey, what: str, loading: bool) -> None:
        """Raises ModelInUse while somebody holds it, or it is `loading`; `what` is its name in words."""
        runs = self.runs[key]
        if loading or self._held[key] > runs:
            raise ModelInUse(f"{what} is being loaded; stop that or wait for its end.")
        if runs:
            raise ModelInUse(
                f"{what} is in use by {runs} {'run' if runs == 1 else 'runs'}; stop that or wait for its end."
            )

    def is_free(self, key: EntryKey) -> bool:
        return not self._held[key]
