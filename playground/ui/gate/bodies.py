"""A request's body, read up to a limit and counted before anything is built from it."""

import asyncio
import json
import re
from collections import Counter
from http import HTTPStatus
from typing import Any

from starlette.datastructures import Headers
from starlette.types import Receive, Scope

from playground.settings import Settings
from playground.ui.gate.refusals import Refusal

MEGABYTE = 2**20
PATIENCE = 60.0  # seconds for a body to arrive
AT_ONCE = 256 * MEGABYTE  # of bodies that are being read, over all visitors
OF_ADDRESS = AT_ONCE // 2  # of one address: who sends slowly keeps only part of it from others
SHORT = 64 * 1024  # bytes that are looked through at once; more in a thread
DEEPEST = 60
MOST_DIGITS = 1000
STRINGS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)  # one that is not closed too: else this is quadratic
BRACKETS = re.compile(rb"[\[\]{}]")
DIGITS = re.compile(rb"[0-9]{%d}" % (MOST_DIGITS + 1))
WRONG = "The body must be a JSON object."


class Bodies:
    """Reads bodies of JSON. Memory is promised before a byte is taken."""

    def __init__(self, settings: Settings) -> None:
        self.most = (6 if settings.public else 64) * MEGABYTE
        self.values = 100_000 if settings.public else 1_000_000  # Gradio walks them in the thread that serves everybody
        self._being_read: Counter[str] = Counter()  # bytes by address

    async def read(self, scope: Scope, receive: Receive, address: str) -> tuple[bytes, dict[str, Any]]:
        """The body as it came, and as an object. Raises Refusal."""
        headers = Headers(scope=scope)
        if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The body must be JSON, and say so in `content-type`.")
        reserved = read_length(headers, self.most) or self.most
        if self._being_read[address] + reserved > OF_ADDRESS or self._being_read.total() + reserved > AT_ONCE:
            raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "The server is reading too much at once; try again soon.")
        self._being_read[address] += reserved
        try:
            async with asyncio.timeout(PATIENCE):
                body = await self._whole(receive)
            if len(body) <= SHORT:
                return body, parse(body, self.values)
            return body, await asyncio.to_thread(parse, body, self.values)
        except TimeoutError:
            raise Refusal(HTTPStatus.REQUEST_TIMEOUT, f"The body did not arrive within {PATIENCE:g} seconds.") from None
        finally:
            self._being_read[address] -= reserved
            self._being_read += Counter()  # leaves out who sends nothing any more

    async def _whole(self, receive: Receive) -> bytes:
        parts, size, more = [], 0, True
        while more:
            message = await receive()
            if message["type"] != "http.request":
                raise Refusal(HTTPStatus.BAD_REQUEST, "The body broke off.")
            part, more = message.get("body", b""), message.get("more_body", False)
            size += len(part)
            if size > self.most:  # whatever its length was said to be
                raise too_large(self.most)
            parts.append(part)
        return b"".join(parts)


def read_length(headers: Headers, most: int) -> int | None:
    """How long the body is said to be; None if nothing is said. Raises Refusal when that is too long."""
    said = headers.getlist("content-length")
    if not said:
        return None
    if len(said) != 1 or not re.fullmatch("[0-9]{1,18}", said[0]):
        raise Refusal(HTTPStatus.BAD_REQUEST, "`content-length` must be one number.")
    if int(said[0]) > most:
        raise too_large(most)
    return int(said[0])


def too_large(most: int) -> Refusal:
    return Refusal(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"At most {most / MEGABYTE:.3g} MB can be sent to this server at once."
    )


def parse(body: bytes, most: int) -> dict[str, Any]:
    """The object. How wide and how deep it is is counted in the text, before a list is made. Raises Refusal."""
    rest = STRINGS.sub(b"", body)
    if rest.count(b",") + rest.count(b"[") + rest.count(b"{") > most:
        raise Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"At most {most:,} values can be sent at once.")
    depth = 0
    for bracket in BRACKETS.findall(rest):
        depth += 1 if bracket in b"[{" else -1
        if depth > DEEPEST:
            raise Refusal(HTTPStatus.BAD_REQUEST, f"At most {DEEPEST} lists and objects can be in each other.")
    if DIGITS.search(rest):
        raise Refusal(HTTPStatus.BAD_REQUEST, f"No number can have more than {MOST_DIGITS:,} digits.")
    try:
        # Said to be UTF-8: `json` would read UTF-16 too, in whose bytes the marks that were counted are others.
        value = json.loads(body.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError):
        raise Refusal(HTTPStatus.BAD_REQUEST, WRONG) from None
    if not isinstance(value, dict):
        raise Refusal(HTTPStatus.BAD_REQUEST, WRONG)
    return value


def replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives this body once, then what else comes: that the client has gone."""
    given = False

    async def again() -> Any:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
