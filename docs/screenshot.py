"""Make the README's pictures: ten paths that voted, a base and its adapter, an experiment, prompting against tuning.

Run by `make screenshot`.
"""

import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from tests.browser import installed_chromium

HERE = Path(__file__).parent
PRESET = ("Several answers", "Ten paths, one vote")  # the group, and one of it


def main() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    app = subprocess.Popen([sys.executable, "app.py", "--port", str(port)], cwd=HERE.parent, stdout=subprocess.DEVNULL)
    try:
        shoot(f"http://127.0.0.1:{port}/")
    finally:
        app.terminate()
        app.wait()


def shoot(url: str) -> None:
    wait_for(url)
    with sync_playwright() as playwright:
        browser = installed_chromium.start(playwright)
        page = browser.new_page(viewport={"width": 1440, "height": 1080}, device_scale_factor=1)
        page.goto(url)
        for words in PRESET:
            page.locator("#presets").get_by_role("button", name=words).click()
        # Counted means loaded: on a fresh machine the model is fetched first.
        expect(page.locator("#prompt")).to_contain_text(re.compile(r"\d+ tokens"), timeout=300_000)
        page.get_by_role("button", name="Run", exact=True).click()
        expect(page.locator(".answer[data-phase=done]")).to_be_visible(timeout=300_000)
        expect(page.locator("#vote .js-plotly-plot .bars path").first).to_be_visible()
        page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
        page.screenshot(path=HERE / "screenshot.png")
        page.get_by_role("tab", name="Compare", exact=True).click()
        page.get_by_role("button", name=re.compile("^Base against .*pirate")).click()
        expect(page.locator("#compared-tables")).to_contain_text("Perplexity", timeout=300_000)
        expect(page.locator("#compare-button")).to_be_enabled(timeout=300_000)
        page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
        page.set_viewport_size({"width": 1440, "height": 1500})
        page.screenshot(path=HERE / "compare.png")
        page.get_by_role("tab", name="Experiments", exact=True).click()
        page.get_by_role("button", name="Run the experiment").click()
        expect(page.locator(".experiment_status[data-phase=done]")).to_be_visible(timeout=600_000)
        expect(page.locator("#said li")).to_have_count(5)
        page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
        page.screenshot(path=HERE / "experiments.png")
        page.get_by_role("tab", name="Fine-tune", exact=True).click()
        page.get_by_role("button", name=re.compile("^Prompt or tune")).click()
        page.get_by_role("button", name="Compare both").click()
        expect(page.locator("#prompt-or-tune-state")).to_contain_text("Done in", timeout=3_600_000)
        expect(page.locator("#prompt-or-tune .js-plotly-plot")).to_have_count(3)
        page.evaluate("document.activeElement.blur()")
        page.locator("#prompt-or-tune").screenshot(path=HERE / "prompt_or_tune.png")
        browser.close()


def wait_for(url: str) -> None:
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except urllib.error.URLError:
            time.sleep(0.1)


if __name__ == "__main__":
    main()
