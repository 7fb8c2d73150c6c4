"""Turns HTTP and connection errors into messages, in the words of the server and without the key."""

import asyncio
import json
import os
import re
import time
from contextlib import suppress
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp

from playground.backends.endpoints.endpoint import Endpoint
from playground.backends.endpoints.reading.endings import withholding_word
from playground.errors import AnswerWithheld, EndpointFailed

TRANSIENT_STATUSES = {429, 500, 502, 503, 504}
MAX_QUOTED = 300  # characters of what a server said that are repeated
MAX_READ = 16 * 1024  # bytes of an error page that are read
MAX_SEARCHED = 2000  # characters that are searched for the key: the time for it grows with their square
MESSAGE_KEYS = (
    "error", "errors", "message", "detail", "details", "msg", "error_msg", "error_message", "error_description",
    "status_msg", "base_resp", "exception", "fault", "faultstring", "reason", "title",
)  # fmt: skip
MAX_RETRY_AFTER = 1e9  # seconds that a server may ask to wait, as far as we tell
MAX_DEPTH = 8  # levels and entries of an error body that are looked at
TRY_OTHERWISE = "Change the prompt or ask another model."
EVENT_FRAME = re.compile(r"(?:\s*(?:event|id|retry):[^\n]*\n)*\s*data:")  # before an error that is sent as an event
PATIENCE = 5.0  # seconds for the rest of an error page


async def response_error(endpoint: Endpoint, answer: aiohttp.ClientResponse) -> EndpointFailed:
    """What an answer other than 2xx means."""
    if answer.status < 400:
        return EndpointFailed(
            f"{endpoint.name} redirects to another address ({answer.status}), which is not followed, so that the key "
            "goes nowhere else. Enter the address it redirects to as the base URL if you trust it."
        )
    body = await read_body_start(answer)
    said = quote_server(endpoint, body)
    if answer.status in (400, 422) and withholding_word(_parse_json(body)):
        return AnswerWithheld(f"{endpoint.name} withheld the answer{said}. {TRY_OTHERWISE}", status=answer.status)
    after = parse_retry_after(answer.headers.get("Retry-After", ""), time.time())
    message = f"{endpoint.name} answered {answer.status}{said}. {_advice(endpoint, answer.status)}".rstrip()
    return EndpointFailed(
        message, is_transient=answer.status in TRANSIENT_STATUSES, retry_after=after, status=answer.status
    )


def connection_error(endpoint: Endpoint, error: Exception) -> EndpointFailed:
    """What an error of the connection means. It may pass."""
    limits = endpoint.limits
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return EndpointFailed(f"{endpoint.name} has no certificate that this machine trusts; check the base URL.")
    if isinstance(error, aiohttp.ClientSSLError):
        return EndpointFailed(
            f"{endpoint.name} cannot be spoken to over TLS; perhaps its base URL begins with http://."
        )
    if isinstance(error, aiohttp.ClientConnectorError):
        number = error.os_error.errno or 0  # below 0 for names that are not found, which only strerror tells
        why = os.strerror(number) if number > 0 else error.os_error.strerror or "no connection"
        return EndpointFailed(
            f"{endpoint.name} cannot be reached at {endpoint.base_url}: {why}. "
            "Check the base URL, and that the server runs.", is_transient=True,
        )  # fmt: skip
    if isinstance(error, aiohttp.InvalidURL):
        return EndpointFailed(f"{endpoint.name} has an address that is none; check the base URL.")
    if isinstance(error, aiohttp.ClientResponseError):
        return EndpointFailed(f"{endpoint.name} does not answer in HTTP at {endpoint.base_url}; check the base URL.")
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return EndpointFailed(
            f"{endpoint.name} cannot be reached at {endpoint.base_url}: it does not answer.", is_transient=True
        )
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return EndpointFailed(f"{endpoint.name} closed the connection without an answer.", is_transient=True)
    if isinstance(error, aiohttp.SocketTimeoutError):
        return EndpointFailed(f"{endpoint.name} said nothing for {limits.silence:g} seconds.", is_transient=True)
    if isinstance(error, asyncio.TimeoutError):
        return EndpointFailed(f"{endpoint.name} did not end its answer within {limits.seconds:g} s.", is_transient=True)
    return EndpointFailed(f"{endpoint.name} broke off the connection in the middle of its answer.", is_transient=True)


async def read_body_start(answer: aiohttp.ClientResponse) -> str:
    """The body as text, as much of it as comes soon and is worth reading."""
    data = b""
    with suppress(aiohttp.ClientError, TimeoutError):
        async with asyncio.timeout(PATIENCE):
            while len(data) < MAX_READ and (piece := await answer.content.read(MAX_READ)):
                data += piece
    return data.decode("utf-8", "replace")


def quote_server(endpoint: Endpoint, body: str) -> str:
    """What the body says, quoted, ready to follow a verb; empty if it says nothing a person can use."""
    if (data := _parse_json(body)) is not None:
        words = error_message(data)
    else:
        words = "" if re.search(r"<html|<!doctype", body, re.IGNORECASE) else body
    # Characters that show nothing, steer a terminal or turn the direction of what follows are none of the words.
    words = "".join(character if character.isprintable() else " " for character in words[: 2 * MAX_SEARCHED])
    words = endpoint.key.redact(" ".join(words.split())[:MAX_SEARCHED])
    excerpt = words if len(words) <= MAX_QUOTED else words[:MAX_QUOTED] + "\u2026"
    return f": \u201c{excerpt}\u201d" if words else ""


def parse_retry_after(value: str, now: float) -> float | None:
    """Seconds that a Retry-After header asks for: it holds seconds or a date."""
    if re.fullmatch(r"\d+(\.\d+)?", value.strip()):
        return min(float(value), MAX_RETRY_AFTER)
    try:
        return min(max(0.0, parsedate_to_datetime(value).timestamp() - now), MAX_RETRY_AFTER)
    except (ValueError, OverflowError):
        return None


def _parse_json(body: str) -> Any:
    """What the body holds; None if it is no JSON, or null."""
    with suppress(ValueError, RecursionError):
        return json.loads(body[match.end() :] if (match := EVENT_FRAME.match(body)) else body, strict=False)
    return None


def error_message(data: Any, depth: int = 0) -> str:
    """The words in an error body, whichever of the usual shapes it has."""
    if isinstance(data, str):
        return data
    if depth > MAX_DEPTH or not isinstance(data, dict | list):
        return ""
    if isinstance(data, list):
        return next((words for entry in data[:MAX_DEPTH] if (words := error_message(entry, depth + 1))), "")
    parts = [words for key in MESSAGE_KEYS if (words := error_message(data.get(key), depth + 1))]
    if parts and isinstance(place := data.get("loc"), list):  # FastAPI names the field apart from what is wrong with it
        parts.insert(0, ".".join(str(part)[:MAX_QUOTED] for part in place[:MAX_DEPTH]))
    return ": ".join(dict.fromkeys(parts))


def _advice(endpoint: Endpoint, status: int) -> str:
    page = endpoint.provider.key_page if endpoint.provider else ""
    return {
        400: "Change the setting it names.",
        401: f"Check the key at {page} and connect again." if page else "Check the key and connect again.",
        403: "Check what the key is allowed to do.",
        404: "Check the base URL (it often ends in /v1) and the model.",
        429: "Wait, or make fewer calls a minute.",
    }.get(status, "Try again later." if status >= 500 else "")
