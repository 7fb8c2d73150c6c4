"""Where the page is served: what cannot be had is said in a line, and a slow machine is waited for."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest
from gradio import http_server, networking
from gradio.exceptions import ServerFailedToStartError
from patience import PATIENCE

from playground.errors import InvalidSetup, PlaygroundError
from playground.settings import Settings
from playground.ui import serving
from playground.ui.gate.listening import PatientServer, check_address


@contextmanager
def taken(host: str = "127.0.0.1") -> Iterator[int]:
    with socket.socket() as busy:
        busy.bind((host, 0))
        busy.listen()
        yield busy.getsockname()[1]


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "localhost"])
def test_a_taken_port_is_refused_whatever_the_host(host: str) -> None:
    with taken() as port, pytest.raises(InvalidSetup, match=rf"port {port} of .*another program uses it.*--port"):
        check_address(Settings(host=host, port=port))


@pytest.mark.parametrize(
    ("host", "words"), [("192.0.2.1", "this machine has no such address"), ("no such host", "is not known here")]
)
def test_a_host_that_is_not_here_is_refused_with_the_flag_to_change(host: str, words: str) -> None:
    with pytest.raises(InvalidSetup, match=f"{words}.*--host or PLAYGROUND_HOST"):
        check_address(Settings(host=host, port=0))


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "localhost"])
def test_a_free_address_is_not_refused(host: str) -> None:
    check_address(Settings(host=host, port=0))


def test_a_page_that_answers_slowly_is_started_all_the_same(
    start: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Gradio's own look at it gives up after one answer that took three seconds."""
    monkeypatch.setattr(networking, "url_ok", lambda url: False)
    server = start()
    assert server.app.local_url


def test_a_server_that_begins_slowly_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    hours = count(step=3600)

    class Clock:
        time = staticmethod(lambda: next(hours))
        sleep = staticmethod(lambda seconds: None)

    monkeypatch.setattr(http_server, "time", Clock)
    monkeypatch.setattr(PatientServer, "__init__", lambda self: setattr(self, "reloader", None))
    monkeypatch.setattr(PatientServer, "started", False, raising=False)
    may_begin = []

    def run(self: Any) -> None:
        while not may_begin:
            self.looked.wait(0.01)
        self.started = True
        self.looked.wait(PATIENCE)

    monkeypatch.setattr(PatientServer, "run", run)
    server = PatientServer()
    server.looked = threading.Event()
    monkeypatch.setattr(threading.Thread, "join", _noting(threading.Thread.join, may_begin))
    server.run_in_thread()
    assert server.started
    server.looked.set()


def _noting(join: Callable[..., None], noted: list[bool]) -> Callable[..., None]:
    def look(thread: Any, timeout: float | None = None) -> None:
        noted.append(True)
        join(thread, timeout)

    return look


def test_a_server_that_ends_at_once_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PatientServer, "__init__", lambda self: setattr(self, "reloader", None))
    monkeypatch.setattr(PatientServer, "started", False, raising=False)
    monkeypatch.setattr(PatientServer, "run", lambda self: None)
    hours = count(step=3600)
    monkeypatch.setattr(http_server.time, "time", lambda: next(hours))
    with pytest.raises(ServerFailedToStartError):
        PatientServer().run_in_thread()


class Stub:
    """A page that meets what it is told to."""

    local_url, share_url = "http://127.0.0.1:7860/", None

    def __init__(self, error: OSError | None) -> None:
        self.error = error

    def launch(self, **options: Any) -> None:
        assert options["quiet"]  # Gradio would advise an argument of its own
        if self.error:
            raise self.error


def test_a_port_that_is_taken_meanwhile_is_said_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signal.signal", lambda *_: None)
    page: Any = Stub(OSError("Cannot find empty port in range: 7860-7860."))
    nothing: Any = None
    with pytest.raises(PlaygroundError, match=r"taken meanwhile; choose another with --port or PLAYGROUND_PORT"):
        serving.serve(page, Settings(), nothing, nothing)
