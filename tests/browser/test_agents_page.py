"""A conversation of agents on the page: it waits for the person, goes on with what is written, and is drawn."""

import random
import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
from folded import load_preset, turn_to
from playwright.sync_api import Locator, Page, expect

from playground.backends.base import Request
from playground.backends.catalog import AdapterEntry, Catalog, ModelEntry
from playground.backends.details import AdapterDetails
from playground.backends.scripted import ScriptedBackend
from playground.ui.handlers.one_at_a_time import Stoppable

PageOver = Callable[..., Page]


def reply(request: Request, _: random.Random) -> str:
    return f"I heard: {request.messages[-1].content[-30:]}"


def run(page: Page) -> None:
    page.get_by_role("button", name="Run", exact=True).click()


def card(page: Page, at: int) -> Locator:
    return page.locator("#steps .card").nth(at)


def test_the_conversation_waits_for_the_person_on_a_phone_too(
    page_over: PageOver, catalog_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = Stoppable.__exit__

    def end_late(self: Stoppable, *of: Any) -> None:
        threading.Event().wait(1)  # a busy machine: the turn is on the page, and Gradio does not know of the run's end
        end(self, *of)

    monkeypatch.setattr(Stoppable, "__exit__", end_late)
    page = page_over(catalog_of(reply), bundled=True)
    load_preset(page, "teacher_and_student")
    expect(page.locator("#prompt")).to_contain_text("You ask one short question at a time.")
    rows = page.locator("#form .rows[data-noun=Agent] .row")
    expect(rows).to_have_count(2)
    expect(rows.nth(1).get_by_label("Agent 2: written by")).to_have_value("person")
    run(page)
    box = page.get_by_label("Output of Turn 2: Student")
    expect(box).to_be_visible()
    expect(page.get_by_text("It is the turn of Student, which is you.")).to_be_visible()
    expect(page.locator("#answer")).to_contain_text("Your turn")
    box.fill("In the leaves.")
    page.get_by_role("button", name="Run on from here").click()
    expect(card(page, 2).locator(".output")).to_have_text("I heard: Student: In the leaves.")
    expect(page.get_by_label("Output of Turn 4: Student")).to_be_focused()

    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("button", name="Write nothing").click()
    expect(page.locator("#steps .card")).to_have_count(6)
    expect(page.locator("#steps .step").nth(4)).to_contain_text("Turn 4: Student, by the model")
    expect(page.locator("#steps .step").first).to_contain_text("to Student")
    expect(page.get_by_role("img", name="Teacher was followed by Student 2 times")).to_be_visible()
    agent = page.get_by_role("group", name="Agent 1", exact=True)
    agent.locator("summary").click()
    expect(agent.get_by_label("Agent 1: model")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 1


def with_others(catalog: Catalog, count: int = 1) -> Catalog:
    """With so many more models, of which the first has an adapter."""
    for number in range(count):
        backend = ScriptedBackend(
            reply=lambda request, _, n=number: f"Other {n}, {request.adapter or 'as it is'}.",
            capabilities=catalog.info("default").capabilities,
        )
        entry = ModelEntry(
            name=f"other{number}", title=f"Other number {number}", kind="scripted", load=lambda _, it=backend: it,
            capabilities=backend.capabilities,
        )  # fmt: skip
        catalog.add(entry)
    details = AdapterDetails(name="tuned", title="Tuned", loaded=True, rank=4)
    catalog.add_adapter(AdapterEntry(model="other0", name="tuned", title="Tuned", load=lambda *_: details))
    return catalog


def test_an_agent_is_given_weights_of_its_own_which_among_many_are_found_by_typing(
    page_over: PageOver, catalog_of: Any
) -> None:
    page = page_over(with_others(catalog_of(reply), 30), bundled=True)
    load_preset(page, "debate")
    agent = page.get_by_role("group", name="Agent 2", exact=True)
    words = agent.locator("summary")
    expect(words).to_have_text("Model and sampling:as the setup")
    words.click()
    model = agent.get_by_label("Agent 2: model")
    expect(model).to_have_attribute("placeholder", "as the setup")
    model.fill("number 0")
    model.press("Tab")
    expect(model).to_have_value("Other number 0")
    model.fill("nothing like that")
    model.press("Tab")
    expect(model).to_have_value("Other number 0")  # what names none, or several, is not taken
    agent.get_by_label("Agent 2: adapter").select_option(label="Tuned")
    agent.get_by_label("Agent 2: scale").fill("0.5")
    agent.get_by_label("Agent 2: max tokens").fill("9")
    expect(words).to_contain_text("Other number 0, Tuned \u00d7 0.5, max tokens 9")
    run(page)
    expect(card(page, 1).locator(".output")).to_have_text("Other 0, tuned.")
    expect(card(page, 2).locator(".output")).to_have_text(re.compile("Con: Other 0, tuned\\."))
    agent.get_by_label("Agent 2: max tokens").fill("8")
    expect(page.locator("#stale")).to_contain_text("Agents")  # comes with what the browser keeps
    page.reload()
    expect(words).to_contain_text("Other number 0, Tuned \u00d7 0.5, max tokens 8")
    words.click()
    model.fill("")
    model.press("Tab")
    expect(words).to_have_text("Model and sampling:max tokens 8")


def test_a_conversation_stands_in_a_pane_and_in_a_column(page_over: PageOver, catalog_of: Any) -> None:
    page = page_over(catalog_of(lambda *_: "The answer is 7."), bundled=True)
    load_preset(page, "debate")
    turn_to(page, "Compare")
    page.get_by_role("button", name="Add the Playground\u2019s setup as a pane").click()
    pane = page.get_by_role("group", name="Pane C")
    expect(pane).to_contain_text("The Playground\u2019s: Agents in conversation")
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.locator(".comparison[data-phase=done]")).to_be_visible()
    side = page.locator(".comparison .side").nth(2)
    expect(side.locator(".text")).to_contain_text("The answer is 7.")
    side.get_by_role("button", name="Steps and messages").click()
    expect(page.locator("#compare-steps .step")).to_have_count(6)
    expect(
        page.locator("#compare-steps").get_by_role("img", name=re.compile("^Pro was followed by Con"))
    ).to_be_visible()

    turn_to(page, "Experiments")
    page.get_by_role("button", name="Add the Playground's setup").click()
    expect(page.locator("#columns-asked label")).to_have_count(7)
    page.get_by_label("Items", exact=True).fill("2")
    page.get_by_label("Items", exact=True).press("Tab")
    page.get_by_role("button", name="Run the experiment").click()
    expect(page.locator(".experiment_status[data-phase=done]")).to_be_visible()
    turn_to(page, "Items")
    expect(page.locator(".item-cell")).to_have_count(14)  # of seven columns
    page.locator(".item-cell").last.click()
    expect(page.locator("#experiment-steps .step").first).to_contain_text("Turn 1: Pro")
