"""The body of a streamed answer as chunks, those of one read together."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import aiohttp

from playground.backends.endpoints.endpoint import Endpoint
from playground.backends.endpoints.failures import PASSING, beginning, told
from playground.errors import EndpointFailed

Chunk = dict[str, Any]
DONE = b"[DONE]"
REST = 0.1  # seconds for the end of the body after that: a connection with nothing left on it can be used again


@contextmanager
def of_the_protocol(endpoint: Endpoint) -> Iterator[None]:
    """For reading chunks as what they should be: raises EndpointFailed where they have another shape."""
    try:
        yield
    except (KeyError, TypeError, AttributeError, ValueError):
        raise EndpointFailed(f"{endpoint.name} sent an answer that is not of the chat completions protocol.") from None


async def chunks(endpoint: Endpoint, answer: aiohttp.ClientResponse, most: int) -> AsyncIterator[list[Chunk]]:
    """Chunks as they arrive, until the stream says that it is over. An answer that is not streamed is one chunk.

    Raises EndpointFailed when it is not what it should be, or longer than `most` bytes.
    """
    kind = answer.content_type
    if kind == "application/json":
        body = b"".join([data async for data in _limited(endpoint, answer, most)])
        yield [_chunk(endpoint, body)]
        return
    if kind != "text/event-stream":
        what = "a web page" if kind == "text/html" else f"content of type {kind[:60]!a}"
        said = told(endpoint, await beginning(answer))
        raise EndpointFailed(
            f"{endpoint.name} answered with {what} instead of a model's answer{said}. "
            "Check the base URL; it often ends in /v1."
        )
    async for lines in _lines(_limited(endpoint, answer, most)):
        payloads = [line[5:].strip() for line in lines if line.startswith(b"data:")]
        found, failure = _read(endpoint, [payload for payload in payloads if payload not in (b"", DONE)])
        if found:
            yield found
        if failure:
            raise failure
        if DONE in payloads:
            with suppress(TimeoutError, aiohttp.ClientError):
                async with asyncio.timeout(REST):
                    await answer.content.readany()
            return


async def _lines(body: AsyncIterator[bytes]) -> AsyncIterator[list[bytes]]:
    """Whole lines, those of one read together; the last one may lack its end."""
    rest = b""
    async for data in body:
        *lines, rest = (rest + data).split(b"\n")
        yield lines
    yield [rest]


async def _limited(endpoint: Endpoint, answer: aiohttp.ClientResponse, most: int) -> AsyncIterator[bytes]:
    size = 0
    async for data in answer.content.iter_any():
        size += len(data)
        if size > most:
            raise EndpointFailed(
                f"{endpoint.name} sent more than the {most / 1e6:.1f} MB that an answer of this length can have; "
                "the rest was not read."
            )
        yield data


def _read(endpoint: Endpoint, payloads: Sequence[bytes]) -> tuple[list[Chunk], EndpointFailed | None]:
    """The chunks up to one that is none, and what is wrong with that one: what came before it is kept."""
    found: list[Chunk] = []
    try:
        for payload in payloads:
            found.append(_chunk(endpoint, payload))
    except EndpointFailed as error:
        return found, error
    return found, None


def _chunk(endpoint: Endpoint, payload: bytes) -> Chunk:
    text = payload.decode("utf-8", "replace")
    try:
        chunk = json.loads(text)
    except (ValueError, RecursionError):
        chunk = None
    if not isinstance(chunk, dict):
        raise EndpointFailed(f"{endpoint.name} sent something that is not JSON{told(endpoint, text)}.")
    if error := chunk.get("error"):
        passing = isinstance(error, dict) and error.get("code") in PASSING
        raise EndpointFailed(f"{endpoint.name} failed while it was answering{told(endpoint, text)}.", passing=passing)
    return chunk
