"""The page in a frame of another site, as huggingface.co shows a Space, in a browser that blocks others' cookies."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Route, expect

from playground.settings import Settings
from playground.ui.header.welcome import PRESS, PRESSED
from playground.ui.handlers.visitors import NAME

# As huggingface.co writes it, and beside it something that sets a cookie of the kind that is blocked.
FRAMED = """<iframe src="{page}" width="1200" height="800" sandbox="allow-downloads allow-forms allow-modals allow-popups
allow-same-origin allow-scripts"></iframe><img src="{mark}">"""
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
def framed(
    other_site: tuple[str, type[OtherSite]], serve: Callable[..., str], browser: Browser, catalog_of: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[tuple[BrowserContext, str, type[OtherSite]]]:  # fmt: skip
    """A hosted demo, the site that shows it, and a browser in which it may have no cookies of others."""
    site, handler = other_site
    monkeypatch.setenv("SPACE_ID", "somebody/playground")
    handler.page = serve(catalog_of(), settings=Settings(port=0, public=True, framed_by=(site,)))
    context = browser.new_context()
    yield context, site, handler
    context.close()


def open_framed(context: BrowserContext, site: str) -> FrameLocator:
    page = context.new_page()
    page.context.new_cdp_session(page).send("Network.setCookieControls", BLOCKED)
    page.goto(site)
    return page.frame_locator("iframe")


def test_a_press_before_the_page_is_there_is_answered_and_the_visitor_is_known(
    framed: tuple[BrowserContext, str, type[OtherSite]],
) -> None:
    context, site, handler = framed
    held: list[Route] = []
    context.route("**/assets/index-*.js", held.append)
    frame = open_framed(context, site)
    frame.get_by_role("button", name=PRESS).click()
    expect(frame.get_by_role("status").first).to_have_text(PRESSED)
    context.unroute_all()
    for route in held:
        route.continue_()
    expect(frame.locator(".answer[data-phase=done]")).to_be_visible()
    expect(frame.locator("#first-words")).to_have_count(0)
    (cookie,) = (one for one in context.cookies() if one["name"].startswith(NAME))
    assert cookie.get("partitionKey")
    context.pages[0].reload()
    expect(frame.locator("#prompt .turn").first).to_be_visible()
    assert cookie["value"] in {one["value"] for one in context.cookies()}
    assert handler.marks == ["", ""]  # cookies that know nothing of the frame are blocked


def test_without_any_cookie_it_works_too(framed: tuple[BrowserContext, str, type[OtherSite]]) -> None:
    context, site, handler = framed

    def without_cookie(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, headers={k: v for k, v in answer.headers.items() if k != "set-cookie"})

    context.route(f"{handler.page}", without_cookie)
    frame = open_framed(context, site)
    run = frame.get_by_role("button", name="Run", exact=True)
    expect(frame.locator("#prompt .turn").first).to_be_visible()
    run.click()
    expect(frame.locator(".answer[data-phase=done]")).to_be_visible()
    assert context.cookies() == []
