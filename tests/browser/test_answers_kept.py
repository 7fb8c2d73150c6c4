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


def test_a_failure_and_an_overlong_prompt_keep_the_answer_before(page_over: PageOver, catalog_of: Any) -> None:
    def fails_on_bad(request: Request, rng: random.Random) -> str:
        if "bad" in request.messages[-1].content:
            raise GenerationFailed("The model broke; run it again.")
        return f"Heard {len(request.messages[-1].content)} characters."

    catalog = catalog_of(fails_on_bad)
    catalog.preload("default")
    page = page_over(catalog)
    choose(page, "explain")
    question(page).fill("good")
    run(page)
    phase(page, "done")
    expect(answer(page)).to_have_text("Heard 4 characters.")
    question(page).fill("bad")
    run(page)
    phase(page, "failed")
    expect(page.locator(".answer .error")).to_contain_text("The model broke; run it again. What is below is from the")
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
    page.get_by_role("button", name="Previous answer").click()
    expect(answer(page)).to_have_text("Heard 4 characters.")
    expect(page.locator("#stale")).to_be_visible()
    page.get_by_role("button", name="Previous answer").click()
    expect(answer(page)).to_have_text("Heard 6 characters.")
    expect(page.locator("#stale")).to_be_hidden()


def test_a_technique_that_is_changed_meanwhile_is_said(page_over: PageOver, catalog_of: Any) -> None:
    held = Held(reply=lambda *_: "word " * 30)
    page = page_over(catalog_of(held.reply, kind=Held, go=held.go))
    choose(page, "explain")
    run(page)
    expect(page.locator("#steps .output")).to_contain_text("word")
    choose_technique(page, "Role")
    held.go.set()
    phase(page, "done")
    expect(page.locator("#stale")).to_be_visible()
    choose_technique(page, "Zero-shot")
    expect(page.locator("#stale")).to_be_hidden()


def test_another_answer_type_reads_the_same_reply_without_a_new_run(page_over: PageOver, catalog_of: Any) -> None:
    asked: list[str] = []

    def reply(request: Request, rng: random.Random) -> str:
        asked.append(request.messages[-1].content)
        return "It is 12, so yes."

    page = page_over(catalog_of(reply))
    choose(page, "explain")
    run(page)
    phase(page, "done")
    expect(answer(page)).to_have_text("It is 12, so yes.")
    page.get_by_label("Number", exact=True).locator("visible=true").check()
    expect(answer(page)).to_have_text("12")
    page.get_by_label("Yes / no", exact=True).locator("visible=true").check()
    expect(answer(page)).to_have_text("Yes")
    expect(page.locator("#stale")).to_be_hidden()
    assert len(asked) == 1
    question(page).fill("Another?")
    expect(page.locator("#stale")).to_have_text("Out of date: you changed \u201cInput\u201d after this run.")
    page.get_by_label("Number", exact=True).locator("visible=true").check()
    expect(page.locator("#stale")).to_contain_text("\u201cInput\u201d and \u201cAnswer type\u201d")
    expect(answer(page)).to_have_text("Yes")


def test_an_answer_type_that_is_chosen_while_a_run_goes_on_is_read_at_its_end(
    page_over: PageOver, catalog_of: Any
) -> None:
    held = Held(reply=lambda *_: "It is 12, so yes.")
    page = page_over(catalog_of(held.reply, kind=Held, go=held.go))
    choose(page, "explain")
    run(page)
    expect(page.locator("#steps .output")).to_contain_text("It is")
    page.get_by_label("Number", exact=True).locator("visible=true").check()
    held.go.set()
    phase(page, "done")
    expect(answer(page)).to_have_text("12")


def test_a_token_that_one_chose_is_marked_and_can_be_taken_back(page_over: PageOver, catalog_of: Any) -> None:
    page = page_over(catalog_of(lambda request, _: " and on" if request.generated_text else "one two three"))
    choose(page, "explain")
    unfold(page, "All sampling parameters")
    page.get_by_role("spinbutton", name=re.compile("Alternatives")).fill("3")
    expect(page.locator(".chips")).to_contain_text("alternatives per token 3")
    run(page)
    phase(page, "done")
    token = page.locator("#tokens .token[role=button]")
    token.nth(1).click()
    expect(token.nth(1)).to_have_attribute("aria-current", "true")
    page.get_by_role("button", name="Continue from here with").first.click()
    expect(answer(page)).to_contain_text("and on")
    expect(page.locator("#tokens .token.forced")).to_have_count(1)
    expect(page.locator("#steps .step")).to_contain_text("token 2 chosen by you")
    page.get_by_role("button", name="Previous answer").click()
    expect(answer(page)).to_have_text("one two three")
