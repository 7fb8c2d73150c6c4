"""A small Qdrant server: the REST calls that the playground makes, answered by the client's own embedded mode.

What comes in is read by the client's models of requests, which refuse a field that they do not know, and what goes out
is written by its models of answers: so both have the shapes of the protocol.
"""

import json
import re
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

ONE = r"/collections/([^/?]+)"
FORBIDDEN = "Invalid api-key"


class QdrantServer:
    """It listens until it is left. With a `key` every call must send it; `held` are calls that wait until `may_answer`.

    `broken` is a status that it answers every call with.
    """

    def __init__(self, key: str = "") -> None:
        import qdrant_client  # takes a second, and each process that runs tests collects this file

        self.key, self.broken, self.held = key, 0, False
        self.may_answer = threading.Event()
        self.store, self._models = qdrant_client.QdrantClient(":memory:"), qdrant_client.models
        self.asked: list[str] = []
        self._lock = threading.Lock()  # the embedded mode is for one thread
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.store.close()

    def stop(self) -> None:
        """It is away, and its port is closed."""
        self.may_answer.set()
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()

    def answer(self, method: str, path: str, body: Any, key: str) -> tuple[int, Any]:
        """A status, and what is the result or what is wrong."""
        path, _, _ = path.partition("?")
        self.asked.append(f"{method} {path}")
        if self.held and not self.may_answer.wait(60):
            return 500, "nobody let it answer"
        if self.broken:
            return self.broken, "the disk is full"
        if self.key and key != self.key:
            return 403, FORBIDDEN
        for wanted, pattern, work in self._calls():
            if wanted == method and (place := re.fullmatch(pattern, path)):
                try:
                    with self._lock:
                        return 200, work(place[1], body)
                except (ValueError, KeyError) as error:
                    return 404 if "not found" in str(error) else 400, f"Wrong input: {error}"
        return 404, "no such call"

    def _calls(self) -> list[tuple[str, str, Callable[[str, Any], Any]]]:
        return [
            ("GET", f"{ONE}/exists", lambda name, _: {"exists": self.store.collection_exists(name)}),
            ("GET", ONE, lambda name, _: self.store.get_collection(name)),
            ("PUT", ONE, self._create),
            ("DELETE", ONE, lambda name, _: self.store.delete_collection(name)),
            ("POST", f"{ONE}/points/count", lambda name, _: self.store.count(name)),
            ("PUT", f"{ONE}/points", self._upsert),
            ("POST", f"{ONE}/points/query", self._query),
        ]

    def _create(self, name: str, body: Any) -> bool:
        return self.store.create_collection(name, self._models.CreateCollection(**body).vectors)

    def _upsert(self, name: str, body: Any) -> Any:
        batch = self._models.PointsBatch(**body).batch
        size = self.store.get_collection(name).config.params.vectors.size  # type: ignore[union-attr]
        if wrong := next((row for row in batch.vectors if len(row) != size), None):  # type: ignore[arg-type,union-attr]
            raise ValueError(f"Vector dimension error: expected dim: {size}, got {len(wrong)}")
        return self.store.upsert(name, batch)

    def _query(self, name: str, body: Any) -> Any:
        asked = self._models.QueryRequest(**body)
        size = self.store.get_collection(name).config.params.vectors.size  # type: ignore[union-attr]
        sought: Any = asked.query.nearest if isinstance(asked.query, self._models.NearestQuery) else asked.query
        if len(sought) != size:
            raise ValueError(f"Vector dimension error: expected dim: {size}, got {len(sought)}")
        return self.store.query_points(name, query=sought, query_filter=asked.filter, limit=asked.limit or 10)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def _do(self) -> None:
                length = int(self.headers.get("content-length") or 0)
                body = json.loads(self.rfile.read(length)) if length else None
                status, result = server.answer(self.command, self.path, body, self.headers.get("api-key", ""))
                said = {"result": _plain(result), "status": "ok"} if status == 200 else {"status": {"error": result}}
                text = json.dumps({**said, "time": 0.001}).encode()
                try:
                    self.send_response(status)
                    self.send_header("content-type", "application/json")
                    self.send_header("content-length", str(len(text)))
                    self.end_headers()
                    self.wfile.write(text)
                except OSError:  # whoever asked did not wait
                    self.close_connection = True

            do_GET = do_PUT = do_POST = do_DELETE = _do

            def log_message(self, *_: object) -> None:
                """Nothing."""

        return Handler


def _plain(result: Any) -> Any:
    return result.model_dump(mode="json", exclude_none=True) if hasattr(result, "model_dump") else result
