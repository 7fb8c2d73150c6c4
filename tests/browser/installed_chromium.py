"""Which Chromium drives the pages of tests, measurements and pictures, and how it is started."""

import os
import shutil

from playwright.sync_api import Browser, Playwright

# The shell draws no windows of its own around a page, which for this page is a third of the work.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


def start(playwright: Playwright) -> Browser:
    """The one named by CHROMIUM, else the first on the PATH, else Playwright's own."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    return playwright.chromium.launch(executable_path=found, args=FLAGS)
