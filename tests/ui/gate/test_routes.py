"""What there is to ask for, and what each answer tells a browser."""

import re
from typing import Any

import pytest
from clients import gradio_client
from patience import PATIENCE

from playground.ui.gate.refusals import Refusal
from playground.ui.gate.routes import find_route, without_deep_link

CLOSED = [
    "/monitoring", "/monitoring/summary", "/monitoring/x", "/openapi.json", "/docs", "/redoc", "/login_check", "/user",
    "/gradio_api/openapi.json", "/gradio_api/deep_link?session_hash=x", "/gradio_api/dev/reload", "/gradio_api/login",
    "/gradio_api/proxy=http://127.0.0.1:1/x", "/gradio_api/proxy=https://a.hf.space/x", "/gradio_api/queue/status",
    "/gradio_api/file=http://127.0.0.1:1/x", "/gradio_api/file=https://example.org/", "/gradio_api/file=HTTP://a/b",
    "/gradio_api/file/http://127.0.0.1:1/x", "/gradio_api/file=http:/a/b", "/gradio_api/file=%68ttp://a/b",
    "/gradio_api/file=/etc/passwd", "/gradio_api/file=README.md", "/gradio_api/file=../README.md", "/svelte/x",
    "/gradio_api/file=", "/gradio_api/custom_component/x/client/component/index.js", "/gradio_api/runs",
    "/file=/etc/passwd", "/gradio_api/stream/a/b/1/playlist.m3u8", "/gradio_api/run-history/buckets",
    "/gradio_api/vibe-code", "/gradio_api/token",
    "/gradio_api/mcp/", "/gradio_api/profiling/traces", "/pwa_icon", "/assets/../../../etc/passwd", "/theme.css/",
]  # fmt: skip
POSTS = [
    "/gradio_api/run/run", "/gradio_api/api/run", "/gradio_api/process_recording", "/login",
    "/gradio_api/component_server", "/gradio_api/component_server/",
    "/gradio_api/stream/x", "/gradio_api/stream/x/close",
    "/gradio_api/vibe-edit/", "/gradio_api/vibe-code/", "/gradio_api/run-history/connect", "/api/predict",
]  # fmt: skip
EVERYWHERE = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "SAMEORIGIN",
}


def test_what_the_page_does_not_need_is_not_there(public: Any) -> None:
    visitor = public.browser()
    for path in CLOSED:
        assert visitor.get(path).status_code == 404, path
    for path in POSTS:
        assert visitor.post(path, json={}).status_code == 404, path


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/"), ("DELETE", "/config"), ("POST", "/config"), ("OPTIONS", "/gradio_api/queue/join"), ("PATCH", "/"),
        ("GET", "/gradio_api/queue/join"), ("POST", "/gradio_api/queue/data"), ("GET", "/gradio_api/upload"),
        ("TRACE", "/"), ("BREW", "/"),
    ],
)  # fmt: skip
def test_each_route_has_its_methods(method: str, path: str) -> None:
    with pytest.raises(Refusal) as refused:
        find_route({"type": "http", "method": method, "path": path, "query_string": b""})
    assert refused.value.status == 405


def test_an_address_has_a_length() -> None:
    for path, query in (("/assets/" + "a" * 2000, b""), ("/", b"a=" + b"b" * 5000)):
        with pytest.raises(Refusal) as refused:
            find_route({"type": "http", "method": "GET", "path": path, "query_string": query})
        assert refused.value.status == 414


@pytest.mark.parametrize(
    ("query", "left"),
    [
        (b"", b""),
        (b"view=api", b"view=api"),
        (b"deep_link=abc", b""),
        (b"view=api&deep_link=abc&deep_link=d", b"view=api"),
        (b"%64eep_link=abc&x=1", b"x=1"),
        (b"deep%5Flink=abc", b""),
        (b"deep_link", b""),
    ],
)
def test_deep_links_are_left_out(query: bytes, left: bytes) -> None:
    assert without_deep_link(query) == left


def test_a_deep_link_shows_the_page_as_it_is(private: Any) -> None:
    saved = private.app.temporary.path / "deep_links" / "mine"
    saved.mkdir(parents=True)
    (saved / "state.json").write_text('[{"id": 1, "props": {"html_template": "FORGED"}, "type": "html"}]')
    for path in ("/", "/config"):
        for name in ("deep_link", "deep%5flink"):
            answer = private.program().get(f"{path}?{name}=mine")
            assert answer.status_code == 200
            assert "FORGED" not in answer.text, path


