"""The answer before stays at hand: what fails wipes nothing, and a run of an older setup says that it is one."""

import random
import re
from typing import Any

from folded import unfold
from held import Held
from playwright.sync_api import Page, expect
from test_journeys import PageOver, choose, choose_technique, phase, question, run

from playground.backends.base import Request
from playground.errors import GenerationFailed


def answer(page: Page) -> Any:
    return page.locator(".answer .text")


def answer_type(page: Page, name: str) -> None:
    page.get_by_label(name, exact=True).locator("visible=true").check()


def test_what_fails_or_is_too_long_keeps_the_answer_before_and_what_is_changed_meanwhile_is_said(
    page_over: PageOver, catalog_of: Any
) -> None:
    def fails_on_bad(request: Request, rng: random.Random) -> str:
        if "bad" in request.messages[-1].content:
            raise GenerationFailed("The <i>model</i> broke; run it again.")
        return f"Heard {len(request.messages[-1].content)} characters."

    held = Held(reply=fails_on_bad, words="slow")
    page = page_over(catalog_of(held.reply, kind=Held, words=held.words, go=held.go))
    choose(page, "explain")
    question(page).fill("good")
    run(page)
    phase(page, "done")
    expect(answer(page)).to_have_text("Heard 4 characters.")
    question(page).fill("bad")
    run(page)
    phase(page, "failed")
    error = page.locator(".answer .error")
    expect(error).to_contain_text("The <i>model</i> broke; run it again. What is below is from the")
    expect(answer(page)).to_have_text("Heard 4 characters.")
    expect(page.locator("#stale")).to_be_visible()
    question(page).fill("word " * 9000)
    expect(page.locator("#prompt .missing")).to_contain_text("takes 8,191 and an answer")
    run(page)
    expect(page.get_by_text("Shorten it.").last).to_be_visible()
    expect(answer(page)).to_have_text("Heard 4 characters.")
    question(page).fill("better")
    run(page)
    expect(answer(page)).to_have_text("Heard 6 characters.")
    expect(error).to_be_hidden()
    page.get_by_role("button", name="Previous answer").click()
    expect(answer(page)).to_have_text("Heard 4 characters.")
    expect(page.locator("#stale")).to_be_visible()
    page.get_by_role("button", name="Previous answer").click()
    expect(answer(page)).to_have_text("Heard 6 characters.")
    expect(page.locator("#stale")).to_be_hidden()

    # The technique is another one by the time that the answer is whole.
    question(page).fill("slowly")
    run(page)
    expect(page.locator("#steps .output")).to_have_text("Heard 6")
    choose_technique(page, "Role")
    held.go.set()
    phase(page, "done")
    expect(page.locator("#stale")).to_be_visible()
    choose_technique(page, "Zero-shot")
    expect(page.locator("#stale")).to_be_hidden()


def test_another_answer_type_reads_the_same_reply_and_is_read_at_the_end_of_a_run_that_goes_on(
    page_over: PageOver, catalog_of: Any
) -> None:
    asked: list[str] = []

    def reply(request: Request, rng: random.Random) -> str:
        asked.append(request.messages[-1].content)
        return "It is 12, so yes."

    held = Held(reply=reply, words="slow")
    page = page_over(catalog_of(held.reply, kind=Held, words=held.words, go=held.go))
    choose(page, "explain")
    run(page)
    phase(page, "done")
    expect(answer(page)).to_have_text("It is 12, so yes.")
    answer_type(page, "Number")
    expect(answer(page)).to_have_text("12")
    answer_type(page, "Yes / no")
    expect(answer(page)).to_have_text("Yes")
    expect(page.locator("#stale")).to_be_hidden()
    assert len(asked) == 1
    question(page).fill("A slow one?")
    expect(page.locator("#stale")).to_have_text("Out of date: you changed \u201cInput\u201d after this run.")
    answer_type(page, "Text")
    expect(page.locator("#stale")).to_contain_text("\u201cInput\u201d and \u201cAnswer type\u201d")
    expect(answer(page)).to_have_text("Yes")

    run(page)
    expect(page.locator("#steps .output")).to_have_text("It is")
    answer_type(page, "Number")
    held.go.set()
    phase(page, "done")
    expect(answer(page)).to_have_text("12")


def test_sampling_presets_change_only_their_own_and_a_token_shows_its_alternatives_and_is_chosen_and_taken_back(
    page_over: PageOver, catalog_of: Any
) -> None:
    page = page_over(catalog_of(lambda request, _: " and on" if request.generated_text else "one two three"))
    choose(page, "explain")
    chips = page.locator(".chips")
    expect(chips).to_contain_text("max tokens 120")
    page.locator("#sampling").get_by_role("button", name="Precise").click()
    expect(chips).to_contain_text("temperature 0.2")
    expect(chips).to_contain_text("max tokens 120")
    page.get_by_role("button", name="Reset temperature").click()
    expect(chips).not_to_contain_text("temperature")
    unfold(page, "All sampling parameters")
    page.get_by_role("spinbutton", name=re.compile("Alternatives")).fill("3")
    expect(chips).to_contain_text("alternatives per token 3")
    run(page)
    phase(page, "done")

    token, alternatives = page.locator("#tokens .token[role=button]"), page.locator("#tokens .alternatives")
    token.first.press("ArrowRight")
    expect(token.nth(1)).to_be_focused()
    token.nth(1).press("Enter")
    expect(token.nth(1)).to_have_attribute("aria-current", "true")
    expect(alternatives.locator("tbody tr")).to_have_count(3)
    expect(alternatives.locator(".chosen td").first).to_have_text(token.nth(1).inner_text())
    page.get_by_role("button", name="Continue from here with").first.click()
    expect(answer(page)).to_contain_text("and on")
    expect(page.locator("#tokens .token.forced")).to_have_count(1)
    expect(page.locator("#steps .step")).to_contain_text("token 2 chosen by you")
    page.get_by_role("button", name="Previous answer").click()
    expect(answer(page)).to_have_text("one two three")
