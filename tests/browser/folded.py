"""Opening what is folded away, as a person would, and waiting for what comes of it.

Gradio puts the values into the widgets of a tab or accordion some frames after they show; nobody types that fast.
"""

import re
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import Page, TimeoutError, expect

from playground import presets
from playground.ui.playground.preset_bar import EMPTY, NOTHING

HERE = Path(__file__).parent
PATIENCE = 120_000  # milliseconds of waiting for anything: a machine that runs other things too is slow
SOON = 3_000  # milliseconds after which what a person did in vain is done again
# A page that never comes to rest says what goes on in it.
AT_REST = """() => new Promise((done, fail) => {
  const changed = {};
  const watch = new MutationObserver(news => news.forEach(({target}) => {
    const name = target.id || target.className || target.nodeName;
    changed[name] = 1 + (changed[name] || 0);
  }));
  watch.observe(document.body, {subtree: true, childList: true, attributes: true, characterData: true});
  const late = setTimeout(() => fail(new Error(`not at rest; changes: ${JSON.stringify(changed)}`)), 120000);
  const rest = () => { watch.disconnect(); clearTimeout(late); done(); };
  requestAnimationFrame(() => requestAnimationFrame(() => requestIdleCallback(rest)));
})"""


def unfold(page: Page, title: str) -> None:
    """Open an accordion."""
    page.get_by_text(title, exact=True).click()
    page.evaluate(AT_REST)


def load_preset(page: Page, key: str) -> None:
    """Load a preset, out of its group if it is in one, and wait until the form holds it."""
    button = page.locator(f"#presets [data-key={key}]")
    if key == EMPTY:
        preset = NOTHING
    elif button.count():  # one of these tests'
        preset = presets.read_preset((HERE / "presets" / f"{key}.yaml").read_text("utf-8"))
    else:
        preset = presets.setup_presets()[key]
        page.locator("#presets").get_by_role("button", name=preset.group, exact=True).click()
    button.click()
    question = page.get_by_role("textbox", name=re.compile("^Input The question"))
    expect(question).to_have_value(preset.setup.task.input)


def turn_to(page: Page, tab: str) -> Page:
    """Open a tab."""
    page.get_by_role("tab", name=tab, exact=True).click()
    page.evaluate(AT_REST)
    return page


def until(page: Page, true: Callable[[], bool]) -> None:
    """Wait for what the page cannot be asked about."""
    end = time.monotonic() + PATIENCE / 1000
    while not true() and time.monotonic() < end:
        page.wait_for_timeout(50)
    assert true()


def again_until(act: Callable[[], object], seen: Callable[[float], object]) -> None:
    """Do it until its effect is seen within these milliseconds: Gradio's parts lose what comes while they lay
    themselves out, or come anew."""
    end = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < end:
        act()
        with suppress(AssertionError, TimeoutError):
            seen(SOON)
            return
    raise AssertionError("What was done again and again had no effect.")


def dismiss(page: Page) -> None:
    """Close the messages of the page, which may be on their way out: they go by themselves after ten seconds."""
    page.evaluate("document.querySelectorAll('[data-testid=toast-close]').forEach((button) => button.click())")
    expect(page.locator(".toast-body")).to_have_count(0)
