"""How much of a shared server one visitor, and all visitors of one address together, may have at a time."""

import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playground.errors import LimitReached
from playground.settings import Settings
from playground.ui.handlers.event_options import EXPERIMENTS
from playground.ui.handlers.visitors import Visitor

OTHERS = 4  # one part in this many of all there is stays out of a single address's reach


@dataclass(frozen=True, slots=True)
class Share:
    """The most that one visitor, one address and everybody together may have of something."""

    visitor: int
    address: int
    everybody: int

    def full(self, count: "Count", visitor: Visitor) -> bool:
        """Whether there is nothing left for this visitor."""
        return bool(self.why(count, visitor))

    def why(self, count: "Count", visitor: Visitor) -> str:
        """Whose share is used up, in words; empty if none is."""
        if count.by_visitor[visitor.id] >= self.visitor:
            return f"you have {self.visitor:,}, the most for one visitor"
        if count.by_address[visitor.address] >= self.address:
            return f"the address you come from has {self.address:,}, the most for one address"
        if count.all >= self.everybody:
            return f"all visitors together have {self.everybody:,}, the most this server takes"
        return ""


class Count:
    """How many there are, by visitor and by address."""

    def __init__(self, visitors: Iterable[Visitor] = ()) -> None:
        self.by_visitor: Counter[str] = Counter()
        self.by_address: Counter[str] = Counter()
        self.all = 0
        for visitor in visitors:
            self.add(visitor)

    def add(self, visitor: Visitor, by: int = 1) -> None:
        """One more, or with `by` -1 one less."""
        self.by_visitor[visitor.id] += by
        self.by_address[visitor.address] += by
        self.all += by
        for counter, name in ((self.by_visitor, visitor.id), (self.by_address, visitor.address)):
            if not counter[name]:
                del counter[name]  # visitors come and go for months


class Places:
    """Places that are held for a while, as by an experiment. Safe from many threads."""

    def __init__(self, share: Share, what: str) -> None:
        self._share, self._what = share, what
        self._count = Count()
        self._lock = threading.Lock()

    @contextmanager
    def hold(self, visitor: Visitor) -> Iterator[None]:
        """One of them. Raises LimitReached when the visitor's or the address's share is used up."""
        with self._lock:
            if why := self._share.why(self._count, visitor):
                raise LimitReached(f"No more {self._what} can begin now: {why}. Stop one, or wait for its end.")
            self._count.add(visitor)
        try:
            yield
        finally:
            with self._lock:
                self._count.add(visitor, -1)


def share(settings: Settings, visitor: int, address: int, everybody: int) -> Share:
    """Where strangers share the server, as said, but never all of it for one address; else everything for anybody."""
    if not settings.public:
        return Share(everybody, everybody, everybody)
    most = everybody - everybody // OTHERS
    return Share(min(visitor, most), min(address, most), everybody)


def experiment_places(settings: Settings) -> Places:
    """Those for the experiments of the page and of programs."""
    most = share(settings, settings.visitor_experiments, settings.address_experiments, EXPERIMENTS)
    return Places(most, "experiments")
