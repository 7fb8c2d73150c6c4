"""A chat taken elsewhere, in a real browser: rated and taken away, summed up, beside a single turn, and measured."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from folded import AT_REST, turn_to
from held import hold_post
from playwright.sync_api import Page, expect
from test_chat_tab import heard, say, texts

from playground.backends.base import Request

PageOver = Callable[..., Page]


def test_a_thumb_at_an_answer_is_kept_taken_away_and_comes_back_and_a_chat_is_compared_with_a_single_turn(
    page_over: PageOver, catalog_of: Any
) -> None:
    page = turn_to(page_over(catalog_of(heard)), "Chat")
    say(page, "one")
    say(page, "two")
    good, bad = (page.locator("#chat .said").nth(1).get_by_role("button", name=f"A {how} answer") for how in GOOD_BAD)

    def change_ones_mind() -> None:
        bad.click()
        good.click()

    first, posted = hold_post(page, ['"event_data":{', '"feedback":'], change_ones_mind)
    page.evaluate(AT_REST)
    assert len(posted) == 1  # the second is not to come before the first
    first.continue_()
    expect(good).to_have_attribute("aria-pressed", "true")
    expect(bad).to_have_attribute("aria-pressed", "false")
    page.unroute_all()
    expect(page.locator("#chat .said.user").get_by_role("button", name="A good answer")).to_have_count(0)

    with page.expect_download() as saved:
        page.get_by_role("button", name="Download as JSON").click()
    file = Path(saved.value.path()).read_text("utf-8")
    assert [message.get("feedback") for message in json.loads(file)["messages"]] == [None, "up", None, None]
    with page.expect_download() as saved:
        page.get_by_role("button", name="As Markdown").click()
    assert "## assistant, thumbs up\n" in Path(saved.value.path()).read_text("utf-8")

    facts = page.locator("#chat .said.assistant > .facts")
    before = [fact.split(" \u00b7 mean")[0] for fact in facts.all_inner_texts()]
    page.reload()
    turn_to(page, "Chat")
    expect(good).to_have_attribute("aria-pressed", "true")
    expect(facts).to_have_text(before)

    page.get_by_role("button", name="New chat").click()
    expect(texts(page)).to_have_count(0)
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Open a file").click()
    chooser.value.set_files({"name": "chat.json", "mimeType": "application/json", "buffer": file.encode()})
    expect(good).to_have_attribute("aria-pressed", "true")
    page.set_viewport_size({"width": 390, "height": 844})
    good.click()
    expect(good).to_have_attribute("aria-pressed", "false")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 1440, "height": 900})

    page.get_by_role("button", name="New chat").click()
    expect(texts(page)).to_have_count(0)
    say(page, "There are 3 hens.")
    page.get_by_label("Your message").fill("How many eggs?")
    page.get_by_role("button", name="Open in the Playground").click()
    expect(page.locator("#prompt .turn")).to_have_count(3)
    turn_to(page, "Compare")
    page.get_by_label("Pane A: technique", exact=True).select_option(label="Zero-shot")
    page.get_by_role("button", name="Add the Playground\u2019s setup as a pane").click()
    expect(page.get_by_role("group", name="Pane C")).to_contain_text("The Playground\u2019s: Conversation")
    page.evaluate(AT_REST)  # the rows are drawn anew
    page.get_by_role("button", name="Remove pane B").click()
    expect(page.get_by_role("group", name="Pane B")).to_contain_text("The Playground\u2019s: Conversation")
    page.get_by_label("Prompt", exact=False).locator("visible=true").first.fill("How many eggs?")
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.locator(".comparison[data-phase=done]")).to_be_visible()
    words = page.locator(".comparison .side .text")
    expect(words.nth(0)).to_contain_text("Heard 1: How many eggs?")
    expect(words.nth(1)).to_contain_text("3: How many eggs?")


GOOD_BAD = ("good", "bad")


def sums_up(request: Request, rng: random.Random) -> str:
    return "They counted <b>." if request.messages[-1].content.startswith("Sum up") else heard(request, rng)


def test_a_summary_that_was_sent_is_shown_and_marked(page_over: PageOver, catalog_of: Any) -> None:
    page = turn_to(page_over(catalog_of(sums_up)), "Chat")
    page.get_by_label("Summary", exact=True).check()
    page.get_by_label("Prompt tokens at most").fill("60")
    for text in ("one", "two", "three"):
        say(page, f"{text} " * 20)
    shown = page.locator("#chat-prompt .sent-before")
    expect(shown.locator("mark")).to_have_text("They counted <b>.")
    expect(shown).to_be_in_viewport()
    expect(page.locator("#chat .said.cut")).not_to_have_count(0)
    card = page.locator("#chat .said.assistant").last
    card.get_by_text("Summary, sent in place of turns that were left out").click()
    expect(card.locator(".thought").locator("visible=true")).to_have_text("They counted <b>.")
    page.reload()
    turn_to(page, "Chat")
    expect(shown.locator("mark")).to_have_text("They counted <b>.")
    expect(card).to_be_in_viewport()  # the end of a chat is what one goes on from
