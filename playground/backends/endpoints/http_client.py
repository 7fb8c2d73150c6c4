"""The HTTP client: one thread whose event loop makes all calls to endpoints.

Asynchronous inside, so that hundreds of streams cost one thread and any wait, for a connection, a token or a retry,
ends at once when it is cancelled. aiohttp and not the `openai` client: a stream of that costs some 59 microseconds an
event (`benchmarks/endpoints.py` compares the two), and it sends OPENAI_CUSTOM_HEADERS of the environment to whatever
address it is given. Here nothing is read from the environment, no redirect followed, no cookie kept.
"""

import asyncio
import atexit
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Generator
from concurrent.futures import Future
from contextlib import asynccontextmanager, suppress
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

import aiohttp

from playground.backends.endpoints.endpoint import Endpoint
from playground.backends.endpoints.failures import connection_error, response_error
from playground.types import Progress

PULSE = 0.05  # seconds without news after which the caller gets a chance to stop
CONNECT_TIMEOUT = 10.0  # seconds to reach a server at all
T = TypeVar("T")
ReportProgress = Callable[[Progress], None]


class HttpClient:
    """An event loop in a thread of its own, and the HTTP session in it. Connections are reused."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="endpoints", daemon=True)
        self._thread.start()
        self._session = self.submit(self._open()).result()
        atexit.register(self._close)

    def submit(self, work: Coroutine[Any, Any, T]) -> "Future[T]":
        """Begin the work; cancelling what is returned ends it wherever it is."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def follow(self, work: Callable[[ReportProgress], Coroutine[Any, Any, T]]) -> Generator[Progress, None, T]:
        """Do the work, yield what it tells of itself, return its result. Closing ends it."""
        progress: SimpleQueue[Progress] = SimpleQueue()
        latest = Progress(what="Connecting")
        future = self.submit(work(progress.put))
        try:
            while not future.done():
                with suppress(Empty):
                    latest = progress.get(timeout=PULSE)
                yield latest
            return future.result()
        finally:
            future.cancel()

    @asynccontextmanager
    async def ask(
        self, endpoint: Endpoint, method: str, path: str, body: object = None
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """The answer to one request, its body still to be read. Leaving the block early closes the connection.

        Raises EndpointFailed, also for what goes wrong while the body is read.
        """
        limits = endpoint.limits
        waits = aiohttp.ClientTimeout(total=limits.seconds, sock_connect=CONNECT_TIMEOUT, sock_read=limits.silence)
        headers = {"Authorization": f"Bearer {endpoint.key.reveal()}"} if endpoint.key else {}
        failure = None
        try:
            async with self._session.request(
                method, endpoint.base_url + path, json=body, headers=headers, timeout=waits, allow_redirects=False
            ) as answer:
                if answer.status >= 300:
                    raise await response_error(endpoint, answer)
                yield answer
        except (aiohttp.ClientError, TimeoutError) as error:
            failure = connection_error(endpoint, error)
        if failure:  # outside the handler: what it handled holds the request with its headers, the key among them
            raise failure

    async def _open(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=30),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": "prompt-playground", "Accept-Encoding": "identity"},
            trust_env=False,
        )

    def _close(self) -> None:
        self.submit(self._session.close()).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()


_lock = threading.Lock()
_clients: list[HttpClient] = []


def http_client() -> HttpClient:
    """The one of this process, begun when it is first needed. It holds nothing of anybody's."""
    with _lock:
        if not _clients:
            _clients.append(HttpClient())
        return _clients[0]
