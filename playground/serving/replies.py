"""Sends an answer: whole, in events as it grows, or in words why there is none."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from http import HTTPStatus
from typing import Any

from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from playground.json_values import as_json
from playground.serving.answers import Answering
from playground.serving.errors import describe_error, error_body
from playground.types import Run

PATIENCE = 30.0  # seconds for a program to take what it is sent; then it counts as gone
NO_MORE = {"x-should-retry": "false"}  # a program that asks again at once would be told the same again
EVENTS = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-cache")]
DONE = "[DONE]"


def json_reply(value: Any, status: HTTPStatus = HTTPStatus.OK, headers: Mapping[str, str] | None = None) -> Response:
    """Any plain value."""
    return JSONResponse(as_json(value), status, headers)


def failure(error: BaseException) -> Response:
    """What went wrong, in words."""
    status, body = describe_error(error)
    return json_reply(body, status, NO_MORE)


async def whole_answer(answering: Answering, runs: AsyncIterator[Run]) -> Response:
    """The answer once it is complete, or why it is not."""
    try:
        last = None
        async for run in runs:
            last = run
    except Exception as error:
        return failure(error)
    if last is None or last.status == "failed":
        return json_reply(_broken_off(last), HTTPStatus.SERVICE_UNAVAILABLE, NO_MORE)
    return json_reply(answering.whole(last))


class Streaming:
    """Server-sent events. They begin with the first words, so that what goes wrong before has a status of its own."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, answering: Answering) -> None:
        self._to, self._send, self._answering = (scope, receive, send), send, answering
        self._has_begun = False

    async def tell(self, runs: AsyncIterator[Run]) -> None:
        """All of the run; a program that takes nothing for a while is told no more."""
        try:
            async for run in runs:
                news: list[Any] = list(self._answering.chunks(run))
                if run.status == "failed":
                    news.append(_broken_off(run))
                if news:
                    await self._events(as_json(one) for one in news)
        except TimeoutError:
            return
        except Exception as error:
            if not self._has_begun:
                await failure(error)(*self._to)
                return
            await self._events([describe_error(error)[1]])
        await self._pass_on(f"data: {DONE}\n\n".encode(), more=False)

    async def _events(self, values: Iterable[Any]) -> None:
        await self._pass_on("".join(f"data: {json.dumps(value)}\n\n" for value in values).encode(), more=True)

    async def _pass_on(self, data: bytes, *, more: bool) -> None:
        async with asyncio.timeout(PATIENCE):
            if not self._has_begun:
                self._has_begun = True
                await self._send({"type": "http.response.start", "status": int(HTTPStatus.OK), "headers": EVENTS})
            await self._send({"type": "http.response.body", "body": data, "more_body": more})


def _broken_off(run: Run | None) -> dict[str, Any]:
    words = run.error if run else "Nothing was answered."
    return error_body(words, "server_error", code="broken_off")