@pytest.mark.parametrize(
    ("path", "host", "status", "words"),
    [
        ("/nothing", "", 404, "There is nothing here."),
        ("/gradio_api/queue/join", "", 405, "Only POST is possible here."),
        ("/", "rebound.example", 421, "See PLAYGROUND_HOSTS in the README."),
        ("/assets/" + "<b>" * 400, "", 414, "This address is too long."),
    ],
)
def test_a_refusal_is_a_page_for_a_person_and_data_for_a_program(
    private: Any, path: str, host: str, status: int, words: str
) -> None:
    visitor = private.browser()
    asked = {"host": host} if host else {}
    page = visitor.get(path, headers={**asked, "accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert (page.status_code, page.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert words in page.text
    assert "<b>" not in page.text
    assert page.text.lstrip().startswith("<!doctype html>")
    assert EVERYWHERE.items() <= dict(page.headers).items()
    for accept in ("*/*", "application/json", ""):
        data = visitor.get(path, headers={**asked, "accept": accept})
        assert words in data.json()["detail"]


def test_every_answer_has_its_headers(private: Any) -> None:
    visitor = private.browser()
    answers = [
        visitor.get("/"),
        visitor.get("/config"),
        visitor.get("/theme.css"),
        visitor.get("/monitoring"),
        visitor.get("/static/js/not-there.js"),
        visitor.post("/gradio_api/queue/join", content=b"[", headers={"content-type": "application/json"}),
        visitor.post("/gradio_api/call/nothing", json={"data": []}),
        visitor.post("/gradio_api/upload", content=b"x"),
        visitor.get("/", headers={"host": "rebound.example"}),
        visitor.put("/"),
    ]
    assert sorted({answer.status_code for answer in answers})[:2] == [200, 400]
    for answer in answers:
        assert EVERYWHERE.items() <= dict(answer.headers).items(), answer.request
        policy = answer.headers["content-security-policy"]
        assert all(word in policy for word in ("default-src 'self'", "object-src 'none'", "frame-ancestors 'self'"))


def test_a_failure_of_the_server_has_its_headers(start: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    server = start()
    visitor = server.browser()
    monkeypatch.setattr(server.app, "run_startup_events", lambda: 1 / 0)
    server.app.app.startup_events_triggered = False
    answer = visitor.get("/gradio_api/startup-events")
    assert (answer.status_code, answer.headers["x-content-type-options"]) == (500, "nosniff")


def test_a_named_site_may_show_the_page_in_a_frame(start: Any) -> None:
    headers = start(public=True, framed_by=("https://huggingface.co",)).program().get("/").headers
    assert headers["content-security-policy"].endswith("frame-ancestors 'self' https://huggingface.co")
    assert "x-frame-options" not in headers
    assert "SameSite=None; Partitioned; Secure" in headers["set-cookie"]


def test_programs_find_all_that_they_need(public: Any) -> None:
    client = gradio_client(public.url)
    assert "/run" in client.view_api(return_format="dict")["named_endpoints"]  # type: ignore[index]
    job = client.submit({"task": {"input": "Hi"}}, api_name="/run")
    assert job.result(PATIENCE)["status"] == "done"
    assert client.submit({"task": {"input": "Hi"}}, api_name="/run").cancel() in (True, False)


def test_a_program_without_a_session_asks_and_reads(public: Any) -> None:
    program = public.program()
    event = program.post("/gradio_api/call/run", json={"data": [{"task": {"input": "Hi"}}]}).json()["event_id"]
    assert '"status": "done"' in program.get(f"/gradio_api/call/run/{event}").text


def test_no_other_protocol_is_spoken(private: Any) -> None:
    asked = (
        f"GET /gradio_api/queue/join HTTP/1.1\r\nHost: 127.0.0.1:{private.port}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    assert private.raw(asked.encode(), all_of_it=False).split()[1] in (b"403", b"400", b"405")


def test_a_browser_asks_once_for_what_is_named_by_what_it_holds(private: Any) -> None:
    browser = private.browser()
    named = set(re.findall(r"\./(assets/[\w.-]+)", browser.get("/").text))
    assert named
    for path in named:
        assert "immutable" in browser.get(f"/{path}").headers["cache-control"]
    assert "cache-control" not in browser.get("/assets/gone-Abcd1234.js").headers
