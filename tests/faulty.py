"""A server that speaks the protocol, or misbehaves in the one way that it was told to. Real sockets, loopback only."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from patience import PATIENCE

USAGE = {"prompt_tokens": 7, "completion_tokens": 4, "total_tokens": 11}
WORDS = ("one", " two", " three", " four")
KEY = "sk-test-0123456789abcdefghij"


@dataclass
class Seen:
    """One request as the server got it; `gone` is set when its connection was closed before the answer was over."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    gone: threading.Event = field(default_factory=threading.Event)
    gone_at: float = 0.0


class Handler(BaseHTTPRequestHandler):
    """What a fault has in its hands: ways to answer, right and wrong."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else a body waits until the receipt of its head has come
    server: "Faulty"
    seen: Seen

    def do_GET(self) -> None:
        self._take({})

    def do_POST(self) -> None:
        self._take(json.loads(self.rfile.read(int(self.headers["content-length"]))))

    def _take(self, body: dict[str, Any]) -> None:
        self.seen = Seen(self.path, dict(self.headers), body)
        self.server.seen.append(self.seen)
        try:
            if self.path.endswith("/models"):
                self.server.models(self)
            else:
                self.server.fault(self)
        except OSError:
            self.seen.gone_at = time.monotonic()
            self.seen.gone.set()

    def reply(self, status: int, body: str | bytes, kind: str = "application/json", **headers: str) -> None:
        data = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)

    def error(self, status: int, message: str = "", **headers: str) -> None:
        self.reply(status, json.dumps({"error": {"message": message or f"fault {status}"}}), **headers)

    def begin(self, kind: str = "text/event-stream") -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()

    def send(self, data: str) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data.encode()), data.encode()))

    def say(self, text: str, index: int = 0, **more: Any) -> None:
        self.event({"choices": [{"index": index, "delta": {"content": text}, **more}]})

    def event(self, chunk: dict[str, Any]) -> None:
        self.send(f"data: {json.dumps({'model': 'tiny-0.1', **chunk})}\n\n")

    def end(self, usage: dict[str, int] | None = USAGE, reason: str = "stop", samples: int = 0) -> None:
        for index in range(samples or self.seen.body.get("n", 1)):
            self.event({"choices": [{"index": index, "delta": {}, "finish_reason": reason}]})
        if usage:
            self.event({"choices": [], "usage": usage})
        self.send("data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def stall(self) -> None:
        """Say nothing until the other side has closed the connection."""
        self.connection.settimeout(PATIENCE)
        if not self.connection.recv(1):
            raise ConnectionResetError

    def drop(self) -> None:
        """Close the connection in the middle of what was begun."""
        self.close_connection = True
        self.wfile.flush()

    def log_message(self, *args: Any) -> None:
        """Silent."""


Fault = Callable[[Handler], None]


def fine(handler: Handler) -> None:
    """A right answer of four tokens, for each of n samples."""
    handler.begin()
    for word in WORDS:
        for index in range(handler.seen.body.get("n", 1)):
            handler.say(word, index)
    handler.end()


def listing(*models: dict[str, Any]) -> Fault:
    return lambda handler: handler.reply(200, json.dumps({"object": "list", "data": list(models)}))


class Faulty(ThreadingHTTPServer):
    """`fault` answers questions and `models` the request for the list; both can be set. `seen` are all requests."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.fault: Fault = fine
        self.models: Fault = listing({"id": "tiny"})
        self.seen: list[Seen] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def handle_error(self, *args: Any) -> None:
        """Silent: connections are broken here on purpose."""

    def in_turn(self, *faults: Fault) -> None:
        """One fault for each request, the last for all that follow."""
        left = list(faults)
        self.fault = lambda handler: (left.pop(0) if len(left) > 1 else left[0])(handler)


@contextmanager
def serving() -> Iterator[Faulty]:
    with Faulty() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
