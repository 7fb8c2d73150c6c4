"""What a technique with several calls shows beside its steps: the tree of a search, the changes between drafts."""

import random
from collections.abc import Callable
from typing import Any

from folded import load_preset
from playwright.sync_api import Page, expect

from playground.backends.base import Request


def reply(request: Request, _: random.Random) -> str:
    asked = request.messages[-1].content
    if request.prefill:
        return " sure."
    if "different next steps" in asked:
        return "1. <b>Left</b> first\n2. Right first"
    if "How could this answer be better" in asked:
        return "Nothing left to improve." if "new ending" in asked else "Another ending."
    return "A story with a new ending." if "improved by the feedback" in asked else "A story with an old ending."


def test_a_tree_and_the_changes_of_a_revision_are_drawn(page_over: Callable[..., Page], catalog_of: Any) -> None:
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
