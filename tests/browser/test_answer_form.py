"""The form of an answer on the page: said before the run, kept by the answer, and what it ruled out is shown."""

import json
from collections.abc import Callable
from typing import Any

from folded import load_preset, turn_to
from playwright.sync_api import Page, expect

PageOver = Callable[..., Page]


def test_a_form_is_kept_its_pressure_is_shown_and_compare_has_both(page_over: PageOver, real_catalog: Any) -> None:
    page = page_over(real_catalog, bundled=True)
    load_preset(page, "order_in_a_form")
    expect(page.locator("#prompt")).to_contain_text("form of an example, kept token by token while it is decoded")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator(".answer[data-phase=done]")).to_be_visible()
    said = json.loads(page.locator(".answer .text").inner_text())
    assert [*said] == ["name", "item", "quantity", "day"]

    expect(page.locator("#tokens .pressure")).to_contain_text("of the model\u2019s own probability on average")
    page.locator("#tokens .token.ruled[role=button]").first.click()
    alternatives = page.locator("#tokens .alternatives")
    expect(alternatives).to_contain_text("ruled out by the form")
    expect(alternatives.locator("tr").filter(has_text="ruled out by the form").get_by_role("button")).to_have_count(0)

    # What is no form is said at once, in one sentence; the button to run stands where it stood.
    box = page.locator("#answer-form textarea")
    written = box.input_value()
    box.fill("{")
    expect(page.locator("#prompt")).to_contain_text("\u201cThe form itself\u201d is no JSON")
    box.fill(written)
    expect(page.locator("#prompt")).to_contain_text("kept token by token")

    # Beside it the same prompt without the form.
    turn_to(page, "Compare")
    page.get_by_role("button", name="Add the Playground\u2019s setup as a pane").click()
    expect(page.get_by_role("group", name="Pane C")).to_contain_text("Zero-shot, held to its form")
    expect(page.get_by_role("group", name="Pane D")).to_contain_text("The Playground\u2019s: Zero-shot, without a form")
