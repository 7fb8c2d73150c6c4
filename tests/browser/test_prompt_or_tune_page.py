"""Prompt or tune? and what was learned on sealed items, in a real browser: Stop keeps, the next click goes on."""

import re
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from folded import turn_to
from playwright.sync_api import Page, expect
from tiny_base import tiny_base
from tiny_models import tiny_tokenizer

from playground.finetuning.jobs.job import JobFolder
from playground.ui.finetune.files import merge_panel
from playground.ui.finetune.held_out import judging

pytestmark = pytest.mark.usefixtures("warm_trainings")
TRAINED = 300_000  # milliseconds: a process starts torch, at low priority beside whatever else runs
SMALL = {
    "Sealed items": 4, "Items to search on": 2, "Examples shown": 2, "First LoRA on": 3, "Second LoRA on": 3,
    "Steps": 400,
}  # fmt: skip


def merge(folder: JobFolder, cache: Path) -> Generator[str, None, str]:
    yield "Writing the model"
    folder.merged.mkdir()
    return "It holds the model."


def test_a_stop_keeps_the_next_click_goes_on_and_what_was_learned_is_scored_and_compared(
    page_over: Callable[..., Page], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "MOST", 6)
    monkeypatch.setattr(merge_panel, "follow_merge", merge)
    page = turn_to(page_over(tiny_base(tiny_tokenizer(), tmp_path / "base"), anew=True), "Fine-tune")
    page.get_by_role("button", name=re.compile("^Prompt or tune")).click()
    panel, state = page.locator("#prompt-or-tune"), page.locator("#prompt-or-tune-state")
    panel.get_by_role("button", name="All numbers of the comparison").click()
    for label, value in SMALL.items():
        box = panel.get_by_label(f"number input for {label}", exact=True)
        box.fill(str(value))
        box.press("Tab")
    panel.get_by_label("Third LoRA on").fill("3")
    panel.get_by_role("checkbox", name="Prompt tuning too").uncheck()

    # Stopped in the middle of its training, it keeps what was answered and where the training stands.
    start = page.get_by_role("button", name="Compare both")
    start.click()
    expect(state).to_contain_text(re.compile(r"LoRA on 3: step \d+ of 400"), timeout=TRAINED)
    page.get_by_role("button", name="Stop comparing").click()
    expect(state).to_contain_text("that were done are kept", timeout=TRAINED)
    rows = page.locator("#ways-table tbody tr")
    expect(rows).to_have_count(4)  # bare, instructed, few-shot and the best of the search
    expect(page.locator("#trainings li")).to_have_count(1, timeout=TRAINED)

    # The next click goes on, on a phone too: no second training, and all ways in the end.
    page.set_viewport_size({"width": 390, "height": 844})
    expect(start).to_be_enabled()
    start.click()
    expect(state).to_contain_text("Done in", timeout=TRAINED)
    expect(rows).to_have_count(6)
    expect(rows.last).to_contain_text("LoRA on 3, prompted")
    expect(page.locator("#prompt-or-tune-said")).to_contain_text(".")
    for number in range(3):
        expect(page.locator(f"#ways-{number} .js-plotly-plot")).to_be_visible(timeout=TRAINED)
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 1
    page.set_viewport_size({"width": 1440, "height": 900})
    listed = page.locator("#trainings li")
    expect(listed).to_have_count(1, timeout=TRAINED)

    # What it learned is scored on items that were sealed, and merged, and opened beside its base.
    listed.get_by_role("button", name=re.compile("^Look at")).click()
    page.get_by_role("button", name="Score it on sealed items").click()
    expect(page.locator("#held-out-state")).to_contain_text("in its card", timeout=TRAINED)
    expect(page.locator("#held-out-found tbody tr").first).to_contain_text("of 6)")
    page.get_by_role("button", name="Merge it into its base").click()
    expect(page.locator("#merge-state")).to_contain_text("It holds the model. Give that folder to the Models tab")
    page.get_by_role("button", name="Compare it with its base").click()
    expect(page.get_by_role("group", name="Pane B")).to_contain_text("LoRA on 3", timeout=TRAINED)
