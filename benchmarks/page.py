"""How long a page takes to be usable, with its tabs and with twice as many, and what the first call of a session costs.

python -m benchmarks.page              prints both; a tab's parts are drawn by Gradio when the tab is first opened
python -m benchmarks.page ADDRESS      opens in turn also the page that is served there, as by an earlier commit
"""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
from playwright.sync_api import Browser, expect, sync_playwright

from benchmarks.scripted_cells import scripted_catalog
from playground.evaluation.store import Store
from playground.settings import Settings
from playground.ui import app as page_of
from playground.ui.app import build_app, launch_options
from tests.browser import installed_chromium

ROUNDS = 7


@contextmanager
def served(times: int) -> Iterator[str]:
    """The address of the page with all tabs but the Playground built so many times."""
    tabs = {f"{title}{n or ''}": build for n in range(times) for title, build in page_of.TABS.items()}
    with tempfile.TemporaryDirectory() as folder, patch.object(page_of, "TABS", tabs):
        settings = Settings(port=0, store=str(Path(folder) / "store.sqlite"))
        catalog, store = scripted_catalog(), Store.from_settings(settings)
        app: Any = build_app(settings, catalog, store)
        options = {**launch_options(settings), "server_port": None, "quiet": True}
        _, url, _ = app.launch(**options, prevent_thread_lock=True)
        try:
            yield str(url)
        finally:
            app.close()


def until_usable(browser: Browser, url: str) -> tuple[float, int]:
    """Seconds until the first preview of a new visitor shows, and how often the page has asked the server by then."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)
    started = time.perf_counter()
    page.goto(url)
    expect(page.locator("#prompt .turn").first).to_be_visible(timeout=60_000)
    seconds = time.perf_counter() - started
    context.close()
    return seconds, len(asked)


def call(client: httpx.Client) -> float:
    """Seconds of one call of `/strategies`, from asking to the whole answer."""
    started = time.perf_counter()
    asked = client.post("/gradio_api/call/strategies", json={"data": []}).raise_for_status().json()
    with client.stream("GET", f"/gradio_api/call/strategies/{asked['event_id']}") as answer:
        assert json.loads([line for line in answer.iter_lines() if line.startswith("data: ")][-1][6:])
    return time.perf_counter() - started


def first_and_later(url: str) -> tuple[float, float]:
    """Seconds of a new visitor's first call, and of a later one: the server's own time."""
    with httpx.Client(base_url=url, timeout=60) as client:
        first = call(client)
        return first, min(call(client) for _ in range(3))


def main() -> dict[str, float]:
    with served(1) as once, served(2) as twice, sync_playwright() as playwright:
        browser = installed_chromium.start(playwright)
        rounds = [[until_usable(browser, url) for url in (once, twice, *sys.argv[1:2])] for _ in range(1 + ROUNDS)][1:]
        browser.close()
        calls = [first_and_later(once) for _ in range(ROUNDS)]
    plain, doubled, *other = (statistics.median(seconds for seconds, _ in of) for of in zip(*rounds, strict=True))
    beside = {"the other page, s": other[0], "ratio to it": plain / other[0]} if other else {}
    first, later = (statistics.median(times) for times in zip(*calls, strict=True))
    return {
        "usable after, s": plain,
        "with twice the tabs, s": doubled,
        "ratio, at most 1.2": doubled / plain,
        "posts until then": statistics.median(asked for (_, asked), *_ in rounds),
        **beside,
        "first call of a session, ms": first * 1000,
        "beyond a later call, ms, at most 30": (first - later) * 1000,
    }


if __name__ == "__main__":
    for name, value in main().items():
        print(f"{name:>40}  {value:.2f}")
