"""The ASGI middleware that each request passes before Gradio sees it."""

import json
import secrets
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, ExitStack
from http import HTTPStatus
from typing import Any, Protocol

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from playground.backends.catalog import Catalog
from playground.settings import Settings
from playground.ui.gate.bodies import MEGABYTE, Bodies, replay
from playground.ui.gate.headers import SecurityHeaders, kept_for_good
from playground.ui.gate.incoming import without_unread
from playground.ui.gate.open_sessions import OpenSessions
from playground.ui.gate.origins import Origins
from playground.ui.gate.programs import serving
from playground.ui.gate.refusals import Refusal, no_such_page, shape_for
from playground.ui.gate.routes import HASH_PATTERN, find_route, session_of_query, without_deep_link
from playground.ui.gate.scripts import mended_scripts
from playground.ui.gate.scripts.page_start import PageStart
from playground.ui.gate.temporary import TemporaryFolder
from playground.ui.gate.uploads import Uploads
from playground.ui.handlers.visitors import NAME, Visitor, Visitors
from playground.ui.language import choosing

PASSED_ON = ("data", "event_data", "fn_index", "trigger_id", "session_hash", "simple_format")


class GradioPage(Protocol):
    """What the gate asks of the page behind it."""

    temporary: TemporaryFolder
    fns: dict[int, Any]  # the handlers, by number
    served: Callable[[Visitor], Catalog] | None
    first_words: Callable[[], str]

    def session_of(self, event_id: str) -> str: ...

    def place(self, visitor: Visitor) -> AbstractAsyncContextManager[None]: ...


class Gate:
    """Lets through what the page and programs need, with the visitor marked. Outermost, so errors pass it too."""

    def __init__(self, app: ASGIApp, settings: Settings, sessions: OpenSessions, page: GradioPage) -> None:
        self._app = app
        self._start = PageStart(app, page.first_words)
        self._sessions = sessions
        self._page = page
        self._visitors = Visitors(embedded=bool(settings.framed_by))
        self._origins = Origins(settings)
        self._headers = SecurityHeaders(settings)
        self._bodies = Bodies(settings)
        self._serving = serving(settings, page.served, page.place, self._bodies)
        self._uploads = Uploads(page.temporary, settings.file_megabytes * MEGABYTE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # nothing here speaks another protocol
            await send({"type": "websocket.close", "code": 1008})
            return
        visitor, set_cookie = self._visitors.recognise(scope)
        began = False

        async def answer(message: Message) -> None:
            nonlocal began
            if message["type"] == "http.response.start":
                began = True
                headers = MutableHeaders(scope=message)
                self._headers.put(headers)
                if set_cookie and message["status"] == HTTPStatus.OK:
                    headers.append("set-cookie", set_cookie)
                    headers["cache-control"] = "no-store"
            await send(message)

        try:
            self._origins.check(scope)
            marks = {NAME: visitor, choosing.NAME: choosing.choose_language(scope)}
            await self._pass({**scope, **marks}, receive, answer)
        except Refusal as refused:
            if not began:
                await refused.answer(answer, shape_for(scope), choosing.choose_language(scope))

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        route, parts = find_route(scope)
        visitor: Visitor = scope[NAME]
        scope = {**without_unread(scope), "query_string": without_deep_link(scope["query_string"])}
        if route.kind == "serve":
            if self._serving is None:
                raise no_such_page()
            await self._serving(scope, receive, send)
            return
        if route.kind == "script" and (answer := mended_scripts.script_at(scope["path"])):
            await answer(scope, receive, send)
            return
        with ExitStack() as stack:
            if route.kind == "file":
                if not self._page.temporary.holds(parts["file"]):
                    raise no_such_page()
            elif route.kind == "heartbeat":
                stack.enter_context(self._sessions.alive(parts["session"], visitor))
            elif route.kind == "data":
                self._sessions.check(session_of_query(scope["query_string"]), visitor)
            elif route.kind == "result":
                stack.enter_context(self._sessions.answered(self._page.session_of(parts["event"]), visitor))
            elif route.kind == "start" and scope["method"] == "GET":
                await self._start(scope, receive, send)
                return
            elif route.kind == "asset":
                send = kept_for_good(send)
            elif route.kind == "upload":
                receive = self._uploads.count(scope, receive)
            elif route.kind not in ("page", "start", "script"):
                body, sent = await self._bodies.read(scope, receive, visitor.address)
                self._check_handler(route.kind, parts.get("name"), sent.get("fn_index"))
                body = self._checked(route.kind, body, sent, visitor)
                length = [(b"content-length", str(len(body)).encode())]
                kept = [pair for pair in scope["headers"] if pair[0] not in (b"content-length", b"transfer-encoding")]
                scope, receive = {**scope, "headers": kept + length}, replay(body, receive)
            await self._app(scope, receive, send)

    def _check_handler(self, kind: str, name: str | None, number: Any) -> None:
        """Raises Refusal for a handler that is not there, or is a script of the page: Gradio would log its failure."""
        handlers = self._page.fns
        if kind == "join" and (type(number) is not int or number not in handlers or handlers[number].fn is None):
            raise Refusal(HTTPStatus.NOT_FOUND, f"There is no `fn_index` {ascii(number)[:20]}.")
        if kind == "call" and all(fn.api_name != name for fn in handlers.values()):
            raise Refusal(HTTPStatus.NOT_FOUND, f"There is no endpoint /{name}.")

    def _checked(self, kind: str, body: bytes, sent: dict[str, Any], visitor: Visitor) -> bytes:
        """The body as Gradio is to see it, in a session of this visitor's. Raises Refusal."""
        if kind in ("join", "call"):
            key = sent.get("session_hash")
            is_one_call = key is None and kind == "call"  # of a program that keeps none: a session of its own
            if is_one_call:
                key = secrets.token_urlsafe(16)
            self._sessions.use(_hash(key), visitor, for_one_call=is_one_call)
            if key == sent.get("session_hash") and sent.keys() <= {*PASSED_ON}:
                return body
            return json.dumps(
                {**{name: sent[name] for name in PASSED_ON if name in sent}, "session_hash": key}
            ).encode()
        if kind == "cancel":
            key = _hash(sent.get("session_hash"))
            self._sessions.check(key, visitor)
            if self._page.session_of(str(sent.get("event_id"))) not in ("", key):
                raise Refusal(HTTPStatus.FORBIDDEN, "This event belongs to another session.")
        return body


def _hash(key: Any) -> str:
    if not isinstance(key, str) or not HASH_PATTERN.fullmatch(key):
        raise Refusal(HTTPStatus.BAD_REQUEST, "`session_hash` must be at most 64 letters and digits.")
    return key
