"""The page over the real default model: what a newcomer does first."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from folded import load_preset, unfold
from playwright.sync_api import Page, expect

PageOver = Callable[..., Page]


def test_a_preset_is_answered_another_token_is_taken_and_ten_paths_vote(page_over: PageOver, real_catalog: Any) -> None:
    page = page_over(real_catalog, bundled=True)
    expect(page.locator("#prompt")).to_contain_text(re.compile(r"\d+ tokens"))
    load_preset(page, "definition")
    unfold(page, "All sampling parameters")
    page.get_by_label("number input for Alternatives per token").fill("5")
    expect(page.locator(".chips")).to_contain_text("alternatives per token 5")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator(".answer[data-phase=done]")).to_be_visible()
    first = page.locator(".answer .text").inner_text()
    assert first.startswith("A black hole is a region")

    # The second token again, another way: what came before it stays, what follows is new.
    page.locator("#tokens .token[role=button]").nth(1).click()
    other = page.locator("#tokens .alternatives tbody tr").nth(1)
    word = other.locator("td").first.inner_text()
    other.get_by_role("button", name="Continue from here").click()
    expect(page.locator(".answer .text")).to_have_text(re.compile("^A" + re.escape(word)))
    expect(page.locator(".answer[data-phase=done]")).to_be_visible()
    assert page.locator(".answer .text").inner_text() != first

    # Ten paths vote.
    load_preset(page, "word_problem_vote")
    expect(page.locator("#prompt")).to_contain_text("Sam has 8 apples")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator(".answer[data-phase=done]")).to_be_visible()
    expect(page.locator(".answer .how")).to_contain_text("of 10 paths agree")
    expect(page.locator("#steps .card")).to_have_count(10)


def test_an_adapter_is_chosen_scaled_and_named_by_what_decoded(page_over: PageOver, real_catalog: Any) -> None:
    page = page_over(real_catalog, bundled=True)
    load_preset(page, "definition")
    pirate = next(one for one in real_catalog.info("default").adapters if one.name == "pirate")
    scale = page.get_by_role("spinbutton", name=re.compile("Scale"))
    expect(scale).to_be_hidden()
    page.get_by_label("Adapter", exact=True).first.click()
    page.get_by_role("option", name=pirate.title, exact=True).click()
    expect(page.locator("#header")).to_contain_text(f"+ {pirate.title}")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator(".answer[data-phase=done]")).to_be_visible()
    expect(page.locator("#steps .origin").first).to_contain_text("with pirate \u00d7 1")
    tuned = page.locator(".answer .text").inner_text()

    scale.fill("0")
    expect(page.locator("#stale")).to_be_visible()
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#steps .origin").first).not_to_contain_text("pirate")
    expect(page.locator(".answer[data-phase=done]")).to_be_visible()
    assert page.locator(".answer .text").inner_text() != tuned
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as YAML").click()
    assert "adapter: pirate\nscale: 0.0\n" in Path(download.value.path()).read_text("utf-8")

    # A preset keeps the weights that were chosen, unless it names others.
    load_preset(page, "definition")
    expect(scale).to_be_visible()


def test_a_model_made_for_one_task_shows_what_it_found(page_over: PageOver, real_catalog: Any) -> None:
    page = page_over(real_catalog, bundled=True)
    info = real_catalog.info("sentiment-classifier")
    page.get_by_label("Model", exact=True).first.click()
    page.get_by_role("option", name=info.title, exact=True).click()
    expect(page.locator("#card")).to_contain_text("Made for one task")
    expect(page.get_by_label("Technique")).to_have_count(0)
    expect(page.locator("#sampling")).to_have_count(0)
    page.get_by_role("textbox", name=re.compile("^Input The question")).fill("The food was great.")
    expect(page.locator("#prompt .turn")).to_have_count(1)
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator(".answer[data-phase=done]")).to_be_visible()
    expect(page.locator(".answer .text")).to_have_text(re.compile("positive", re.IGNORECASE))
    expect(page.locator("#steps .found tbody tr").first).to_contain_text(re.compile(r"positive.*%", re.IGNORECASE))
    expect(page.locator("#steps .origin").first).to_contain_text("Made by")
