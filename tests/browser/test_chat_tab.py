"""The Chat tab in a real browser: talked to, edited, branched, stopped and gone on with, taken away, and kept."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from folded import turn_to
from held import Held
from playwright.sync_api import Locator, Page, expect

from playground.backends.base import Request

PageOver = Callable[..., Page]


def heard(request: Request, _: random.Random) -> str:
    if request.prefill:
        return " and so on"
    return f"Heard {len(request.messages)}: {request.messages[-1].content}"


def say(page: Page, text: str) -> None:
    """Send a message, and wait for the answer."""
    count = page.locator("#chat .said").count()
    page.get_by_label("Your message").fill(text)
    page.get_by_label("Your message").press("Control+Enter")
    expect(page.locator("#chat .said")).to_have_count(count + 2)
    answered(page)


def answered(page: Page) -> None:
    expect(page.locator("#chat .said.assistant > .facts").last).to_contain_text("token")
    expect(page.get_by_role("button", name="Send")).to_be_enabled()


def texts(page: Page) -> Locator:
    return page.locator("#chat .said .output")


def test_three_turns_are_edited_branched_taken_away_and_there_after_a_reload(
    page_over: PageOver, catalog_of: Any
) -> None:
    page = turn_to(page_over(catalog_of(heard)), "Chat")
    for text in ("one", "two <b>", "three"):
        say(page, text)
    talk = ["one", "Heard 1: one", "two <b>", "Heard 3: two <b>", "three", "Heard 5: three"]
    expect(texts(page)).to_have_text(talk)
    expect(page.locator("#chat-prompt .turn")).to_have_count(7)
    expect(page.locator("#chat-prompt .facts").first).to_contain_text("7 messages")

    first = page.locator("#chat .said").first
    first.get_by_role("button", name="Edit").click()
    first.get_by_role("textbox").fill("uno")
    first.get_by_role("button", name="Save").click()
    expect(texts(page)).to_have_text(["uno", *talk[1:]])
    expect(first.locator("> .facts")).to_have_text("edited by hand")
    expect(page.locator("#chat-prompt .turn").first).to_contain_text("uno")

    page.locator("#chat .branches button").first.click()
    expect(texts(page)).to_have_text(talk)
    page.locator("#chat .said").nth(1).get_by_role("button", name="Go on from here").click()
    expect(texts(page)).to_have_text(talk[:2])
    say(page, "another")
    expect(texts(page)).to_have_text([*talk[:2], "another", "Heard 3: another"])
    expect(page.locator("#chat .branches li")).to_have_count(4)

    last = page.locator("#chat .said").nth(3)
    last.get_by_role("button", name="Answer again").click()
    expect(last.locator(".beside")).to_contain_text("2 of 2")
    answered(page)
    expect(last.locator("> .facts")).to_contain_text("the same as answer 1")

    with page.expect_download() as saved:
        page.get_by_role("button", name="Download as JSON").click()
    messages = json.loads(Path(saved.value.path()).read_text("utf-8"))["messages"]
    assert [message["content"] for message in messages] == [*talk[:2], "another", "Heard 3: another"]

    page.reload()
    turn_to(page, "Chat")
    expect(texts(page)).to_have_text([*talk[:2], "another", "Heard 3: another"])
    expect(page.locator("#chat .branches li")).to_have_count(6)

    page.get_by_role("button", name="Open in the Playground").click()
    expect(page.get_by_role("tab", name="Playground")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#form .of-turns textarea")).to_have_count(2)
    expect(page.locator("#prompt .turn").last).to_contain_text("another")


def test_an_answer_is_stopped_goes_on_and_what_is_deleted_can_be_put_back(page_over: PageOver, catalog_of: Any) -> None:
    page = turn_to(page_over(catalog_of(heard, kind=Held), width=390), "Chat")
    page.get_by_label("Your message").fill("word " * 40)
    page.get_by_role("button", name="Send").click()
    answer = page.locator("#chat .said.assistant")
    expect(answer.locator(".output")).to_contain_text("Heard")
    page.get_by_role("button", name="Stop the answer").click()
    expect(answer.locator("> .facts")).to_contain_text("stopped")
    expect(page.get_by_role("button", name="Send")).to_be_enabled()
    answer.get_by_role("button", name="Continue").click()
    expect(answer.locator(".output")).to_contain_text("and so on")
    expect(answer.get_by_role("button", name="Continue")).to_be_hidden()
    expect(page.get_by_role("button", name="Send")).to_be_enabled()

    answer.get_by_role("button", name="Delete").click()
    expect(page.locator("#chat .said")).to_have_count(1)
    page.get_by_role("button", name="Put back").click()
    expect(page.locator("#chat .said")).to_have_count(2)
    expect(page.locator("#chat .said.assistant .output")).to_contain_text("and so on")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
