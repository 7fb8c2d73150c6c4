"""Whoever cannot see the page can use all of it: axe over every tab, in both schemes."""

import json
from collections.abc import Callable
from typing import Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from folded import TWO_FRAMES, turn_to
from playwright.sync_api import Page

Opened = Callable[..., Page]
WIDTHS = {"desktop": 1440, "phone": 390}
TALL = 3000  # pixels: what sticks to the edge of a window covers nothing then
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
TABS = ("Playground", "Compare", "Sampling", "Models", "Experiments")


def violations(page: Page, where: str) -> list[str]:
    """What axe finds on what is in sight, in both schemes; colours alone differ between the two."""
    found = []
    page.keyboard.press("Tab")  # only then is the page laid out for the keyboard
    schemes: tuple[tuple[Literal["light", "dark"], list[str]], ...] = (("light", RULES), ("dark", ["color-contrast"]))
    for scheme, rules in schemes:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.evaluate(TWO_FRAMES)
        kind = "tag" if rules is RULES else "rule"
        options = {"runOnly": {"type": kind, "values": rules}, "resultTypes": ["violations"], "elementRef": False}
        said = page.evaluate(f"axe.run(document, {json.dumps(options)})")
        found += [
            f"{where}, {scheme}: {rule['id']}: {node['target']} {node['html'][:160]} {node['failureSummary'][:300]}"
            for rule in said["violations"]
            for node in rule["nodes"]
        ]
    return found


@pytest.mark.parametrize("size", WIDTHS)
def test_axe_finds_nothing_on_an_empty_page(opened: Opened, size: str) -> None:
    page = opened(width=WIDTHS[size], height=TALL)
    page.evaluate(AXE_SCRIPT)
    found = []
    for tab in TABS:
        found += violations(turn_to(page, tab), f"{tab}, empty, {size}")
    assert not found, "\n".join(found)
