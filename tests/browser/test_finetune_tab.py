"""The Fine-tune tab in a real browser: from data to an adapter to a comparison, with Stop and going on."""

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from folded import turn_to
from playwright.sync_api import Page, expect
from tiny_base import tiny_base
from tiny_models import tiny_tokenizer

from playground.backends.catalog import Catalog

PageOver = Callable[..., Page]
pytestmark = pytest.mark.usefixtures("warm_trainings")
WATCHED = """
title: Two words
data:
  name: own
  shots: 0
  answer: label
  labels: ["yes", "no"]
  items: [{id: a, input: "Say yes.", references: ["yes"]}, {id: b, input: "Say no.", references: ["no"]}]
techniques: [{}]
sampling: {temperature: 0, max_tokens: 2}
"""
TRAINED = 300_000  # milliseconds: a process starts torch, at low priority beside whatever else runs


@pytest.fixture(scope="module")
def tiny_catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    return tiny_base(tiny_tokenizer(), tmp_path_factory.mktemp("tiny"))


def set_number(page: Page, label: str, value: int) -> None:
    box = page.get_by_label(f"number input for {label}", exact=True)
    box.fill(str(value))
    box.press("Tab")
    expect(box).to_have_value(str(value))


def test_from_data_to_an_adapter_to_a_comparison(page_over: PageOver, tiny_catalog: Catalog, tmp_path: Path) -> None:
    page = turn_to(page_over(tiny_catalog, anew=True), "Fine-tune")
    status = page.locator(".training_status")
    expect(status).to_contain_text("Nothing is trained yet")

    # A method shows its card and the numbers that it reads.
    expect(page.get_by_label("number input for Virtual tokens")).to_be_hidden()
    page.get_by_role("button", name="Two minutes").click()
    expect(page.get_by_label("number input for Steps")).to_have_value("60")

    # A number out of range is not cut without a word: it stays, and what is allowed is said.
    set_number(page, "Steps", 99_999)
    expect(page.locator("#training-estimate")).to_contain_text(
        "\u201cSteps\u201d is 99999; it must be a whole number from 1 to 5,000."
    )
    set_number(page, "Steps", 60)

    # A recipe is taken away, and brought back.
    with page.expect_download() as taken:
        page.get_by_role("button", name="Save the recipe").click()
    page.get_by_role("button", name="Ten minutes").click()
    expect(page.get_by_label("number input for Steps")).to_have_value("300")
    with page.expect_file_chooser() as asked:
        page.get_by_role("button", name="Open a recipe").click()
    taken.value.save_as(tmp_path / taken.value.suggested_filename)
    asked.value.set_files(tmp_path / taken.value.suggested_filename)
    expect(page.get_by_label("number input for Steps")).to_have_value("60")
    page.get_by_role("button", name="All numbers of the recipe").click()
    set_number(page, "Steps", 4000)
    set_number(page, "Look every", 2)

    # It goes on by itself, and is stopped.
    page.get_by_role("button", name="Start training").click()
    expect(page.locator(".training_status[data-phase=running]")).to_be_visible(timeout=TRAINED)
    expect(page.locator("#training-answers tbody tr")).not_to_have_count(0, timeout=TRAINED)
    expect(page.locator("#training-curves .js-plotly-plot")).to_be_visible(timeout=TRAINED)
    page.get_by_role("button", name="Stop training").click()
    expect(status).to_contain_text("it can go on from there", timeout=TRAINED)
    stopped = int(re.search(r"Stopped after step (\d+)", status.inner_text())[1])  # type: ignore[index]

    # It stands there after a reload, and goes on where it stood.
    page.reload()
    turn_to(page, "Fine-tune")
    expect(status).to_contain_text(f"Stopped after step {stopped}", timeout=TRAINED)
    page.get_by_role("button", name="Go on from there").click()
    expect(status).to_contain_text(re.compile(rf"step ({stopped + 1}|{stopped + 2}|\d+) of 4,000"), timeout=TRAINED)
    expect(page.get_by_role("button", name="Go on from there")).to_be_hidden(timeout=TRAINED)
    page.get_by_role("button", name="Stop training").click()
    expect(status).to_contain_text(re.compile(r"Stopped after step [1-9]"), timeout=TRAINED)

    # One that is through is compared with its base.
    page.get_by_role("button", name="All numbers of the recipe").click()
    set_number(page, "Steps", 3)
    page.get_by_label("Title (optional)").fill("Three steps")
    page.get_by_role("button", name="Start training").click()
    expect(status).to_contain_text("Done after 3 steps", timeout=TRAINED)
    expect(page.locator("#trainings li")).to_have_count(2, timeout=TRAINED)
    page.locator("#trainings li").first.get_by_role("checkbox").check()
    page.locator("#trainings li").last.get_by_role("checkbox").check()
    expect(page.locator("#trainings-table tbody tr")).to_have_count(2, timeout=TRAINED)
    expect(page.locator("#trainings-curves .js-plotly-plot")).to_be_visible(timeout=TRAINED)
    page.locator("#trainings li").last.get_by_role("button", name=re.compile("^Delete")).click()
    expect(page.locator("#trainings li")).to_have_count(1, timeout=TRAINED)

    # Recipes are searched over, and the best one is kept.
    page.get_by_role("button", name="Search over recipes").click()
    set_number(page, "Tries", 2)
    page.get_by_role("button", name="Start search").click()
    expect(status).to_contain_text("Tried 2 recipes", timeout=TRAINED)
    expect(status).to_contain_text("sealed for the end the loss is")
    expect(page.locator("#search-tries tbody tr")).to_have_count(2, timeout=TRAINED)
    expect(page.locator("#search-tries-plot .js-plotly-plot")).to_be_visible(timeout=TRAINED)

    # What was learned is taken away, and compared.
    with page.expect_download(timeout=TRAINED) as learned:
        page.get_by_role("button", name="Download it with its card").click()
    assert {"README.md", "adapter_model.safetensors"} <= {*zipfile.ZipFile(learned.value.path()).namelist()}
    with page.expect_download(timeout=TRAINED) as script:
        page.get_by_role("button", name="As a script for TRL").click()
    assert {"train.py", "rows.jsonl"} <= {*zipfile.ZipFile(script.value.path()).namelist()}
    page.get_by_role("button", name="Compare it with its base").click()
    expect(page.get_by_role("tab", name="Compare", exact=True)).to_have_attribute(
        "aria-selected", "true", timeout=TRAINED
    )
    expect(page.get_by_role("group", name="Pane B")).to_contain_text("Three steps")
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.locator(".comparison[data-phase=done]")).to_be_visible(timeout=TRAINED)


