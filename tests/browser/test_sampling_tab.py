"""The Sampling tab in a real browser over the default model: one distribution by hand, then a sweep."""

from collections.abc import Callable
from typing import Any

import pytest
from folded import dismiss, turn_to
from held import Held
from playwright.sync_api import Page, expect

PageOver = Callable[..., Page]


def set_number(page: Page, label: str, value: str) -> None:
    box = page.locator("#next-settings").get_by_label(f"number input for {label}", exact=True)
    box.fill(value)
    box.press("Tab")


def test_one_reading_under_many_settings_then_a_sweep(
    page_over: PageOver, real_catalog: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend, asked = real_catalog.loaded_backend("default"), []
    ask = backend.next_token
    monkeypatch.setattr(backend, "next_token", lambda *args: asked.append(args[0]) or ask(*args))
    page = turn_to(page_over(real_catalog), "Sampling")

    page.get_by_role("button", name="Read the next token").click()
    bars = page.locator("#next-token")
    canberra, sentence = bars.locator(".candidates li").first, bars.locator(".sentence")
    expect(canberra.locator(".candidate-token")).to_have_text("\u2423Canberra")
    expect(bars.locator(".candidates li")).to_have_count(20)
    before = canberra.locator(".share-label").inner_text()

    # Settings act on what was read.
    set_number(page, "Temperature", "2")
    expect(canberra.locator(".share-label")).not_to_have_text(before)
    set_number(page, "Top-k", "2")
    expect(sentence).to_have_text("2 of all 49,152 tokens can still come, 2 of the 20 shown here; top-k 2 cut 49,150.")
    expect(bars.locator(".candidates li").nth(2).locator(".fate")).to_have_text("cut by top-k")
    canberra.get_by_role("button", name="Lower the logit").click()
    expect(canberra.locator(".shift")).to_have_text("logit \u22121.00")
    set_number(page, "Temperature", "0")
    expect(sentence).to_contain_text("1 of all 49,152 tokens")
    assert [request.generated_text for request in asked] == ["The capital of Australia is"]

    # A token is appended, and what follows it is read.
    canberra.locator(".candidate-token").click()
    expect(page.get_by_label("Answer so far")).to_have_value("The capital of Australia is Canberra")
    expect(bars.locator(".note")).to_have_text("Appended \u201c\u2423Canberra\u201d.")
    expect(bars.locator(".context")).to_have_text("The capital of Australia is Canberra")
    page.get_by_role("button", name="Sample a token").click()
    expect(bars.locator(".note")).to_contain_text("Sampled, with probability 100 %")
    page.get_by_label("What the model is asked.").fill("Something else")
    expect(bars.locator(".missing")).to_be_visible()
    canberra.locator(".candidate-token").click()
    expect(page.locator(".toast-body")).to_contain_text("The question has changed")
    dismiss(page)
    assert len(asked) <= 3

    # The sweep goes on with what is in the form; each cell tells its answers.
    page.get_by_label("What the model is asked.").fill("What is the capital of Australia?")
    page.get_by_label("Temperatures").fill("0, x")
    page.get_by_role("button", name="Run the sweep").click()
    expect(page.locator(".toast-body")).to_contain_text("\u201cTemperatures\u201d has 'x', which is no number")
    page.get_by_label("Temperatures").fill("0, 1.5")
    page.get_by_label("Top-p values").fill("1")
    page.get_by_label("number input for Samples per cell").fill("2")
    page.get_by_label("number input for Samples per cell").press("Tab")
    page.get_by_role("button", name="Run the sweep").click()
    heat = page.locator("#sweep-map")
    expect(heat.locator(".sweep_map[data-phase=done]")).to_be_visible()
    expect(heat.get_by_role("button", name="temperature 0, top-p 1: agreement 100 %")).to_be_visible()
    heat.locator(".heat-cell").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(heat.locator(".answers h3")).to_contain_text("Temperature 1.5, top-p 1 \u00b7 2 of 2 answers")
    heat.locator(".heat-cell").first.click()
    expect(heat.locator(".answers li").first).to_contain_text("\u00d7 2")
    heat.get_by_role("button", name="Distinct answers").click()
    expect(heat.locator(".heat-cell").first).to_have_text("1")
    page.locator(".sweep").get_by_text("As a table").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download all answers as CSV").click()
    assert download.value.path().read_text("utf-8-sig").startswith("Temperature,Top-p,Sample,Answer,Text")

    stale = page.locator("#sweep-stale")
    expect(stale).to_have_text("")
    page.get_by_label("Temperatures").fill("0, 1.6")
    expect(stale).to_have_text("Out of date: you changed the grid after this run.")
    page.get_by_label("What the model is asked.").fill("What is the capital of Austria?")
    expect(stale).to_have_text("Out of date: you changed \u201cPrompt\u201d and the grid after this run.")


def test_a_model_without_probabilities_says_so(serve: Any, visit: Any, catalog_of: Any) -> None:
    url = serve(catalog_of(kind=Held))
    neighbour, page = turn_to(visit(url), "Sampling"), turn_to(visit(url), "Sampling")
    page.get_by_role("button", name="Read the next token").click()
    expect(page.locator("#next-token .error")).to_contain_text("does not tell how likely each next token is")
    # The sweep works all the same, and what has come stays when it is stopped.
    page.get_by_role("button", name="Run the sweep").click()
    expect(page.locator(".sweep_map[data-phase=running]")).to_be_visible()
    page.get_by_role("button", name="Stop the sweep").click()
    expect(page.locator(".sweep_map[data-phase=stopped]")).to_be_visible()
    expect(page.get_by_role("button", name="Run the sweep")).to_be_enabled()
    expect(page.locator(".heat-cell")).to_have_count(12)
    # What one visitor asks is nobody else's.
    neighbour.locator(".sweep").get_by_text("As a table").click()
    neighbour.get_by_role("button", name="Download the table as CSV").click()
    expect(neighbour.locator(".toast-body")).to_contain_text("no sweep to download yet")
    expect(neighbour.locator(".heat-cell")).to_have_count(0)
