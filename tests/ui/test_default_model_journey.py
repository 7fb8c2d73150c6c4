"""The page over the real default model: what a newcomer does first."""

import re
from collections.abc import Callable
from typing import Any

from folded import unfold
from playwright.sync_api import Page, expect

PageOver = Callable[..., Page]


def test_a_preset_is_answered_and_another_token_is_taken(page_over: PageOver, real_catalog: Any) -> None:
    page = page_over(real_catalog, bundled=True)
    expect(page.locator("#prompt")).to_contain_text(re.compile(r"\d+ tokens"))
    page.locator("#presets").get_by_role("button", name="Define a term", exact=True).click()
    unfold(page, "All sampling parameters")
    page.get_by_label("number input for Alternatives per token").fill("5")
    expect(page.locator(".chips")).to_contain_text("alternatives per token 5")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator(".answer[data-phase=done]")).to_be_visible(timeout=60_000)
    first = page.locator(".answer .text").inner_text()
    assert first.startswith("A black hole is a region")

    # The second token again, another way: what came before it stays, what follows is new.
    page.locator("#tokens .token[role=button]").nth(1).click()
    other = page.locator("#tokens .alternatives tbody tr").nth(1)
    word = other.locator("td").first.inner_text()
    other.get_by_role("button", name="Continue from here").click()
    expect(page.locator(".answer .text")).to_have_text(re.compile("^A" + re.escape(word)), timeout=60_000)
    expect(page.locator(".answer[data-phase=done]")).to_be_visible(timeout=60_000)
    assert page.locator(".answer .text").inner_text() != first


def test_ten_paths_vote(page_over: PageOver, real_catalog: Any) -> None:
    page = page_over(real_catalog, bundled=True)
    page.locator("#presets").get_by_role("button", name="Ten paths, one vote", exact=True).click()
    expect(page.locator("#prompt")).to_contain_text("Sam has 8 apples")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator(".answer[data-phase=done]")).to_be_visible(timeout=120_000)
    expect(page.locator(".answer .how")).to_contain_text("of 10 paths agree")
    expect(page.locator("#steps .card")).to_have_count(10)
