"""A stranger's first visit to a hosted demo, on a phone: `python -m benchmarks.first_visit [--rounds 3] [ADDRESS]`.

A screen of 390 px, a processor four times slower than this one, and a slow mobile network; nothing is in a cache. Goal:
within five seconds it says what this is and has one thing to press. Prints also what was fetched, and from whom. The
server shares the machine with the browser here, which makes the phone slower than it would be.
"""

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser import installed_chromium

ROOT = Path(__file__).parent.parent
PATIENCE = 120.0
# bytes a second and seconds: what Lighthouse takes for a phone on a slow 4G network, and a usual one
NETWORKS = {"slow 4G": (1_638_400 / 8, 768_000 / 8, 0.150), "4G": (9_000_000 / 8, 4_500_000 / 8, 0.060)}
SLOWER = 4  # times, the processor
# What this is, and the thing to press, both shown while the page is built; and the page's own button.
WORDS, PRESS, RUN = "#first-words h1 + p", "#first-words button", "#run-button"


@contextmanager
def served() -> Iterator[str]:
    """The address of the app as on a Space, over a scripted model: none is loaded beside the browser."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        own = {"SPACE_ID": "somebody/playground", "PLAYGROUND_CACHE": folder, "PLAYGROUND_STORE": f"{folder}/store"}
        command = [sys.executable, "-m", "benchmarks.scripted_class", "--port", str(port)]
        server = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **own}, stdout=subprocess.DEVNULL)
        try:
            end = time.monotonic() + PATIENCE
            while not _answers(url):
                if server.poll() is not None or time.monotonic() > end:
                    raise RuntimeError("The server did not start.")
                time.sleep(0.2)
            yield url
        finally:
            server.terminate()
            server.wait()


def _answers(url: str) -> bool:
    try:
        return httpx.get(url).is_success
    except httpx.TransportError:
        return False


@dataclass
class Visit:
    """What a visitor waited for, in seconds, and what was sent for it."""

    says: float = 0.0
    pressable: float = 0.0
    built: float = 0.0
    answered: float = 0.0
    kilobytes: float = 0.0
    requests: int = 0
    elsewhere: set[str] = field(default_factory=set)


def visit(browser: Browser, url: str, network: str) -> Visit:
    """Open the page as somebody who was never there, and press the one button as soon as it is there."""
    down, up, latency = NETWORKS[network]
    seen, fetched = Visit(), 0
    context = browser.new_context(viewport={"width": 390, "height": 844}, device_scale_factor=3, is_mobile=True)
    page = context.new_page()
    devtools = context.new_cdp_session(page)

    def count(event: Any) -> None:
        nonlocal fetched
        fetched += event["encodedDataLength"]

    def note(event: Any) -> None:
        seen.requests += 1
        host = urlsplit(event["request"]["url"])
        if host.scheme.startswith("http") and host.netloc != urlsplit(url).netloc:
            seen.elsewhere.add(host.netloc)

    devtools.on("Network.loadingFinished", count)
    devtools.on("Network.requestWillBeSent", note)
    devtools.send("Network.enable")
    limits = {"downloadThroughput": down, "uploadThroughput": up, "latency": latency * 1000}
    devtools.send("Network.emulateNetworkConditions", {"offline": False, **limits})
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    started = time.perf_counter()
    page.goto(url, wait_until="commit")
    expect(page.locator(WORDS)).to_be_visible(timeout=1000 * PATIENCE)
    seen.says = time.perf_counter() - started
    box = page.locator(PRESS).bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)  # as a finger would, without waiting
    page.wait_for_function("press => !document.querySelector(press)?.matches(':enabled')", arg=PRESS)
    seen.pressable = time.perf_counter() - started
    expect(page.locator(RUN)).to_be_attached(timeout=1000 * PATIENCE)
    seen.built, seen.kilobytes = time.perf_counter() - started, fetched / 1000
    expect(page.locator(".answer[data-phase=done]")).to_be_attached(timeout=1000 * PATIENCE)
    seen.answered = time.perf_counter() - started
    context.close()
    return seen


def main(address: str = "", rounds: int = 3) -> dict[str, float]:
    figures: dict[str, float] = {}
    with served() as url, sync_playwright() as playwright:
        browser = installed_chromium.start(playwright)
        visit(browser, address or url, "4G")  # the first makes what later ones are sent
        for network in NETWORKS:
            visits = [visit(browser, address or url, network) for _ in range(rounds)]
            figures |= {
                f"{network}: says what it is, s (goal 5)": statistics.median(one.says for one in visits),
                f"{network}: can be pressed, s (goal 5)": statistics.median(one.pressable for one in visits),
                f"{network}: the page is there, s": statistics.median(one.built for one in visits),
                f"{network}: answered, s": statistics.median(one.answered for one in visits),
                f"{network}: fetched until then, kB": statistics.median(one.kilobytes for one in visits),
                f"{network}: requests": statistics.median(one.requests for one in visits),
                f"{network}: asked elsewhere (goal 0)": len(set().union(*(one.elsewhere for one in visits))),
            }
        browser.close()
    return figures


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address", nargs="?", default="", help="of a page that is served already")
    parser.add_argument("--rounds", type=int, default=3)
    for what, value in main(**vars(parser.parse_args())).items():
        print(f"{what:>45}  {value:.2f}")
