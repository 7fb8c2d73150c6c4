"""Reads the body of an answer as chunks, streamed or not, told apart by its content."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import aclosing, contextmanager, suppress

import aiohttp

from playground.backends.endpoints.endpoint import Endpoint
from playground.backends.endpoints.failures import quote_server, read_body_start
from playground.backends.endpoints.payloads import Chunk, read_chunk
from playground.backends.endpoints.reading.event_parser import BOM, EventParser, ServerEvent, is_done
from playground.errors import EndpointFailed

END_TIMEOUT = (
    0.1  # seconds for the end of the body after [DONE]: a connection with nothing left on it can be used again
)
SNIFFED_BYTES = 6  # bytes at the beginning that tell an event stream from anything else
EVENT_FIELD = re.compile(rb"(data|event|id|retry|error)?:")


@contextmanager
def protocol_errors(endpoint: Endpoint) -> Iterator[None]:
    """For reading chunks as what they should be: raises EndpointFailed where they have another shape."""
    try:
        yield
    except (KeyError, TypeError, AttributeError, ValueError):
        raise EndpointFailed(f"{endpoint.name} sent an answer that is not of the chat completions protocol.") from None


class AnswerBody:
    """`done`: the server said that the answer is over, or sent one that is not streamed, and all of that came.

    At most `most` bytes are read.
    """

    def __init__(self, endpoint: Endpoint, response: aiohttp.ClientResponse, max_bytes: int) -> None:
        self.done = False
        self._endpoint, self._response, self._max_bytes = endpoint, response, max_bytes

    async def chunks(self) -> AsyncGenerator[list[Chunk], None]:
        """Chunks as they arrive, until the stream says that it is over; nothing that follows is read.

        Raises EndpointFailed when it is not what it should be, says what went wrong, or is too long.
        """
        async with aclosing(self._limited_pieces()) as pieces:
            start = b""
            async for piece in pieces:
                start = (start + piece).removeprefix(BOM).lstrip()  # some servers send blanks while they compute
                if len(start) >= SNIFFED_BYTES:
                    break
            if not start:
                return
            if start.startswith((b"{", b"[")):
                yield self._read_unstreamed(start + b"".join([piece async for piece in pieces]))
            elif self._response.content_type == "text/event-stream" or EVENT_FIELD.match(start):
                async for found in self._events(start, pieces):
                    yield found
            else:
                raise await self._wrong_content(start)

    async def _events(self, start: bytes, pieces: AsyncIterator[bytes]) -> AsyncIterator[list[Chunk]]:
        parser = EventParser()
        async for events in _parse_pieces(parser, start, pieces):
            found, failure = self._read_chunks(events)
            if found:
                yield found
            if failure:
                raise failure
            if self.done:
                with suppress(TimeoutError, aiohttp.ClientError):
                    async with asyncio.timeout(END_TIMEOUT):
                        await self._response.content.readany()
                return

    def _read_unstreamed(self, body: bytes) -> list[Chunk]:
        """A body that was not streamed, or one JSON line after the other."""
        text = body.decode("utf-8-sig", "replace")
        events = [ServerEvent("", text)]
        with suppress(ValueError, RecursionError):
            json.loads(text, strict=False)
            self.done = True
        if not self.done:
            parser = EventParser()
            events = [*parser.feed(body), *parser.close()]
            self.done = len(events) > 1
        found, failure = self._read_chunks(events)
        if failure:
            raise failure
        return found

    def _read_chunks(self, events: Sequence[ServerEvent]) -> tuple[list[Chunk], EndpointFailed | None]:
        """The chunks up to the end or to one that is none, and what is wrong with that: what came before is kept."""
        found: list[Chunk] = []
        for event in events:
            if is_done(event.data):
                self.done = True
                break
            try:
                found.append(read_chunk(self._endpoint, event.data, event.name))
            except EndpointFailed as error:
                return found, error
        return found, None

    async def _limited_pieces(self) -> AsyncGenerator[bytes, None]:
        size = 0
        async for data in self._response.content.iter_any():
            size += len(data)
            if size > self._max_bytes:
                raise EndpointFailed(
                    f"{self._endpoint.name} sent more than the {self._max_bytes / 1e6:.1f} MB that an answer of this "
                    "length can have; the rest was not read."
                )
            yield data

    async def _wrong_content(self, start: bytes) -> EndpointFailed:
        kind = self._response.content_type
        what = "a web page" if kind == "text/html" else f"content of type {kind[:60]!a}"
        said = quote_server(self._endpoint, start.decode("utf-8", "replace") + await read_body_start(self._response))
        return EndpointFailed(
            f"{self._endpoint.name} answered with {what} instead of a model's answer{said}. "
            "Check the base URL; it often ends in /v1."
        )


async def _parse_pieces(
    parser: EventParser, start: bytes, pieces: AsyncIterator[bytes]
) -> AsyncIterator[list[ServerEvent]]:
    """The events of one read together; those of the end too."""
    yield parser.feed(start)
    async for piece in pieces:
        yield parser.feed(piece)
    yield parser.close()
