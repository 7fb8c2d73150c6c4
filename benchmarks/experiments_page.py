"""The list of results in a real browser: from a click on a filter, an order or a search to what it shows."""

import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect, sync_playwright

from benchmarks.engine_rig import Bench, Result
from benchmarks.scripted_cells import scripted_catalog
from playground.settings import Settings
from playground.ui.app import build_app, launch_options
from playground.ui.experiments.items_values import FILTERS, ORDERS
from tests.browser import installed_chromium

COLUMNS = 6  # of the ladder, which the tab opens with
QUIET = 1500  # milliseconds without a change after which the list shows what was asked for
WATCH = """() => {
  for (const kind of ['click', 'input']) {
    document.addEventListener(kind, () => { window.asked = window.changed = performance.now(); }, {capture: true});
  }
  new MutationObserver(() => { requestAnimationFrame(() => { window.changed = performance.now(); }); })
    .observe(document.querySelector('#items'), {childList: true, subtree: true, characterData: true});
}"""
SECONDS = "() => (window.changed - window.asked) / 1000"
SHOWN = f"() => window.changed > window.asked && performance.now() - window.changed > {QUIET}"


def slowest(bench: Bench, count: int) -> Result:
    """The slowest of all filters, orders and a search, after an experiment of so many cells that the page ran."""
    with opened(count) as page:
        search = page.get_by_label("Search", exact=True)
        actions: list[Callable[[], None]] = [partial(search.fill, "7"), partial(search.fill, "")]
        for title, _ in list(FILTERS.values())[1:]:  # back to all each time: of two that show nothing none is a change
            actions += [_choosing(page, "Show", title), _choosing(page, "Show", FILTERS["all"][0])]
        actions += [_choosing(page, "Order", title) for title, _ in [*list(ORDERS.values())[1:], ORDERS["drawn"]]]
        times = [[timed(page, action) for action in actions] for _ in range(bench.repeats)]
    most = max(statistics.median(of_one) for of_one in zip(*times, strict=True))
    return Result(f"the page with {count:,} results: filter or sort, s", most, 1, "at most", "from click to picture")


def timed(page: Page, action: Callable[[], None]) -> float:
    """Seconds until the last change that an action makes to the list."""
    action()
    page.wait_for_function(SHOWN)
    seconds: float = page.evaluate(SECONDS)
    return seconds


def _choosing(page: Page, label: str, title: str) -> Callable[[], None]:
    def choose() -> None:
        page.get_by_label(label, exact=True).click()
        page.get_by_role("option", name=title, exact=True).click()

    return choose


@contextmanager
def opened(count: int) -> Iterator[Page]:
    """The Experiments tab of a running app, its items shown, after the ladder on a model that takes no time."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        settings = replace(Settings(), port=0, store=str(Path(name) / "store.sqlite"), max_cells=count + COLUMNS)
        app: Any = build_app(settings, scripted_catalog())
        _, url, _ = app.launch(
            **{**launch_options(settings), "server_port": None, "quiet": True}, prevent_thread_lock=True
        )
        browser = installed_chromium.start(playwright)
        try:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(url)
            page.get_by_role("tab", name="Experiments", exact=True).click()
            expect(page.locator("#estimate")).to_contain_text("answers", timeout=60_000)
            page.get_by_label("Items", exact=True).fill(str(-(-count // COLUMNS)))
            page.get_by_label("Items", exact=True).press("Tab")
            page.get_by_role("button", name="Run the experiment").click()
            expect(page.locator(".experiment_status[data-phase=done]")).to_be_visible(timeout=300_000)
            page.get_by_role("tab", name="Items", exact=True).click()
            expect(page.locator("#items")).to_contain_text("items", timeout=60_000)
            page.evaluate(WATCH)
            yield page
        finally:
            browser.close()
            app.close()
