"""The page begins with our script; every other answer passes as it is."""

import gzip
import re
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from other_loop import run_apart

from playground.ui.gate.scripts.page_start import KEPT, SCRIPT, PageStart, WithScript
from playground.ui.language.choosing import NAME
from playground.ui.language.opening import language_script
from playground.ui.language.translating import translated

HEAD = b"<head>" + language_script("en") + SCRIPT + b"</head>"


def passed(status: int, *parts: bytes) -> tuple[dict[bytes, bytes], bytes]:
    """Headers and body as they are sent on."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def answer() -> None:
        passing = WithScript(send)
        length = str(sum(map(len, parts))).encode()
        await passing({"type": "http.response.start", "status": status, "headers": [(b"content-length", length)]})
        for i, part in enumerate(parts, 1):
            await passing({"type": "http.response.body", "body": part, "more_body": i < len(parts)})

    run_apart(answer())
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    return dict(sent[0]["headers"]), sent[1]["body"]


@pytest.mark.parametrize("parts", [(b"<head></head><body></head>",), (b"<head></he", b"ad><body>", b"</head>")])
def test_the_script_ends_the_head_and_is_counted(parts: tuple[bytes, ...]) -> None:
    headers, body = passed(200, *parts)
    assert body == HEAD + b"<body></head>"
    assert headers[b"content-length"] == str(len(body)).encode()


@pytest.mark.parametrize(("status", "body"), [(500, b"<head></head>"), (200, b"no page"), (304, b"")])
def test_what_is_not_the_page_passes_as_it_is(status: int, body: bytes) -> None:
    headers, sent = passed(status, body)
    assert sent == body
    assert headers[b"content-length"] == str(len(body)).encode()


def asked(
    start: PageStart, host: str, query: bytes = b"", accepted: str = "gzip", language: str = "en"
) -> tuple[dict[bytes, bytes], bytes]:
    """Headers and body of the answer to who asks for the page there."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"host", host.encode()), (b"accept-encoding", accepted.encode())]
    scope = {"type": "http", "method": "GET", "scheme": "http", "path": "/", "query_string": query, "headers": headers}
    scope[NAME] = language
    run_apart(start(scope, None, send))  # type: ignore[arg-type]
    return dict(sent[0]["headers"]), b"".join(message.get("body", b"") for message in sent)


def test_the_page_is_written_once_for_each_address() -> None:
    written: list[str] = []

    async def app(scope: Any, _: Any, send: Any) -> None:
        written.append(dict(scope["headers"])[b"host"].decode())
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": f"<head></head>{written[-1]}".encode()})

    start = PageStart(app)
    _, first = asked(start, "here")
    headers, again = asked(start, "here")
    assert headers[b"content-encoding"] == b"gzip"
    assert gzip.decompress(again) == first == HEAD + b"here"
    assert asked(start, "there")[1].endswith(b"there")
    assert written == ["here", "there"]
    assert asked(start, "here", accepted="br")[1] == asked(start, "here", query=b"__theme=dark")[1] == first
    for number in range(KEPT):
        asked(start, f"{number}")
    asked(start, "here")  # so many others came since
    assert written[-1] == "here"


def test_what_is_no_page_is_not_kept() -> None:
    async def app(_: Any, __: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 500, "headers": []})
        await send({"type": "http.response.body", "body": b"<head></head>"})

    start = PageStart(app)
    assert asked(start, "here")[1] == asked(start, "here")[1] == b"<head></head>"


def test_it_runs_after_the_configuration_and_before_gradio(private: Any) -> None:
    page = private.browser().get("/").text
    script = page.index(SCRIPT.decode())
    assert page.index("window.gradio_config =") < script < page.index("</head>")
    # A script that is a module, or is put in by another, runs when the whole page is there.
    assert 'type="module"' in page


@pytest.mark.parametrize(
    ("file", "search"),
    [
        ("statustracker-*.js", r"\w\.includes\(\w\)&&\w\?`input`"),
        ("Blocks-*.js", r"\.targets\.map\(.{10,30}set_event_args\("),
    ],
)
def test_gradios_page_searches_where_the_script_keeps_it_from(file: str, search: str) -> None:
    """Where this fails, Gradio has changed: see whether the script is still of use, and does no harm."""
    assets = Path(gr.__file__).parent / "templates" / "frontend" / "assets"
    assert [len(re.findall(search, path.read_text("utf-8"))) for path in assets.glob(file)] == [1]


def test_the_page_is_written_once_for_each_language() -> None:
    written: list[bytes] = []

    async def app(scope: Any, _: Any, send: Any) -> None:
        written.append(scope["query_string"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"<head></head>"})

    start = PageStart(app)
    assert language_script("de") in asked(start, "here", language="de")[1]
    german = asked(start, "here", query=b"lang=de", language="de")[1]
    assert language_script("de") in gzip.decompress(german)
    assert language_script("en") in asked(start, "here")[1]
    assert written == [b"", b""]


def test_the_first_words_stand_before_gradios_part_in_the_language_of_the_page() -> None:
    async def app(_: Any, __: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"<head></head><body><gradio-app></gradio-app></body>"})

    start = PageStart(app, lambda: f"<p>{translated('The page is opening.')}</p>")
    assert asked(start, "here")[1].endswith(b"<body><p>The page is opening.</p><gradio-app></gradio-app></body>")
    assert "<p>Die Seite wird geöffnet.</p><gradio-app>".encode() in asked(start, "here", language="de")[1]
