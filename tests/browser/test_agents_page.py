"""A conversation of agents on the page: it waits for the person, goes on with what is written, and is drawn."""

import random
from collections.abc import Callable
from typing import Any

from folded import load_preset
from playwright.sync_api import Page, expect

from playground.backends.base import Request

PageOver = Callable[..., Page]


def reply(request: Request, _: random.Random) -> str:
    return f"I heard: {request.messages[-1].content[-30:]}"


def test_the_conversation_waits_for_the_person(page_over: PageOver, catalog_of: Any) -> None:
    page = page_over(catalog_of(reply), bundled=True)
    load_preset(page, "teacher_and_student")
    expect(page.locator("#prompt")).to_contain_text("You are a patient teacher.")
    rows = page.locator("#form .rows[data-noun=Agent] .row")
    expect(rows).to_have_count(2)
    expect(rows.nth(1).get_by_label("Agent 2: written by")).to_have_value("person")
    page.get_by_role("button", name="Run", exact=True).click()
    box = page.get_by_label("Output of Turn 2: Student")
    expect(box).to_be_visible()
    expect(page.get_by_text("It is the turn of Student, which is you.")).to_be_visible()
    box.fill("In the leaves.")
    page.get_by_role("button", name="Run on from here").click()
    cards = page.locator("#steps .card")
    expect(cards.nth(2).locator(".output")).to_have_text("I heard: Student: In the leaves.")
    expect(page.get_by_label("Output of Turn 4: Student")).to_be_visible()
    page.get_by_role("button", name="Write nothing").click()
    expect(cards).to_have_count(6)
    expect(page.locator("#steps .step").nth(4)).to_contain_text("Turn 4: Student, by the model")
    expect(page.locator("#steps .step").first).to_contain_text("to Student")
    graph = page.get_by_role("img", name="Teacher was followed by Student 2 times")
    expect(graph).to_be_visible()
