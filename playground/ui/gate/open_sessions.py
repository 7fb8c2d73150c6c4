"""Which sessions there are and whose they are: a hash that a client made up is worth nothing by itself."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus

from playground.ui.gate.refusals import Refusal
from playground.ui.handlers.visitors import Visitor

OF_VISITOR, OF_ADDRESS, OF_ALL = 32, 400, 1000  # an address may be a class; each session holds a run with its tokens
IDLE = 3600.0  # seconds after which a session that no page holds open is over
OTHERS = "This session belongs to another visitor. Reload the page to begin one of your own."
TOO_MANY = "Too many pages or programs are connected to this server from here. Close some, or try again later."


@dataclass(slots=True)
class _OpenSession:
    visitor: Visitor
    used: float
    heartbeats: int = 0
    for_one_call: bool = False


class OpenSessions:
    """Sessions by hash, each bound to the visitor who began it. For the thread of the server only.

    A session counts for as long as its page or program holds a heartbeat. Those without one go first when there are
    too many, first their visitor's own; one that has a heartbeat, or something running, never goes for another.
    """

    def __init__(
        self, end: Callable[[str], None], busy: Callable[[str], bool], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`end` is told of each session that is over; `busy` says whether something runs or waits in one."""
        self._end, self._busy, self._clock = end, busy, clock
        self._sessions: dict[str, _OpenSession] = {}

    def __contains__(self, key: object) -> bool:
        return key in self._sessions

    def check(self, key: str, visitor: Visitor) -> None:
        """Raises Refusal when it is another visitor's."""
        session = self._sessions.get(key)
        if session is None or session.visitor.id == visitor.id:
            return
        if session.visitor.by_cookie or session.visitor.address != visitor.address:
            raise Refusal(HTTPStatus.FORBIDDEN, OTHERS)
        session.visitor = visitor  # begun before this browser had its cookie

    def use(self, key: str, visitor: Visitor, *, for_one_call: bool = False) -> None:
        """Begin it, or go on with it; one of which only the server knows the hash is `for_one_call`. Raises Refusal
        when it is another visitor's, or one too many."""
        self.check(key, visitor)
        if key not in self._sessions:
            self._make_room(visitor)
            self._sessions[key] = _OpenSession(visitor, self._clock(), for_one_call=for_one_call)
        self._sessions[key].used = self._clock()

    @contextmanager
    def answered(self, key: str, visitor: Visitor) -> Iterator[None]:
        """While its answer is read; one for a single call ends with that answer. Raises Refusal when it is another
        visitor's."""
        self.check(key, visitor)
        yield
        session = self._sessions.get(key)
        if session and session.for_one_call and self._may_go(key):
            self._over(key)

    @contextmanager
    def alive(self, key: str, visitor: Visitor) -> Iterator[None]:
        """While a heartbeat is open. With the last one the session ends."""
        self.use(key, visitor)
        session = self._sessions[key]
        session.heartbeats += 1
        try:
            yield
        finally:
            session.heartbeats -= 1
            if not session.heartbeats and self._sessions.get(key) is session:
                self._over(key)

    def _make_room(self, visitor: Visitor) -> None:
        now = self._clock()
        for key in [key for key in self._sessions if now - self._sessions[key].used > IDLE]:
            if self._may_go(key):
                self._over(key)
        if visitor.by_cookie:  # all who have none share one
            self._keep_below(OF_VISITOR, lambda other: other.id == visitor.id)
        self._keep_below(OF_ADDRESS, lambda other: other.address == visitor.address)
        self._keep_below(OF_ALL, lambda other: True)

    def _keep_below(self, most: int, counts: Callable[[Visitor], bool]) -> None:
        while len(keys := [key for key, session in self._sessions.items() if counts(session.visitor)]) >= most:
            idle = [key for key in keys if self._may_go(key)]
            if not idle:
                raise Refusal(HTTPStatus.TOO_MANY_REQUESTS, TOO_MANY)
            self._over(min(idle, key=lambda key: self._sessions[key].used))

    def _may_go(self, key: str) -> bool:
        return not self._sessions[key].heartbeats and not self._busy(key)

    def _over(self, key: str) -> None:
        del self._sessions[key]
        self._end(key)
