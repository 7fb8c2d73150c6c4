"""Keeps watches and their looks in the store of experiments."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from filelock import FileLock

from playground.errors import PlaygroundError, StoreFailed
from playground.evaluation import experiments
from playground.evaluation.store import Store
from playground.evaluation.watching.looks import ColumnLook, Look
from playground.evaluation.watching.watch import Watch

INDEX, PREFIX = "watches", "watch "
MOST_LOOKS = 500  # of a watch: the oldest but the reference goes
MOST_WATCHES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A watch with its looks, the oldest first. `reference` is the place of the look that others are compared with, and
    `numbered` how many looks came after it, also those that have gone. It is looked at `every` so many seconds, 0 for
    by hand alone."""

    watch: Watch
    looks: tuple[Look, ...] = ()
    reference: int = 0
    numbered: int = 0
    every: int = 0

    @property
    def due(self) -> float | None:
        """When to look again by itself, in seconds since 1970; None for never."""
        return (self.looks[-1].made + self.every if self.looks else 0.0) if self.every else None

    def with_look(self, look: Look) -> "Kept":
        """The same with one more look. The first complete one becomes the reference."""
        looks, begins = [*self.looks, look], not any(one.complete for one in self.looks)
        reference = len(self.looks) if begins else self.reference
        if len(looks) > MOST_LOOKS:
            gone = 1 if reference == 0 else 0
            del looks[gone]
            reference -= gone < reference
        numbered = self.numbered + (look.complete and not begins)
        return replace(self, looks=tuple(looks), reference=reference, numbered=numbered)

    def renewed(self) -> "Kept":
        """The same with the last complete look as the reference, after which counting begins anew."""
        complete = [place for place, look in enumerate(self.looks) if look.complete]
        return replace(self, reference=complete[-1] if complete else 0, numbered=0)


class Watches:
    """The watches of a store. Of two that write at once, one waits for the other."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = FileLock(f"{store.path}.watches.lock", timeout=30)

    def all(self) -> tuple[Kept, ...]:
        """Those that can be read, by title."""
        keys = self._keys()
        values = self._store.get_many([PREFIX + key for key in keys])
        found = [kept for key in keys if (kept := _read(values.get(PREFIX + key)))]
        return tuple(sorted(found, key=lambda kept: kept.watch.title))

    def find(self, watch: Watch) -> Kept:
        """The looks of a watch; none where it is new."""
        return _read(self._store.get(PREFIX + watch.key)) or Kept(watch=watch)

    def add(self, watch: Watch, look: Look) -> Kept:
        """Keep one more look. Raises StoreFailed."""
        return self._change(watch, lambda kept: kept.with_look(look))

    def renew(self, watch: Watch) -> Kept:
        """Compare with the last complete look from now on. Raises StoreFailed."""
        return self._change(watch, Kept.renewed)

    def schedule(self, watch: Watch, every: int) -> Kept:
        """Have it looked at every so many seconds, 0 for by hand alone. Raises StoreFailed."""
        return self._change(watch, lambda kept: replace(kept, every=every))

    def add_scheduled(self, watch: Watch, look: Look) -> None:
        """Keep one more look of a watch that is still scheduled. Raises StoreFailed."""
        with self._lock:  # which may be taken again by whoever has it
            if self.find(watch).every:
                self.add(watch, look)

    def forget(self, watch: Watch) -> None:
        """Take a watch off the list, with all its looks."""
        with self._lock:
            self._write(INDEX, [key for key in self._keys() if key != watch.key])
            self._store.put(PREFIX + watch.key, b"")
            self._store.flush()

    def _change(self, watch: Watch, change: Any) -> Kept:
        with self._lock:
            kept: Kept = change(self.find(watch))
            keys = list(dict.fromkeys([*self._keys(), watch.key]))
            if len(keys) > MOST_WATCHES:
                raise StoreFailed(f"{MOST_WATCHES} watches are kept, the most; forget one of them first.")
            self._write(INDEX, keys)  # anew each time: what was put last is the last to go when the store is full
            self._write(PREFIX + watch.key, _to_dict(kept))
            self._store.flush()
            return kept

    def _keys(self) -> list[str]:
        value = self._store.get(INDEX)
        return list(json.loads(zlib.decompress(value))) if value else []

    def _write(self, key: str, data: Any) -> None:
        self._store.put(key, zlib.compress(json.dumps(data, ensure_ascii=True).encode()))


def _to_dict(kept: Kept) -> dict[str, Any]:
    return {
        "experiment": experiments.to_dict(kept.watch.experiment), "looks": [asdict(look) for look in kept.looks],
        "reference": kept.reference, "numbered": kept.numbered,
        "every": kept.every,
    }  # fmt: skip


def _read(value: bytes | None) -> Kept | None:
    """None for what is not there, or not of this version: it is as good as unknown."""
    try:
        data: Mapping[str, Any] = json.loads(zlib.decompress(value or b""))
        return Kept(
            watch=Watch(experiment=experiments.parse(data["experiment"])),
            looks=tuple(_look(one) for one in data["looks"]), reference=data["reference"], numbered=data["numbered"],
            every=data.get("every", 0),
        )  # fmt: skip
    except (zlib.error, ValueError, KeyError, TypeError, PlaygroundError):
        return None


def _look(data: Mapping[str, Any]) -> Look:
    return Look(**{**data, "columns": {name: ColumnLook(**column) for name, column in data["columns"].items()}})
