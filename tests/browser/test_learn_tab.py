"""The Learn tab in a real browser: a lesson from the prediction to its score, on a phone."""

from collections.abc import Callable
from random import Random
from typing import Any

from folded import dismiss, turn_to
from playwright.sync_api import Page, expect

from playground.backends.base import Request

PageOver = Callable[..., Page]


def reply(request: Request, _: Random) -> str:
    """A model that names the capital for a question alone."""
    return "Paris." if request.messages[-1].content.lower().startswith("what") else "Hello!"


def test_a_lesson_from_the_prediction_to_its_score(page_over: PageOver, catalog_of: Any) -> None:
    page = turn_to(page_over(catalog_of(reply), width=390), "Learn")
    start, verdict = page.get_by_role("button", name="Try it"), page.locator("#verdict")
    expect(page.get_by_role("heading", name="What the model reads")).to_be_visible()
    expect(page.locator("#after-trial")).to_be_hidden()

    # Nothing is shown before the prediction.
    start.click()
    expect(page.locator(".toast-body")).to_contain_text("Predict first")
    dismiss(page)
    page.get_by_label("Only the question").check()
    start.click()
    expect(page.locator(".toast-body")).to_contain_text("type your number, from 1 to 100")
    dismiss(page)
    expect(page.locator("#trial-outcome .way")).to_have_count(0)
    page.get_by_label("Your number").fill("30")
    start.click()
    expect(verdict).to_contain_text("that is what happened")
    expect(page.locator("#trial-outcome .way .said")).to_have_text(["Paris.", "Hello!"])
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

    # The prediction that counts is the first; the question is checked.
    expect(page.get_by_label("Only the question")).to_be_disabled()
    expect(page.locator("#after-trial")).to_contain_text("What to take away")
    page.get_by_label("A prompt must end with a question mark.").check()
    page.get_by_role("button", name="Check my answer").click()
    expect(page.locator("#answer-checked")).to_contain_text("That is not it.")
    page.get_by_label("It reads the sentence as a message").check()
    page.get_by_role("button", name="Check my answer").click()
    expect(page.locator("#answer-checked")).to_contain_text("Right.")
    expect(page.locator("#lesson-standing")).to_contain_text("1 question answered.")

    # Kept in the browser, and gone on from.
    page.reload()
    turn_to(page, "Learn")
    expect(page.locator("#lesson-standing")).to_contain_text("1 question answered.")
    expect(page.get_by_label("Only the question")).to_be_checked()
    page.get_by_role("button", name="Try it again").click()
    page.get_by_role("button", name="Open The question in the Playground").click()
    expect(page.locator("#form .of-input textarea").first).to_have_value("what is the capital of france")
    turn_to(page, "Learn")
    page.get_by_role("button", name="Next lesson").click()
    expect(page.get_by_role("heading", name="Show it how")).to_be_visible()
    expect(page.locator("#after-trial")).to_be_hidden()
