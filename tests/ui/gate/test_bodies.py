"""What is sent is counted before anything is made of it, whatever it says of itself."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from other_loop import run_apart
from patience import PATIENCE

from playground.settings import Settings
from playground.ui.gate import bodies
from playground.ui.gate.bodies import DEEPEST, MEGABYTE, Bodies, parse
from playground.ui.gate.refusals import Refusal

JSON = {"content-type": "application/json"}
MANY = 100_000
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), values))
def test_what_is_not_too_much_is_read_as_it_is(value: dict[str, Any]) -> None:
    assert parse(json.dumps(value).encode(), MANY) == value
    assert parse(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"), MANY) == value


@given(st.binary() | st.text(alphabet='"\\[]{},:0a').map(str.encode))
def test_anything_is_read_or_refused(body: bytes) -> None:
    try:
        came: dict[str, Any] | Refusal = parse(body, 50)
    except Refusal as refused:
        came = refused
    assert isinstance(came, dict) or came.status in (400, 413)


def test_texts_are_not_counted() -> None:
    assert parse(json.dumps({"data": [",[{" * 100_000]}).encode(), 5)["data"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"data": [' + b"[]," * 200_000 + b"[]]}", 413),
        (b'{"data": ' + b'{"a":' * 200_000 + b"1" + b"}" * 200_001, 413),
        (b'{"data": ' + b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1) + b"}", 400),
        (b'{"a": ' + b"[" * 50_000, 400),
        (b'{"a": ' + b"1" * 5000 + b"}", 400),
        (b'{"a": 1' + b"0" * 5000 + b".5}", 400),
        (b"[]", 400),
        (b"null", 400),
        (b"", 400),
        (b"{", 400),
        (b'{"a": "\xff"}', 400),
        (b'{"data": "' + b'\\"' * 1_000_000, 400),  # a text that does not end
    ],
)
def test_wide_and_deep_bodies_are_refused_at_once(body: bytes, status: int) -> None:
    began = time.process_time()
    with pytest.raises(Refusal) as refused:
        parse(body, MANY)
    assert refused.value.status == status
    assert time.process_time() - began < 2


@pytest.mark.parametrize("code", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-16", "utf-8-sig"])
def test_no_other_code_hides_what_is_counted(code: str) -> None:
    """In UTF-16 there are bytes of quotes that are none, and what follows them would be taken for text."""
    body = ('{"a": "\u0122\u2200", "data": [' + ",".join(["[]"] * 50) + "]}").encode(code)
    with pytest.raises(Refusal):
        parse(body, 5)


def test_who_sends_slowly_holds_up_no_other_address() -> None:
    bodies = Bodies(Settings(public=True))
    head = {"type": "http", "headers": [(b"content-type", b"application/json"), (b"content-length", b"6000000")]}
    waiting = asyncio.Event()

    async def never() -> Any:
        await waiting.wait()
        return {"type": "http.disconnect"}

    async def at_once() -> Any:
        return {"type": "http.request", "body": b"{}"}

    async def try_it() -> None:
        slow = [asyncio.create_task(bodies.read(head, never, "192.0.2.1")) for _ in range(100)]
        await asyncio.sleep(0)
        assert (await bodies.read(head, at_once, "192.0.2.2"))[1] == {}
        with pytest.raises(Refusal, match="too much at once"):
            await bodies.read(head, at_once, "192.0.2.1")
        waiting.set()
        await asyncio.gather(*slow, return_exceptions=True)
        assert (await bodies.read(head, at_once, "192.0.2.1"))[1] == {}

    run_apart(try_it())


def head(server: Any, *lines: str) -> bytes:
    first = ("POST /gradio_api/queue/join HTTP/1.1", f"Host: 127.0.0.1:{server.port}")
    return "\r\n".join((*first, "Content-Type: application/json", *lines, "", "")).encode()


@pytest.mark.parametrize("said", ["99999999", "-1", "1e3", "0x10", "9" * 30])
def test_a_length_is_refused_before_anything_is_sent(public: Any, said: str) -> None:
    assert public.raw(head(public, f"Content-Length: {said}"), all_of_it=False).split()[1] in (b"413", b"400")


def test_chunks_are_counted_as_they_come(public: Any) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(7):
            yield b" " * MEGABYTE

    answer = public.browser().post("/gradio_api/queue/join", content=chunks(), headers=JSON)
    assert answer.status_code == 413
    assert "At most 6 MB" in answer.json()["detail"]


def test_a_body_says_that_it_is_json(private: Any) -> None:
    visitor = private.browser()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        headers = {"content-type": kind}
        for path in ("queue/join", "call/run", "cancel", "reset"):
            assert visitor.post(f"/gradio_api/{path}", content=b"{}", headers=headers).status_code == 415


def test_who_sends_too_much_holds_nobody_up(public: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Others are answered while such bodies are being looked through, which takes as long here as they are asked."""
    flooder, other = public.browser(), public.browser()
    answered, looking = threading.Event(), threading.Event()

    def parse_slowly(body: bytes, most: int) -> dict[str, Any]:
        looking.set()
        assert answered.wait(PATIENCE)
        return parse(body, most)

    monkeypatch.setattr(bodies, "parse", parse_slowly)
    wide = b'{"fn_index": 0, "session_hash": "x", "data": [' + b"[]," * (5 * MEGABYTE // 3) + b"[]]}"

    def flood(_: int) -> int:
        return int(flooder.post("/gradio_api/queue/join", content=wide, headers=JSON).status_code)

    with ThreadPoolExecutor(2) as pool:
        flooding = pool.map(flood, range(6))
        assert looking.wait(PATIENCE)
        assert [other.get("/gradio_api/app_id").status_code for _ in range(10)] == [200] * 10
        answered.set()
        assert list(flooding) == [413] * 6


def test_what_breaks_off_is_not_asked(private: Any) -> None:
    with socket.create_connection(("127.0.0.1", private.port)) as line:
        line.sendall(head(private, "Content-Length: 100") + b'{"data": [')
    assert private.browser().get("/gradio_api/app_id").status_code == 200
