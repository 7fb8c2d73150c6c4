"""A prompt is changed, tried on several values, compared with what it was, and gone back to: in a real browser."""

import random
from collections.abc import Callable
from typing import Any

from folded import unfold
from playwright.sync_api import Page, expect
from test_journeys import phase, question, run, sent

from playground.backends.base import Request

PageOver = Callable[..., Page]


def heard(request: Request, rng: random.Random) -> str:
    return f"Heard: {request.messages[-1].content}"


def option(page: Page, label: str, text: str) -> None:
    page.get_by_label(label, exact=True).click()
    page.get_by_role("option", name=text).click()


def test_a_prompt_is_changed_compared_and_gone_back_to(page_over: PageOver, catalog_of: Any) -> None:
    page = page_over(catalog_of(heard))
    page.locator("#presets [data-key=empty]").click()
    expect(page.locator("#prompt .missing")).to_contain_text("is empty")
    question(page).fill("Name a river in {{country}}.")
    expect(sent(page)).to_contain_text("{{country}}")  # without a table, words like any other
    unfold(page, "Values for {{variables}}")
    page.get_by_label("Table of values").fill("country\nEgypt\nPeru")
    expect(sent(page)).to_contain_text("Name a river in Egypt.")
    run(page)
    phase(page, "done")
    option(page, "Row that is sent", "2: country = Peru")
    expect(sent(page)).to_contain_text("Name a river in Peru.")
    run(page)
    expect(page.locator(".answer .text")).to_contain_text("Heard: Name a river in Peru.")
    phase(page, "done")
    question(page).fill("Name one long river in {{country}}.")
    expect(sent(page)).to_contain_text("Name one long river in Peru.")
    run(page)
    expect(page.locator(".answer .text")).to_contain_text("one long river")
    phase(page, "done")

    unfold(page, "Versions")
    text = page.locator("#version-text")
    expect(text).to_contain_text("Version 1 answered for country = Egypt:")
    expect(text).to_contain_text("Version 1 answered for country = Peru:")
    expect(text).to_contain_text("Version 2 answered for country = Peru:")
    expect(text).to_contain_text("added")  # a word, not a colour alone
    expect(text).to_contain_text("one long")
    page.get_by_label("Name of this version").fill("longest")
    page.get_by_label("Name of this version").press("Enter")
    expect(page.get_by_label("Version", exact=True)).to_have_value(
        "Version 2 \u00b7 longest \u00b7 Heard: Name one long river in Peru."
    )

    page.reload()  # the versions of this visit are the browser's: they stay
    expect(page.locator("#prompt .turn").first).to_be_visible()
    unfold(page, "Versions")
    option(page, "Version", "Version 1")
    expect(text).to_contain_text("Version 1 answered for country = Egypt:")
    page.get_by_role("button", name="Go back to this version").click()
    expect(question(page)).to_have_value("Name a river in {{country}}.")
    expect(sent(page)).to_contain_text("{{country}}")
    page.get_by_role("button", name="Forget all versions").click()
    expect(page.get_by_label("Version", exact=True)).to_have_value("")
    expect(text).not_to_contain_text("Version 1")
