"""Runs that wait for their turn, in two windows of one browser: each says so, and can be taken back."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from folded import turn_to, unfold, until
from playwright.sync_api import Locator, Page, expect

from playground.backends.catalog import Catalog
from playground.settings import Settings
from playground.ui.gate import fair_queue

CatalogOf = Callable[..., Catalog]
SLOW = 30.0  # seconds from one word to the next
ONE_EACH = Settings(port=0, public=True, visitor_runs=1)
BEGUN = re.compile("Getting ready|Running")
WAITS = re.compile(r"Waiting for your other run . place 1 in line")


def endless(asked: list[str]) -> Callable[..., str]:
    """Answers at length, and keeps the questions."""

    def reply(request: Any, _: Any) -> str:
        asked.append(request.messages[-1].content)
        return "word " * 600

    return reply


def another_window(page: Page) -> Page:
    other = page.context.new_page()
    other.goto(page.url.partition("#")[0])  # the first tab
    expect(other.locator("#prompt .turn").first).to_be_visible()
    return other


def run(page: Page) -> None:
    page.get_by_role("button", name="Run", exact=True).click()


def stop(page: Page) -> Locator:
    return page.get_by_role("button", name="Stop", exact=True).locator("visible=true")


def begin(page: Page) -> None:
    run(page)
    expect(page.locator("#answer")).to_contain_text(BEGUN)


def line(page: Page) -> Locator:
    return page.locator(".waiting:not([hidden])").locator("visible=true").first


def test_a_run_that_waits_says_so_is_taken_back_and_may_fail_at_its_turn(
    serve: Any, visit: Any, catalog_of: CatalogOf
) -> None:
    asked: list[str] = []
    first = visit(serve(catalog_of(endless(asked), delay=SLOW), settings=ONE_EACH))
    begin(first)
    second = another_window(first)
    for leave in (lambda: stop(second).click(), lambda: second.keyboard.press("Escape")):
        run(second)
        expect(line(second)).to_have_text(WAITS)
        expect(second.get_by_role("button", name="Run", exact=True)).to_be_disabled()
        expect(stop(second)).to_be_enabled()
        leave()
        expect(line(second)).to_have_text("Stopped while it waited; nothing was asked.")
        expect(second.get_by_role("button", name="Run", exact=True)).to_be_enabled()
        expect(stop(second)).to_be_disabled()
    run(second)
    expect(line(second)).to_have_text(WAITS)
    until(second, lambda: len(asked) == 1)
    stop(first).click()
    expect(second.locator("#answer")).to_contain_text(BEGUN)
    expect(line(second)).to_have_count(0)
    until(second, lambda: len(asked) == 2)
    stop(second).click()
    expect(second.get_by_role("button", name="Run", exact=True)).to_be_enabled()

    # One that fails at its turn leaves the buttons usable.
    begin(first)
    second.locator("#form textarea").locator("visible=true").first.fill("")
    run(second)
    expect(stop(second)).to_be_enabled()
    stop(first).click()
    expect(second.get_by_test_id("toast-text").first).to_be_visible()
    expect(second.get_by_role("button", name="Run", exact=True)).to_be_enabled()
    expect(stop(second)).to_be_disabled()
    expect(line(second)).to_have_count(0)


def to_list(page: Page) -> Page:
    turn_to(page, "Compare").get_by_role("tab", name="A list of prompts").click()
    return page


def to_load(page: Page) -> Page:
    unfold(turn_to(page, "Models"), "Load a model")
    page.get_by_label("Model source").fill("nobody/nothing")
    return page


KINDS: dict[str, tuple[Callable[[Page], Any], str, str]] = {  # where, what starts it, what takes it back
    "compare": (lambda page: turn_to(page, "Compare"), "Compare", "Stop comparing"),
    "list": (to_list, "Run the list", "Stop the list"),
    "sweep": (lambda page: turn_to(page, "Sampling"), "Run the sweep", "Stop the sweep"),
    "next token": (lambda page: turn_to(page, "Sampling"), "Read the next token", "Stop waiting"),
    "experiment": (lambda page: turn_to(page, "Experiments"), "Run the experiment", "Stop"),
    "load": (to_load, "Load the model", "Stop waiting"),
    "connect": (lambda page: turn_to(page, "Models"), "Connect", "Stop waiting"),
}


def test_whatever_can_be_started_says_that_it_waits(
    serve: Any, visit: Any, catalog_of: CatalogOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fair_queue, "EXPERIMENTS", 1)
    asked: list[str] = []
    first = visit(serve(catalog_of(endless(asked), delay=SLOW), settings=Settings(port=0, max_users=1)))
    begin(first)
    to_list(first).get_by_role("button", name="Run the list").click()
    expect(first.locator("#list-stop")).to_be_enabled()
    second = another_window(first)
    for go, start, leave in KINDS.values():
        go(second)
        second.get_by_role("button", name=start, exact=True).locator("visible=true").click()
        expect(second.get_by_text(WAITS).locator("visible=true")).to_have_count(1)
        second.get_by_role("button", name=leave, exact=True).locator("visible=true").click()
        expect(second.get_by_text(WAITS).locator("visible=true")).to_have_count(0)
        expect(line(second)).to_contain_text("Stopped while it waited; nothing was asked.")
        expect(second.get_by_role("button", name=start, exact=True).locator("visible=true")).to_be_enabled()
    first.locator("#list-stop").click()
    stop(turn_to(first, "Playground")).click()
    assert len(set(asked)) <= 2  # those of the first window: nothing that was taken back is asked
