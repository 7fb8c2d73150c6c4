"""The ASGI application: models, and chat completions, for whoever has the key."""

import asyncio
import hmac
import time
from collections.abc import Generator, Mapping
from contextlib import AbstractAsyncContextManager
from http import HTTPStatus
from typing import Any, Protocol

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from playground.backends.catalog import Catalog
from playground.errors import PlaygroundError
from playground.serving.answers import Answering
from playground.serving.errors import refusal_body
from playground.serving.following import follow_apart, unless_gone
from playground.serving.names import ServedName, describe_name, list_names
from playground.serving.replies import NO_MORE, Streaming, failure, json_reply, whole_answer
from playground.serving.requests import ChatRequest, read_chat
from playground.serving.work import prepare
from playground.types import Run

WRONG_KEY = (
    "The key is missing or wrong. Send the one that this server's operator gave you, as `Authorization: Bearer`."
)


class Door(Protocol):
    """What whoever puts the application in front of programs decides."""

    async def read(self, scope: Scope, receive: Receive) -> Mapping[str, Any]:
        """The body, of a size that may be sent."""
        ...

    def models(self, scope: Scope) -> Catalog:
        """What the program can choose from."""
        ...

    def place(self, scope: Scope) -> AbstractAsyncContextManager[None]:
        """A place among the runs that go on at once. Waits for one."""
        ...


class ServingApp:
    """Answers `/v1/models`, `/v1/models/NAME` and `/v1/chat/completions`."""

    def __init__(self, door: Door, *, key: str, max_seconds: float) -> None:
        """Without a key everybody is answered who comes through the door."""
        self._door, self._key, self._max_seconds = door, key.encode(), max_seconds
        self._created = int(time.time())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises what the door raises, before anything was sent."""
        if not self._has_key(scope):
            status = HTTPStatus.UNAUTHORIZED
            headers = {"www-authenticate": "Bearer", "connection": "close", **NO_MORE}  # its body is not waited for
            await json_reply(refusal_body(WRONG_KEY, status), status, headers)(scope, receive, send)
            return
        name = scope["path"].removeprefix("/v1/models").strip("/")
        if scope["method"] == "POST":
            body = await self._door.read(scope, receive)
            await unless_gone(receive, self._chat(body, scope, receive, send))
        else:
            await (await asyncio.to_thread(self._list, name, scope))(scope, receive, send)

    def _has_key(self, scope: Scope) -> bool:
        """Compared in the same time whatever was sent, so that a key cannot be guessed letter by letter."""
        sent = [value for name, value in scope["headers"] if name == b"authorization"]
        kind, _, key = (sent[0] if len(sent) == 1 else b"").partition(b" ")
        is_right = hmac.compare_digest(key.strip(), self._key)
        return not self._key or (kind.lower() == b"bearer" and is_right)

    def _list(self, name: str, scope: Scope) -> Response:
        catalog = self._door.models(scope)
        try:
            if name:
                return json_reply(describe_name(name, catalog, self._created))
            return json_reply({"object": "list", "data": list_names(catalog, self._created)})
        except PlaygroundError as error:
            return failure(error)

    def _prepare(
        self, body: Mapping[str, Any], scope: Scope
    ) -> tuple[ChatRequest, ServedName, Generator[Run, None, None]]:
        request = read_chat(body)
        return request, *prepare(request, self._door.models(scope), self._max_seconds)

    async def _chat(self, body: Mapping[str, Any], scope: Scope, receive: Receive, send: Send) -> None:
        try:
            request, served, runs = await asyncio.to_thread(self._prepare, body, scope)
        except Exception as error:
            await failure(error)(scope, receive, send)
            return
        answering = Answering(request, bool(served.strategy), int(time.time()))
        async with self._door.place(scope), follow_apart(runs) as items:
            if request.stream:
                await Streaming(scope, receive, send, answering).tell(items)
                return
            answer = await whole_answer(answering, items)
        await answer(scope, receive, send)
