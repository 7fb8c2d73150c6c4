"""What a technique with several calls shows: the tree of a search, the changes between drafts, the call of a function.

What the function gives is typed on the page, and the run goes on.
"""

import random
from collections.abc import Callable
from typing import Any

from folded import HERE, load_preset
from playwright.sync_api import Page, expect
from test_journeys import open_file

from playground.backends.base import Request

CALL = '<tool_call>\n{"name": "weather", "arguments": {"town": "Bern"}}\n</tool_call>'


def reply(request: Request, _: random.Random) -> str:
    asked = request.messages[-1].content
    if request.messages[-1].role == "tool":
        return f"It says: {asked}"
    if "umbrella" in asked:
        return CALL
    if request.prefill:
        return " sure."
    if "different next steps" in asked:
        return "1. <b>Left</b> first\n2. Right first"
    if "How could this answer be better" in asked:
        return "Nothing left to improve." if "new ending" in asked else "Another ending."
    return "A story with a new ending." if "improved by the feedback" in asked else "A story with an old ending."


def test_a_tree_and_the_changes_of_a_revision_are_drawn_and_what_a_function_gives_is_typed(
    page_over: Callable[..., Page], catalog_of: Any
) -> None:
    page = page_over(catalog_of(reply), bundled=True)
    load_preset(page, "tree_of_thoughts")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator(".answer[data-phase=done]")).to_be_visible()
    first = page.locator(".tree:not(.dialogue) > div > ul > li").first
    expect(first).to_contain_text("<b>Left</b> first sure, gone on from")
    expect(first.locator("ul > li").first).to_contain_text("sure")
    load_preset(page, "self_refine")
    expect(page.locator("#prompt")).to_contain_text("why the sky is blue")
    page.get_by_role("button", name="Run", exact=True).click()
    change = page.locator(".change:not([hidden])")
    expect(change).to_have_count(1)
    change.locator("summary").click()
    expect(change.locator("del")).to_have_text(["an", "old"])
    expect(change.locator("ins")).to_have_text(["a", "new"])
    expect(page.locator(".tree:not(.dialogue)")).to_be_hidden()

    open_file(page, HERE / "presets" / "functions.yaml")
    expect(page.locator("#prompt")).to_contain_text("The weather of today in a town.")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_text("It calls weather. Write what that gives")).to_be_visible()
    cards = page.locator("#steps .card")
    expect(cards).to_have_count(2)
    cards.nth(1).get_by_role("button", name="Edit").click()
    page.get_by_label("Output of Result 1").fill("Rain all day.")
    page.get_by_role("button", name="Run on from here").click()
    expect(cards).to_have_count(3)
    expect(cards.nth(2).locator(".output")).to_have_text("It says: Rain all day.")
