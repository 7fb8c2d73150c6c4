"""The page in a frame of another site, as huggingface.co shows a Space, in a browser that blocks others' cookies."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Route, expect

from playground.settings import Settings
from playground.ui.handlers.visitors import NAME
from playground.ui.header.welcome import ABOUT, PRESS, PRESSED

# As huggingface.co writes it, and beside it something that sets a cookie of the kind that is blocked.
FRAMED = """<iframe src="{page}" width="1200" height="800" sandbox="allow-downloads allow-forms allow-modals
allow-popups allow-same-origin allow-scripts"></iframe><img src="{mark}">"""
BLOCKED = {"enableThirdPartyCookieRestriction": True, "disableThirdPartyCookieMetadata": True,
           "disableThirdPartyCookieHeuristics": True}  # fmt: skip


class OtherSite(BaseHTTPRequestHandler):
    """Shows a page in a frame."""

    page = ""
    marks: list[str]

    def do_GET(self) -> None:
        self.send_response(200)
        if self.path == "/mark":
            self.marks.append(self.headers.get("cookie", ""))
            self.send_header("set-cookie", "mark=1; SameSite=None; Secure")
        self.send_header("content-type", "text/html")
        self.end_headers()
        mark = f"http://127.0.0.1:{self.server.server_address[1]}/mark"
        self.wfile.write(FRAMED.format(page=self.page, mark=mark).encode())

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture
def other_site() -> Iterator[tuple[str, type[OtherSite]]]:
    """Its address: localhost, while the page is 127.0.0.1, which are two sites."""
    handler = type("ThisSite", (OtherSite,), {"marks": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_address[1]}", handler
        server.shutdown()


@pytest.fixture
def context(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> Iterator[BrowserContext]:
    """A visitor of a hosted demo."""
    monkeypatch.setenv("SPACE_ID", "somebody/playground")
    context = browser.new_context()
    yield context
    context.close()


def test_in_a_frame_of_another_site_a_visitor_is_known_though_cookies_of_others_are_blocked(
    other_site: tuple[str, type[OtherSite]], context: BrowserContext, serve: Callable[..., str], catalog_of: Any
) -> None:
    site, handler = other_site
    handler.page = serve(catalog_of(), settings=Settings(port=0, public=True, framed_by=(site,)))
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send("Network.setCookieControls", BLOCKED)
    page.goto(site)
    frame = page.frame_locator("iframe")
    expect(frame.locator("#prompt .turn").first).to_be_visible()
    (cookie,) = context.cookies()  # the other's is not there
    assert cookie["name"].startswith(NAME)
    assert "localhost" in cookie["partitionKey"]
    page.reload()
    expect(frame.locator("#prompt .turn").first).to_be_visible()
    frame.get_by_role("button", name="Run", exact=True).click()
    expect(frame.locator(".answer[data-phase=done]")).to_be_visible()
    assert context.cookies() == [cookie]
    assert not any("mark=" in sent for sent in handler.marks)


def test_what_is_pressed_before_the_page_is_built_is_done_as_soon_as_it_can_be(
    context: BrowserContext, serve: Callable[..., str], catalog_of: Any
) -> None:
    page, held = context.new_page(), list[Route]()
    page.route("**/assets/index-*.js", lambda route: held.append(route))
    page.goto(serve(catalog_of(), anew=True), wait_until="commit")
    expect(page.locator("#first-words")).to_contain_text(ABOUT.partition(".")[0])
    page.get_by_role("button", name=PRESS).click()
    expect(page.get_by_role("status")).to_have_text(PRESSED)
    expect(page.get_by_role("button", name=PRESS)).to_be_disabled()
    for route in held:
        route.continue_()
    expect(page.locator(".answer[data-phase=done]")).to_be_visible()
    expect(page.locator("#first-words")).to_have_count(0)


def test_the_first_words_leave_where_the_page_cannot_be_built_or_another_tab_is_meant(
    context: BrowserContext, serve: Callable[..., str], catalog_of: Any
) -> None:
    url, page = serve(catalog_of(), anew=True), context.new_page()
    page.route("**/assets/index-*.js", lambda route: route.abort())
    page.goto(url, wait_until="commit")
    expect(page.locator("gradio-app")).to_have_count(1)
    expect(page.locator("#first-words")).to_have_count(0)
    meant, held = context.new_page(), list[Route]()
    meant.route("**/assets/index-*.js", lambda route: held.append(route))
    meant.goto(f"{url}#chat", wait_until="commit")
    expect(meant.locator("gradio-app")).to_have_count(1)
    expect(meant.locator("#first-words")).to_have_count(0)
    for route in held:
        route.abort()
