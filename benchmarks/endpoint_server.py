"""A server that answers every question with 64 tokens over 200 ms: `python -m benchmarks.endpoint_server PORT`.

Hand-made, so that on a small machine it is the client that is measured. GET /gone is answered with the seconds since
boot at which the last connection was closed in the middle of an answer, 0 if none was.
"""

import asyncio
import json
import sys
import time

TOKENS, SECONDS = 64, 0.2
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


def event(chunk: dict[str, object]) -> bytes:
    data = b"data: " + json.dumps({"id": "chatcmpl-1", "model": "words", **chunk}).encode() + b"\n\n"
    return b"%x\r\n%s\r\n" % (len(data), data)


WORD = event({"choices": [{"index": 0, "delta": {"content": " word"}, "finish_reason": None}]})
END = (
    event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    + event({"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": TOKENS}})
    + b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n"
)


class Answering(asyncio.Protocol):
    """One connection: a request, then its answer, token by token."""

    gone = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.loop = asyncio.get_running_loop()
        self.transport: asyncio.Transport | None = transport  # type: ignore[assignment]
        self.read = b""
        self.sent = TOKENS

    def connection_lost(self, error: Exception | None) -> None:
        self.transport = None
        if self.sent < TOKENS:
            Answering.gone = time.monotonic()

    def data_received(self, data: bytes) -> None:
        self.read += data
        head, complete, body = self.read.partition(b"\r\n\r\n")
        length = next(
            (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
        )
        if not complete or len(body) < length or self.transport is None:
            return
        self.read = body[length:]
        if head.startswith(b"GET"):
            said = str(Answering.gone).encode()
            self.transport.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(said), said))
            return
        self.transport.write(HEAD)
        self.began, self.sent = self.loop.time(), 0
        self.next()

    def next(self) -> None:
        if self.transport is None:
            return
        if self.sent == TOKENS:
            self.transport.write(END)
            return
        self.transport.write(WORD)
        self.sent += 1
        self.loop.call_at(self.began + self.sent * SECONDS / TOKENS, self.next)


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Answering, "127.0.0.1", int(sys.argv[1]), backlog=512)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
