"""A real server behind the gate, and what talks to it over raw HTTP."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from clients import http_client
from patience import PATIENCE

from playground.backends.catalog import Catalog
from playground.settings import Settings
from playground.ui.app import build_app, launch_options


@dataclass
class Server:
    """The app, where it is served, and clients that keep their cookies as browsers do."""

    app: Any
    url: str
    catalog: Catalog
    clients: list[httpx.Client] = field(default_factory=list)

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 0

    def browser(self, **options: Any) -> httpx.Client:
        """A new visitor who has opened the page."""
        client = self.program(**options)
        assert client.get("/").status_code == 200
        return client

    def program(self, **options: Any) -> httpx.Client:
        """A program without a cookie."""
        client = http_client(self.url, **options)
        self.clients.append(client)
        return client

    @contextmanager
    def page(self, client: httpx.Client, session: str) -> Iterator[None]:
        """While this session's page is open."""
        with client.stream("GET", f"/gradio_api/heartbeat/{session}") as alive:
            lines = alive.iter_lines()  # closed, it would close the connection
            next(lines)
            yield

    def say_goodbye(self) -> None:
        """Let all visitors leave."""
        while self.clients:
            self.clients.pop().close()

    def end(self) -> None:
        self.say_goodbye()
        self.app.close()

    def handler(self, name: str) -> int:
        """The number of a handler, by its name in the API."""
        return next(key for key, fn in self.app.fns.items() if fn.api_name == name)

    def join(self, client: httpx.Client, session: str, name: str, *data: Any) -> httpx.Response:
        body = {"data": list(data), "fn_index": self.handler(name), "session_hash": session}
        return client.post("/gradio_api/queue/join", json=body)

    def outcome(self, client: httpx.Client, session: str) -> dict[str, Any]:
        """How what was joined ended."""
        with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as stream:
            for line in stream.iter_lines():
                news = json.loads(line[6:]) if line.startswith("data: ") else {}
                if news.get("msg") == "process_completed":
                    return dict(news["output"])
        raise AssertionError("the session was told no end")

    def ask(self, client: httpx.Client, session: str, name: str, *data: Any) -> dict[str, Any]:
        assert self.join(client, session, name, *data).status_code == 200
        return self.outcome(client, session)

    def raw(self, request: bytes, *, all_of_it: bool = True) -> bytes:
        """What is answered to these bytes."""
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as line:
            line.sendall(request)
            answer = b""
            while part := line.recv(65536):
                answer += part
                if not all_of_it and b"\r\n\r\n" in answer:
                    break
            return answer


def serve(folder: Path, catalog: Catalog, **settings: Any) -> Server:
    """The app over this catalog, with its files in this folder."""
    chosen = replace(Settings(port=0, cache=folder / "cache", store=str(folder / "store.sqlite")), **settings)
    app = build_app(chosen, catalog)
    options = {**launch_options(chosen), "server_port": None, "quiet": True, "share": False}
    _, url, _ = app.launch(**options, prevent_thread_lock=True)
    return Server(app, str(url).replace("localhost", "127.0.0.1"), catalog)
