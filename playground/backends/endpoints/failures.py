"""What a server elsewhere answered instead of an answer, told to the person: in its own words, without the key."""

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
from playground.backends.endpoints.reading.endings import withheld
from playground.errors import AnswerWithheld, EndpointFailed

PASSING = {429, 500, 502, 503, 504}
SAID = 300  # characters of what a server said that are repeated
READ = 16 * 1024  # bytes of an error page that are read
SEARCHED = 2000  # characters that are searched for the key: the time for it grows with their square
MESSAGES = (
    "error", "errors", "message", "detail", "details", "msg", "error_msg", "error_message", "error_description",
    "status_msg", "base_resp", "exception", "fault", "faultstring", "reason", "title",
)  # fmt: skip
LONGEST = 1e9  # seconds that a server may ask to wait, as far as we tell
DEEPEST = 8  # levels and entries of an error body that are looked at
OTHERWISE = "Change the prompt or ask another model."
FRAME = re.compile(r"(?:\s*(?:event|id|retry):[^\n]*\n)*\s*data:")  # before an error that is sent as an event
PATIENCE = 5.0  # seconds for the rest of an error page


async def refused(endpoint: Endpoint, answer: aiohttp.ClientResponse) -> EndpointFailed:
    """What an answer other than 2xx means."""
    if answer.status < 400:
        return EndpointFailed(
            f"{endpoint.name} redirects to another address ({answer.status}), which is not followed, so that the key "
            "goes nowhere else. Enter the address it redirects to as the base URL if you trust it."
        )
    body = await beginning(answer)
    said = told(endpoint, body)
    if answer.status in (400, 422) and withheld(_json(body)):
        return AnswerWithheld(f"{endpoint.name} withheld the answer{said}. {OTHERWISE}", status=answer.status)
    after = retry_after(answer.headers.get("Retry-After", ""), time.time())
    message = f"{endpoint.name} answered {answer.status}{said}. {_advice(endpoint, answer.status)}".rstrip()
    return EndpointFailed(message, passing=answer.status in PASSING, after=after, status=answer.status)


def unreachable(endpoint: Endpoint, error: Exception) -> EndpointFailed:
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
            "Check the base URL, and that the server runs.", passing=True,
        )  # fmt: skip
    if isinstance(error, aiohttp.InvalidURL):
        return EndpointFailed(f"{endpoint.name} has an address that is none; check the base URL.")
    if isinstance(error, aiohttp.ClientResponseError):
        return EndpointFailed(f"{endpoint.name} does not answer in HTTP at {endpoint.base_url}; check the base URL.")
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return EndpointFailed(
            f"{endpoint.name} cannot be reached at {endpoint.base_url}: it does not answer.", passing=True
        )
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return EndpointFailed(f"{endpoint.name} closed the connection without an answer.", passing=True)
    if isinstance(error, aiohttp.SocketTimeoutError):
        return EndpointFailed(f"{endpoint.name} said nothing for {limits.silence:g} seconds.", passing=True)
    if isinstance(error, asyncio.TimeoutError):
        return EndpointFailed(f"{endpoint.name} did not end its answer within {limits.seconds:g} s.", passing=True)
    return EndpointFailed(f"{endpoint.name} broke off the connection in the middle of its answer.", passing=True)


async def beginning(answer: aiohttp.ClientResponse) -> str:
    """The body as text, as much of it as comes soon and is worth reading."""
    data = b""
    with suppress(aiohttp.ClientError, TimeoutError):
        async with asyncio.timeout(PATIENCE):
            while len(data) < READ and (piece := await answer.content.read(READ)):
                data += piece
    return data.decode("utf-8", "replace")


def told(endpoint: Endpoint, body: str) -> str:
    """What the body says, quoted, ready to follow a verb; empty if it says nothing a person can use."""
    if (data := _json(body)) is not None:
        words = message_of(data)
    else:
        words = "" if re.search(r"<html|<!doctype", body, re.IGNORECASE) else body
    # Characters that show nothing, steer a terminal or turn the direction of what follows are none of the words.
    words = "".join(character if character.isprintable() else " " for character in words[: 2 * SEARCHED])
    words = endpoint.key.redact(" ".join(words.split())[:SEARCHED])
    shown = words if len(words) <= SAID else words[:SAID] + "\u2026"
    return f": \u201c{shown}\u201d" if words else ""


def retry_after(value: str, now: float) -> float | None:
    """Seconds that a Retry-After header asks for: it holds seconds or a date."""
    if re.fullmatch(r"\d+(\.\d+)?", value.strip()):
        return min(float(value), LONGEST)
    try:
        return min(max(0.0, parsedate_to_datetime(value).timestamp() - now), LONGEST)
    except (ValueError, OverflowError):
        return None


def _json(body: str) -> Any:
    """What the body holds; None if it is no JSON, or null."""
    with suppress(ValueError, RecursionError):
        return json.loads(body[match.end() :] if (match := FRAME.match(body)) else body, strict=False)
    return None


def message_of(data: Any, depth: int = 0) -> str:
    """The words in an error body, whichever of the usual shapes it has."""
    if isinstance(data, str):
        return data
    if depth > DEEPEST or not isinstance(data, dict | list):
        return ""
    if isinstance(data, list):
        return next((words for entry in data[:DEEPEST] if (words := message_of(entry, depth + 1))), "")
    found = [words for key in MESSAGES if (words := message_of(data.get(key), depth + 1))]
    if found and isinstance(place := data.get("loc"), list):  # FastAPI names the field apart from what is wrong with it
        found.insert(0, ".".join(str(part)[:SAID] for part in place[:DEEPEST]))
    return ": ".join(dict.fromkeys(found))


def _advice(endpoint: Endpoint, status: int) -> str:
    page = endpoint.provider.key_page if endpoint.provider else ""
    return {
        400: "Change the setting it names.",
        401: f"Check the key{f' at {page}' if page else ''} and connect again.",
        403: "Check what the key is allowed to do.",
        404: "Check the base URL (it often ends in /v1) and the model.",
        429: "Wait, or make fewer calls a minute.",
    }.get(status, "Try again later." if status >= 500 else "")
