"""A package index and a hub on this machine, with a small model in both: what is asked of them is written down."""

import hashlib
import http.server
import io
import os
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from patience import PATIENCE

from playground.backends.packaged_models import PackagedModel, Wheel

REPOSITORY, FILE = "org/tiny-GGUF", "tiny.gguf"


class FileServer(http.server.ThreadingHTTPServer):
    """`files` by path. `asked` are what was sent, in order, with where it began.

    A path in `cut` is sent up to that many bytes once, then the connection ends; one in `held` waits there.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.sizes: dict[str, int] = {}  # that a path is said to have, where that is not true
        self.refusals: dict[str, int] = {}
        self.asked: list[tuple[str, int]] = []
        self.cut: dict[str, int] = {}
        self.held: dict[str, int] = {}
        self.go_on = threading.Event()
        self.reached = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def offer(self, data: bytes, pieces: int = 2, **changes: Any) -> PackagedModel:
        """Put a file at the hub and, in pieces, on the index; gives the model that consists of it."""
        self.files[f"/{REPOSITORY}/resolve/main/{FILE}"] = data
        size = -(-len(data) // pieces)
        wheels = [self.add_wheel(n, data[n * size : (n + 1) * size]) for n in range(pieces)]
        what: dict[str, Any] = {
            "name": "Tiny", "short": "tiny", "title": "Tiny", "publisher": "nobody", "licence": "mit",
            "parameters": 123_200, "context": 256, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(),
            "wheel_bytes": sum(len(file) for path, file in self.files.items() if path.endswith(".whl")),
            "wheels": tuple(wheels), "repository": REPOSITORY, "file": FILE, "published": "nobody/tiny",
        }  # fmt: skip
        return PackagedModel(**{**what, **changes})

    def add_wheel(self, number: int, piece: bytes, name: str = "data/part.bin") -> Wheel:
        """Put a wheel on the index."""
        project = f"tiny-part{number}"
        data = wheel(project.replace("-", "_"), piece, name)
        self.files[f"/simple/{project}/"] = f'<a href="/{wheel_name(number)}">{wheel_name(number)}</a>'.encode()
        self.files[f"/{wheel_name(number)}"] = data
        line = f"{project}==1.0 --hash=sha256:{hashlib.sha256(data).hexdigest()}"
        return Wheel(requirement=line, piece=f"tiny_part{number}/data/part.bin")

    def sent(self, end: str) -> list[int]:
        """Where each sending of the files whose path ends so began."""
        return [start for path, start in self.asked if path.endswith(end)]


class Handler(http.server.BaseHTTPRequestHandler):
    server: FileServer

    def log_message(self, *_: Any) -> None: ...

    def do_HEAD(self) -> None:
        self.answer(body=False)

    def do_GET(self) -> None:
        self.answer(body=True)

    def answer(self, body: bool) -> None:
        path, server = unquote(urlsplit(self.path).path), self.server
        status = server.refusals.get(path, 404 if path not in server.files else 200)
        data = server.files[path] if status == 200 else b""
        start = 0
        if data and body and (wanted := self.headers.get("Range")):
            start, status = int(wanted.removeprefix("bytes=").rstrip("-")), 206
        self.send_response(status)
        self.send_header("Content-Length", str(server.sizes.get(path, len(data)) - start))
        self.send_header("Content-Type", "text/html" if path.endswith("/") else "application/octet-stream")
        self.send_header("X-Repo-Commit", "a" * 40)
        self.send_header("ETag", f'"{hashlib.sha1(data).hexdigest()}"')
        self.end_headers()
        if not body:
            return
        server.asked.append((path, start))
        try:
            if path in server.cut:
                self.wfile.write(data[start : server.cut.pop(path)])
                self.close_connection = True
                return
            if path in server.held:
                end = server.held.pop(path)
                self.wfile.write(data[start:end])
                self.wfile.flush()
                server.reached.set()
                server.go_on.wait(PATIENCE)
                start = max(start, end)
            self.wfile.write(data[start:])
        except OSError:
            """Whoever asked has gone: that is what is tested."""


@contextmanager
def file_server() -> Iterator[FileServer]:
    """A server that runs."""
    server = FileServer()
    thread = threading.Thread(target=server.serve_forever, args=[0.01])
    thread.start()
    try:
        yield server
    finally:
        server.go_on.set()
        server.shutdown()
        thread.join(PATIENCE)
        server.server_close()


@contextmanager
def index_and_hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    """The server in place of pip's package index and of the hub, whatever the machine is set to."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    with file_server() as server:
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("PIP_INDEX_URL", f"{server.url}/simple")
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        yield server


def wheel_name(number: int) -> str:
    return f"tiny_part{number}-1.0-py3-none-any.whl"


def wheel(package: str, piece: bytes, name: str) -> bytes:
    """The bytes of a wheel that holds one file, and code that nobody may run."""
    about = f"{package}-1.0.dist-info"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{package}/__init__.py", "raise SystemExit('a wheel of a model was imported')")
        archive.writestr(f"{package}/{name}", piece)
        archive.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        archive.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{about}/RECORD", "")
    return out.getvalue()
