"""A function's call is a step on the page; what it gives is typed there, and the run goes on."""

import random
from collections.abc import Callable
from typing import Any

from folded import load_preset
from playwright.sync_api import Page, expect

from playground.backends.base import Request

PageOver = Callable[..., Page]
CALL = '<tool_call>\n{"name": "weather", "arguments": {"town": "Bern"}}\n</tool_call>'


def reply(request: Request, _: random.Random) -> str:
    last = request.messages[-1]
    return f"It says: {last.content}" if last.role == "tool" else CALL


def test_what_a_function_gives_is_typed_and_the_run_goes_on(page_over: PageOver, catalog_of: Any) -> None:
    page = page_over(catalog_of(reply))
    load_preset(page, "functions")
    expect(page.locator("#prompt")).to_contain_text("The weather of today in a town.")
    page.get_by_role("button", name="Run", exact=True).click()
    cards = page.locator("#steps .card")
    expect(cards).to_have_count(2)
    expect(page.get_by_text("It calls weather. Write what that gives")).to_be_visible()
    cards.nth(1).get_by_role("button", name="Edit").click()
    page.get_by_label("Output of Result 1").fill("Rain all day.")
    page.get_by_role("button", name="Run on from here").click()
    expect(cards).to_have_count(3)
    expect(cards.nth(2).locator(".output")).to_have_text("It says: Rain all day.")
