"""How long a page takes to be usable that a link with twelve panes opens, beside the page without one.

python -m benchmarks.opened_links          prints both, and their ratio
"""

import statistics
import time

from playwright.sync_api import Browser, expect, sync_playwright

from benchmarks.page import ROUNDS, served, until_usable
from playground.sharing import links
from playground.strategies import STRATEGIES
from tests.browser import installed_chromium

PANES = 12
ASKED = "Which of these is the longest river?"


def twelve_panes() -> str:
    """A link to a comparison of twelve techniques, each on its own setup, as the Playground's are taken over."""
    taken = [{"strategy": name, "task": {"input": ASKED, "role": "A guide."}} for name in list(STRATEGIES)[:PANES]]
    rows = {"panes": [{"model": "default", "taken": one} for one in taken], "baseline": 0}
    return links.write("comparison", {"setup": {"task": {"input": ASKED}}, "rows": rows})


def until_opened(browser: Browser, url: str) -> float:
    """Seconds until all panes of the link stand there, with what they are asked."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    started = time.perf_counter()
    page.goto(f"{url}#{twelve_panes()}")
    expect(page.locator(".pane-row")).to_have_count(PANES, timeout=60_000)
    expect(page.locator("#comparing textarea:visible").first).to_have_value(ASKED, timeout=60_000)
    seconds = time.perf_counter() - started
    context.close()
    return seconds


def main() -> dict[str, float]:
    with served(1) as url, sync_playwright() as playwright:
        browser = installed_chromium.start(playwright)
        rounds = [(until_usable(browser, url)[0], until_opened(browser, url)) for _ in range(1 + ROUNDS)][1:]
        browser.close()
    empty, linked = (statistics.median(times) for times in zip(*rounds, strict=True))
    return {"usable after, s": empty, "from a link with twelve panes, s": linked, "ratio, at most 1.5": linked / empty}


if __name__ == "__main__":
    for name, value in main().items():
        print(f"{name:>40}  {value:.2f}")
