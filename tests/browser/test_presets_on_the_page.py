"""What a preset brings, what it leaves alone, and what it says of itself."""

import re
from collections.abc import Callable
from typing import Any

from folded import load_preset
from playwright.sync_api import Page, expect
from test_journeys import choose_technique, phase, question, run, sent

from playground.backends.catalog import Catalog, ModelEntry
from playground.backends.scripted import ScriptedBackend


def test_presets_keep_the_model_say_what_they_show_and_leave_nothing_behind(page_over: Callable[..., Page]) -> None:
    backend = ScriptedBackend()
    entries = [
        ModelEntry(
            name=name, title=name.title(), kind="scripted", load=lambda _: backend, capabilities=backend.capabilities
        )
        for name in ("default", "large")
    ]
    page = page_over(Catalog(entries), bundled=True)
    page.get_by_label("Model").click()
    page.get_by_role("option", name="Large").click()
    expect(page.locator("#header")).to_contain_text("Large \u00b7 ready")  # so that tokens can be counted
    expect(page.locator("#prompt .pane-head")).to_contain_text("tokens")
    about = page.locator("#presets .choices-about")
    expect(about).to_have_text(re.compile("^Sentiment of a review Swap the last two"))  # what the page opens with
    group: Any = page.locator("#presets").get_by_role("button", name="Several answers", exact=True)
    expect(group).to_have_attribute("aria-expanded", "false")
    group.focus()
    page.keyboard.press("Enter")
    card = page.get_by_role("toolbar", name="Several answers").get_by_role("button", name="Ten paths, one vote")
    expect(card).to_contain_text("Ten sampled paths vote")
    page.keyboard.press("Tab")
    for _ in range(10):
        if card.evaluate("node => node === document.activeElement"):
            break
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(card).to_have_count(0)  # folded again: the form is what one goes on with
    expect(group).to_be_focused()
    expect(group).to_have_attribute("aria-current", "true")
    expect(about).to_contain_text("Ten paths, one vote Ten sampled paths vote")
    expect(page.get_by_label("Model")).to_have_value("Large")
    question(page).click()
    expect(about).to_contain_text("Ten sampled paths vote")  # also when the focus has gone on
    chips = page.locator("#sampling .chips")
    expect(chips).to_contain_text("temperature 0.5")
    page.locator("#sampling [data-key=creative]").click()
    for setting in ("temperature 0.9", "top-p 0.95", "presence penalty 1.2"):
        expect(chips).to_contain_text(setting)
    page.locator("#sampling [data-key=precise]").click()
    expect(chips).to_contain_text("temperature 0.2")
    expect(chips).not_to_contain_text("presence")
    expect(chips).not_to_contain_text("top-k")
    load_preset(page, "empty")
    expect(chips).to_contain_text("All at their defaults")
    expect(question(page)).to_have_value("")
    choose_technique(page, "Self-consistency")
    expect(page.get_by_label("Few-shot", exact=True)).not_to_be_checked()  # nothing is left of the preset before
    expect(page.locator("#form .of-examples")).to_be_hidden()


def test_the_preview_shows_the_question_and_rules_that_an_answer_breaks_stand_under_it(
    page_over: Callable[..., Page], catalog_of: Any
) -> None:
    page = page_over(catalog_of(lambda *_: "The sun shines, and the Sun is hot."), bundled=True)
    turn = sent(page).locator(".turn")
    expect(turn).to_have_count(14)
    expect(turn.last).to_be_in_viewport(ratio=0.9)
    expect(turn.nth(5)).to_be_hidden()
    page.get_by_text("8 more messages").click()
    expect(turn.nth(5)).to_be_visible()
    question(page).fill("Another\n" * 40)
    expect(sent(page).locator(".asked")).to_be_in_viewport()

    load_preset(page, "without_words")
    expect(sent(page)).to_contain_text('Do not use "sun".')
    page.get_by_role("textbox", name=re.compile("^Material")).fill("Waves and <b>wind</b>")
    expect(sent(page).locator(".turn").last).to_contain_text('"""\nWaves and <b>wind</b>\n"""')
    run(page)
    phase(page, "done")
    expect(page.get_by_role("list", name="Rules").get_by_role("listitem")).to_have_text(
        [
            'KeptDo not use "beach".',
            'BrokenDo not use "sun".2 times',
            "KeptDo not write more than 25 words.8 words",
            "KeptDo not write a list.",
        ]
    )
