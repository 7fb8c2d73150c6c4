"""What each visitor connected or brought: endpoints with their keys and models, and documents, in the visitor's session
and nowhere else."""

import hashlib
import hmac
import os
import secrets
import threading
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import gradio as gr

from playground.backends.catalog import Catalog
from playground.errors import InvalidSetup, LimitReached, UnknownModel
from playground.retrieval.library import Library
from playground.settings import Settings
from playground.types import Progress
from playground.ui.handlers.payers import Payers
from playground.ui.handlers.visitors import NOBODY, Visitor, visitor_of

if TYPE_CHECKING:
    from playground.backends.endpoints.connection import Connection

IDLE = 2 * 3600.0  # seconds after which what a visitor connected is forgotten
MOST_SESSIONS, MOST_ENDPOINTS = 1000, 8
OF_VISITOR, OF_ADDRESS = 16, 100  # of these sessions, where strangers share the server: more put out one's own
PARALLEL = 16  # calls at once to one endpoint, unless another number is asked for
OPENAI = "https://api.openai.com/v1"


@dataclass
class _Session:
    """One visitor's own models, over those that are there for all."""

    catalog: Catalog
    used: float
    visitor: Visitor = NOBODY
    connections: dict[str, "Connection"] = field(default_factory=dict)


class Sessions:
    """Catalogs by Gradio session. `shared` is what everybody sees. Safe from many threads."""

    def __init__(self, shared: Catalog, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._shared = shared
        self._settings = settings
        self._clock = clock
        self._sessions: dict[str, _Session] = {}
        self.payers = Payers()
        self._lock = threading.Lock()
        self._secret = secrets.token_bytes(32)

    def of(self, request: gr.Request | None) -> Catalog:
        """What this visitor can choose from."""
        session = self._session_of(request)
        catalog = session.catalog if session else self._shared
        account = self.payers.account_of(visitor_of(request), request and request.session_hash)
        return catalog.for_visitor(self.visitor(request), account)

    def of_program(self, visitor: Visitor) -> Catalog:
        """What is there for all, for a program that opened no page: it may bring a browser's cookie."""
        return self._shared.for_visitor("", self.payers.account_of(visitor))

    def visitor(self, request: gr.Request | None) -> str:
        """Who asks, by cookie or address: results of each are kept apart where strangers share the server."""
        if request is None or not self._settings.public:
            return ""
        who = visitor_of(request)
        return who.id if who.by_cookie else f"{who.id}/{request.session_hash}"  # others are at that address too

    def address(self, request: gr.Request | None) -> str:
        """A name of the address that somebody comes from, which does not tell it; empty where it does not matter."""
        if request is None or not self._settings.public:
            return ""
        return hmac.new(self._secret, visitor_of(request).address.encode(), hashlib.sha256).hexdigest()[:16]

    def own_library(self, request: gr.Request | None) -> Library:
        """What this visitor can search, with room for documents. Raises InvalidSetup where there is no session."""
        if request is None or not request.session_hash:
            raise InvalidSetup("There is no session to keep documents in; open the page or use gradio_client.")
        return self._open_session(request).catalog.library

    def connections(self, request: gr.Request | None) -> tuple["Connection", ...]:
        """What this visitor connected, in order."""
        session = self._session_of(request)
        return tuple(session.connections.values()) if session else ()

    def connect(
        self,
        request: gr.Request | None,
        name: str,
        base_url: str,
        key: str = "",
        model: str = "",
        *,
        parallel: int = PARALLEL,
        per_minute: int = 0,
    ) -> Generator[Progress, None, "Connection"]:
        """Connect this visitor to an endpoint, in place of the one of that name. Closing gives up.

        `model` is the one to try, the first likely one if empty. At most `parallel` calls are made at once, and
        `per_minute` a minute (0 is any number). Raises InvalidSetup, LimitReached, UnknownModel, EndpointFailed.
        """
        # Imported when somebody connects: a page without endpoints does not wait for an HTTP client.
        from playground.backends.endpoints import connection as endpoints
        from playground.backends.endpoints.endpoint import parse_endpoint
        from playground.backends.endpoints.secret import Secret

        where = parse_endpoint(name, base_url, key, self._settings, parallel=parallel, per_minute=per_minute)
        if not where.key:
            where = replace(where, key=Secret(self._operators_key(where.base_url)))
        if request is None or not request.session_hash:
            raise InvalidSetup("There is no session to connect in; open the page or use gradio_client.")
        if known := self._session_of(request):
            _make_sure_of_room(known, name)
        connected = yield from endpoints.connect(where, model)
        session = self._open_session(request)  # now: an attempt that fails puts nobody else out
        with self._lock:
            _make_sure_of_room(session, name)  # others may have been connected meanwhile
            self._offer(session, {**session.connections, name: connected})
        return connected

    def disconnect(self, request: gr.Request | None, name: str) -> None:
        """Forget one endpoint with its key and models; what runs on them runs on. Raises UnknownModel."""
        session = self._session_of(request)
        if session is None or name not in session.connections:
            raise UnknownModel(f"No endpoint named {name!a} is connected.")
        with self._lock:
            self._offer(session, {of: one for of, one in session.connections.items() if of != name})

    def forget(self, request: gr.Request) -> None:
        """The visitor has left: nothing of what was connected stays. For `Blocks.unload`."""
        self.end(request.session_hash or "")

    def end(self, session: str) -> None:
        """The same, by the session's hash."""
        with self._lock:
            self._drop(session)
        self.payers.forget_session(session)

    def _offer(self, session: _Session, connections: dict[str, "Connection"]) -> None:
        """A new catalog of these connections: runs that go on keep the one that they began with."""
        from playground.backends.endpoints import connection as endpoints
        from playground.backends.endpoints.encoder import encoders_of

        session.catalog.library.offer(encoders_of([*connections.values()]))
        offered = [one for connected in connections.values() for one in endpoints.endpoint_entries(connected)]
        session.catalog = Catalog(offered, shared=self._shared, library=session.catalog.library)
        session.connections = connections

    def _session_of(self, request: gr.Request | None) -> _Session | None:
        """The visitor's session if anything was connected in it. Those that were idle too long go first."""
        now = self._clock()
        with self._lock:
            for key in [key for key, session in self._sessions.items() if now - session.used > IDLE]:
                self._drop(key)
            session = self._sessions.get(request.session_hash or "") if request else None
            if session:
                session.used = now
            return session

    def _open_session(self, request: gr.Request) -> _Session:
        key, visitor = request.session_hash or "", visitor_of(request)
        with self._lock:
            if key not in self._sessions:
                self._make_room(visitor)
                catalog = Catalog(shared=self._shared, library=self._shared.library.for_session())
                self._sessions[key] = _Session(catalog, self._clock(), visitor)
            return self._sessions[key]

    def _make_room(self, visitor: Visitor) -> None:
        """For one session more. Whoever opens them in numbers puts out their own, and nobody else's."""
        known = self._settings.public and visitor != NOBODY
        for most, whose in ((OF_VISITOR, "id"), (OF_ADDRESS, "address"), (MOST_SESSIONS, "")):
            if not whose or known:
                name = getattr(visitor, whose, "")
                keys = [key for key, one in self._sessions.items() if getattr(one.visitor, whose, "") == name]
                if len(keys) >= most:
                    self._drop(min(keys, key=lambda key: self._sessions[key].used))

    def _drop(self, key: str) -> None:
        if session := self._sessions.pop(key, None):
            session.catalog.library.close()

    def _operators_key(self, base_url: str) -> str:
        """The operator's own key, if it was offered: in private, for OpenAI itself, and nothing else."""
        offered = self._settings.openai_key and not self._settings.public and base_url == OPENAI
        return os.environ.get("OPENAI_API_KEY", "") if offered else ""


def _make_sure_of_room(session: _Session, name: str) -> None:
    """Raises LimitReached when one more endpoint would be too many."""
    if name not in session.connections and len(session.connections) >= MOST_ENDPOINTS:
        raise LimitReached(f"At most {MOST_ENDPOINTS} endpoints can be connected at once; disconnect one first.")
