"""Whoever cannot see the page can use all of it: axe over every tab, in both schemes, wide and narrow."""

import json
from collections.abc import Callable
from typing import Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from folded import AT_REST, load_preset, turn_to
from playwright.sync_api import Page, expect

Opened = Callable[..., Page]
WIDTHS = {"desktop": 1440, "phone": 390}
RESULTS = ("Items", "Paths", "Price", "Calibration")  # beside the ladder, which shows first
TALL = 3000  # pixels: what sticks to the edge of a window covers nothing then
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
TABS = ("Playground", "Chat", "Compare", "Sampling", "Retrieval", "Models", "Experiments", "Fine-tune")


def violations(page: Page, where: str) -> list[str]:
    """What axe finds on what is in sight, in both schemes; colours alone differ between the two."""
    found = []
    page.keyboard.press("Tab")  # only then is the page laid out for the keyboard
    schemes: tuple[tuple[Literal["light", "dark"], list[str]], ...] = (("light", RULES), ("dark", ["color-contrast"]))
    for scheme, rules in schemes:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.evaluate(AT_REST)
        kind = "tag" if rules is RULES else "rule"
        options = {"runOnly": {"type": kind, "values": rules}, "resultTypes": ["violations"], "elementRef": False}
        said = page.evaluate(f"axe.run(document, {json.dumps(options)})")
        found += [
            f"{where}, {scheme}: {rule['id']}: {node['target']} {node['html'][:160]} {node['failureSummary'][:300]}"
            for rule in said["violations"]
            for node in rule["nodes"]
        ]
    return found


def fill(page: Page) -> None:
    """Something to look at in every tab, with everything unfolded."""
    turn_to(page, "Playground")
    load_preset(page, "word_problem_vote")
    expect(page.locator("#prompt .pane-body")).to_contain_text("How many are left?")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator(".answer[data-phase=done]")).to_be_visible()
    turn_to(page, "Chat")
    page.get_by_label("Your message").fill("What is the answer?")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#chat .said.assistant > .facts")).to_contain_text("token")
    expect(page.get_by_role("button", name="Send")).to_be_enabled()
    page.get_by_role("button", name="Answer again").click()
    expect(page.locator("#chat .branches li")).to_have_count(3)
    turn_to(page, "Compare")
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.locator(".comparison[data-phase=done]")).to_be_visible()
    expect(page.locator(".shifts .token").first).to_be_visible()
    turn_to(page, "Sampling")
    page.get_by_role("button", name="Read the next token").click()
    expect(page.locator("#next-token .candidates li")).to_have_count(8)
    page.get_by_role("button", name="Run the sweep").click()
    expect(page.locator(".sweep_map[data-phase=done]")).to_be_visible()
    page.locator(".heat-cell").first.click()
    turn_to(page, "Retrieval")
    page.get_by_label("Question", exact=True).fill("How many steps does the lighthouse have?")
    expect(page.locator("#found .hit mark").first).to_be_visible()
    page.get_by_role("button", name="Measure the search").click()
    expect(page.locator("#search-quality tbody tr")).to_have_count(3)
    turn_to(page, "Models")
    expect(page.locator(".tuned")).to_have_count(1)
    turn_to(page, "Experiments")
    page.get_by_label("Items", exact=True).fill("8")
    page.get_by_label("Items", exact=True).press("Tab")
    page.get_by_role("button", name="Run the experiment").click()
    expect(page.locator(".experiment_status[data-phase=done]")).to_be_visible()
    page.get_by_label("Edit a column").click()
    page.get_by_role("option", name="Zero-shot").first.click()
    expect(page.locator("#column-editor")).to_be_visible()
    turn_to(page, "Items")
    page.locator(".item-cell").first.click()
    expect(page.locator("#experiment-steps .output").first).to_be_visible()


@pytest.mark.parametrize("size", WIDTHS)
def test_axe_finds_nothing_on_an_empty_page(opened: Opened, size: str) -> None:
    page = opened(width=WIDTHS[size], height=TALL)
    page.evaluate(AXE_SCRIPT)
    found = []
    for tab in TABS:
        found += violations(turn_to(page, tab), f"{tab}, empty, {size}")
    assert not found, "\n".join(found)


def test_axe_finds_nothing_on_a_page_with_results(opened: Opened) -> None:
    page = opened(height=TALL)
    page.evaluate(AXE_SCRIPT)
    fill(page)
    found = []
    for size, width in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": TALL})
        page.evaluate(AT_REST)
        for tab in (*TABS, *(RESULTS if size == "desktop" else ())):
            found += violations(turn_to(page, tab), f"{tab}, {size}")
    assert not found, "\n".join(found)
