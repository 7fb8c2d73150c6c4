"""A running app and a real browser that looks at it."""

import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from itertools import count, filterfalse
from pathlib import Path
from typing import Any
from unittest.mock import patch

import installed_chromium
import pytest
from folded import PATIENCE
from outspoken import catalog
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from shared_apps import SharedApps, offered_presets
from shared_apps import start as start_app

from playground import presets
from playground.backends.catalog import Catalog
from playground.settings import Settings

PRIVATE = Settings(port=0)
# What a page that is loaded anew says of the answers that it no longer waits for.
LEFT = re.compile("AbortError|Connection errored out|network error|ERR_INCOMPLETE_CHUNKED|404")
DRIVER_PART = Path(__file__).parent / "no_picture_of_each_try.cjs"
Serve = Callable[..., str]
Visit = Callable[..., Page]
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def shared_apps() -> Iterator[SharedApps]:
    apps = SharedApps()
    yield apps
    apps.close()


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, shared_apps: SharedApps) -> Iterator[Serve]:
    """Serve the app over a catalog; gives its address.

    With the presets of these tests, or with `bundled=True` those that come with the playground; what experiments
    find is kept among the test's own files. Other settings need an app of their own, and so does whatever changes
    how the page is built: `anew=True`.
    """
    apps = []

    def start(catalog: Catalog, *, bundled: bool = False, settings: Settings = PRIVATE, anew: bool = False) -> str:
        monkeypatch.setattr(presets, "setup_presets", offered_presets(bundled=bundled))
        store = tmp_path / "store.sqlite"
        if settings == PRIVATE and not anew:
            return shared_apps.over(catalog, store, bundled=bundled, settings=settings)
        apps.append(start_app(catalog, store, bundled=bundled, settings=settings))
        return apps[-1].url

    yield start
    for one in apps:
        one.app.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    options = f"{os.environ.get('NODE_OPTIONS', '')} --require={json.dumps(str(DRIVER_PART))}"
    with ExitStack() as stack:
        with patch.dict(os.environ, NODE_OPTIONS=options):  # of the driver, and nothing else that runs here
            playwright = stack.enter_context(sync_playwright())
        browser = installed_chromium.start(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def visitors(browser: Browser) -> Iterator[list[BrowserContext]]:
    """The first visitor of every test, the second, and so on, as far as one was needed: the browser keeps for each what
    it has fetched and compiled of the page's scripts."""
    contexts: list[BrowserContext] = []
    yield contexts
    for context in contexts:
        context.close()


@pytest.fixture
def visit(browser: Browser, visitors: list[BrowserContext]) -> Iterator[Visit]:
    """Open a page as a new visitor: `visit(url, width=390)`. Fails the test when a script of the page fails."""
    came = count()
    faults: list[str] = []

    def open_page(url: str, *, width: int = 1440, height: int = 900) -> Page:
        if (number := next(came)) == len(visitors):
            visitors.append(browser.new_context(accept_downloads=True))
        context = visitors[number]
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        # An earlier server may have had this one's port, and its page kept what was typed when it was left.
        storage = {"origin": url.rstrip("/"), "storageTypes": "local_storage,indexeddb"}
        context.new_cdp_session(page).send("Storage.clearDataForOrigin", storage)
        page.set_viewport_size({"width": width, "height": height})
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.on("framenavigated", lambda _: faults.__setitem__(slice(None), filterfalse(LEFT.search, faults)))
        page.goto(url)
        expect(page.get_by_role("button", name="Run", exact=True)).to_be_enabled()
        # The first preview arrives over the queue: from then on the page answers.
        expect(page.locator("#prompt .turn").first).to_be_visible()
        return page

    yield open_page
    for context in visitors:
        for page in context.pages:
            page.close()
        context.clear_cookies()
    assert not faults


@pytest.fixture
def page_over(serve: Serve, visit: Visit) -> Callable[..., Page]:
    """A visitor's page over a catalog: `page_over(catalog, width=390)`."""

    def open_page(catalog: Catalog, *, bundled: bool = False, anew: bool = False, **size: Any) -> Page:
        return visit(serve(catalog, bundled=bundled, anew=anew), **size)

    return open_page


@pytest.fixture(scope="session")
def outspoken_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One app for all tests that look, and change nothing that another visitor sees."""
    store = tmp_path_factory.mktemp("store") / "store.sqlite"
    shared = start_app(catalog(), store, bundled=False, settings=PRIVATE)
    yield shared.url
    shared.app.close()


@pytest.fixture
def opened(visit: Visit, outspoken_url: str) -> Callable[..., Page]:
    """The page of a new visitor of that app: `opened(width=390)`."""
    return partial(visit, outspoken_url)
