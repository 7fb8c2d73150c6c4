"""Whom the requests of each page and browser are charged to, such as a student's budget: in every tab the same."""

import threading
from collections.abc import Callable

import gradio as gr

from playground.backends.account import Account
from playground.ui.handlers.visitors import Visitor, visitor_of

Payer = Callable[[], Account | None]  # gives what is charged for something that begins now


class Payers:
    """Payers by session, and by cookie; a session with None pays for nothing. Safe from many threads."""

    def __init__(self) -> None:
        self._payers: dict[str, Payer | None] = {}
        self._lock = threading.Lock()

    def charge(self, request: gr.Request, payer: Payer) -> None:
        """From now on what this browser asks is charged to whom this gives. Opened anew a page is another session, and
        still charged."""
        visitor = visitor_of(request)
        with self._lock:
            if request.session_hash:
                self._payers[request.session_hash] = payer
            if visitor.by_cookie:
                self._payers[visitor.id] = payer

    def still_charges(self, request: gr.Request, payer: Payer) -> bool:
        """Whether this page, which says so again and again, is charged. One that is not known, as after a restart of
        the server, is from now on. One that has left is not: it may have asked before, and be heard after."""
        with self._lock:
            if request.session_hash in self._payers:
                return self._payers[request.session_hash] is not None
        self.charge(request, payer)
        return True

    def charge_nobody(self, request: gr.Request, *, browser: bool = False) -> None:
        """What this one page asks is free, whoever else the browser is: a teacher's. With `browser` it has left, and
        so has the browser."""
        with self._lock:
            if request.session_hash:
                self._payers[request.session_hash] = None
            if browser:
                self._payers.pop(visitor_of(request).id, None)

    def forget(self, request: gr.Request) -> None:
        """This page has no place any more: it is charged as the browser is."""
        with self._lock:
            if self._payers.get(request.session_hash or ""):
                del self._payers[request.session_hash or ""]

    def account_of(self, visitor: Visitor, session: str | None = None) -> Account | None:
        """What is charged for something that begins now: on this page, or else on none, as by a program."""
        with self._lock:
            payer = self._payers.get(session or "", self._payers.get(visitor.id))
        return payer() if payer else None

    def forget_session(self, session: str) -> None:
        """The page was closed."""
        with self._lock:
            self._payers.pop(session, None)
