"""A hub on this machine, as far as publishing needs one: repositories are made, and commits taken."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class LocalHub:
    """What it was sent. With a `status` it refuses all."""

    address: str = ""
    status: int = 200
    made: list[dict[str, object]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)


@contextmanager
def local_hub() -> Iterator[LocalHub]:
    hub = LocalHub()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            hub.tokens.add(self.headers.get("Authorization", ""))
            self.answer(hub.status, self.taken(body) if hub.status == 200 else {"error": "refused"})

        def do_GET(self) -> None:
            self.answer(404, {"error": "not there"})

        def taken(self, body: bytes) -> dict[str, object]:
            if self.path == "/api/repos/create":
                hub.made.append(json.loads(body))
                return {"url": f"{hub.address}/me/words", "id": "me/words"}
            if "/preupload/" in self.path:
                files = json.loads(body)["files"]
                return {"files": [{"path": f["path"], "uploadMode": "regular", "shouldIgnore": False} for f in files]}
            if "/commit/" in self.path:
                for line in body.splitlines():
                    if (sent := json.loads(line))["key"] == "file":
                        hub.files[sent["value"]["path"]] = base64.b64decode(sent["value"]["content"])
                return {"commitUrl": f"{hub.address}/me/words/commit/1", "commitOid": "1", "success": True}
            return {}

        def answer(self, status: int, data: dict[str, object]) -> None:
            content = json.dumps(data).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        hub.address = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield hub
        server.shutdown()