def test_two_trainings_wait_for_each_other_on_a_phone(page_over: PageOver, tiny_catalog: Catalog) -> None:
    page = turn_to(page_over(tiny_catalog, anew=True, width=390), "Fine-tune")
    set_number(page, "Steps", 5000)
    page.get_by_role("button", name="Start training").click()
    expect(page.locator(".training_status[data-phase=running]")).to_be_visible(timeout=TRAINED)
    expect(page.locator(".training_status h2")).to_be_in_viewport()
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_text("learns the same rows by the same recipe")).to_be_visible()
    set_number(page, "Steps", 4000)
    page.get_by_role("button", name="Start training").click()
    expect(page.locator(".training_status")).to_contain_text("Waits for 1 training before it", timeout=TRAINED)
    page.get_by_role("button", name="Stop training").click()
    expect(page.locator(".training_status")).to_contain_text("Stopped while it waited for its turn", timeout=TRAINED)

    # Meanwhile weights are watched.
    page.locator("#watch button").first.click()
    with page.expect_file_chooser() as asked:
        page.get_by_role("button", name="Open an experiment").click()
    asked.value.set_files({"name": "plan.yaml", "mimeType": "text/plain", "buffer": WATCHED.encode()})
    expect(page.locator("#watch-state")).to_contain_text("\u201cTwo words\u201d is what a new watch asks")
    for said in ("This look is the reference", "no drop beyond chance"):
        page.get_by_role("button", name="Look now").click()
        expect(page.locator("#watch-state")).to_contain_text(said, timeout=TRAINED)
    expect(page.locator("#watch-looks tbody tr")).to_have_count(2)
    expect(page.locator("#watch-plot .js-plotly-plot")).to_be_visible(timeout=TRAINED)
    page.get_by_role("button", name="Forget this watch").click()
    expect(page.locator("#watch-looks tbody tr")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 1
