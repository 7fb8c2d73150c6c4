"""What a browser keeps, and what a link holds: runs are gone back to, compared and taken away, and forms restored."""

import json
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from folded import load_preset, turn_to, unfold
from held import Held
from playwright.sync_api import Locator, Page, expect
from test_journeys import phase, question, run, sent

from playground.backends.base import Request
from playground.ui.playground import history_panel

PageOver = Callable[..., Page]


def heard(request: Request, rng: random.Random) -> str:
    return f"Heard: {request.messages[-1].content}"


def option(page: Page, label: str, text: str) -> None:
    page.get_by_label(label, exact=True).click()
    page.get_by_role("option", name=text).click()


def test_a_prompt_is_changed_compared_and_gone_back_to(page_over: PageOver, catalog_of: Any) -> None:
    page = page_over(catalog_of(heard))
    load_preset(page, "empty")
    expect(page.locator("#prompt .missing")).to_contain_text("is empty")
    question(page).fill("Name a river in {{country}}.")
    expect(sent(page)).to_contain_text("{{country}}")  # without a table, words like any other
    unfold(page, "Values for {{variables}}")
    page.get_by_label("Table of values").fill("country\nEgypt\nPeru")
    expect(sent(page)).to_contain_text("Name a river in Egypt.")
    run(page)
    phase(page, "done")
    option(page, "Row that is sent", "2: country = Peru")
    expect(sent(page)).to_contain_text("Name a river in Peru.")
    run(page)
    expect(page.locator(".answer .text")).to_contain_text("Heard: Name a river in Peru.")
    phase(page, "done")
    question(page).fill("Name one long river in {{country}}.")
    expect(sent(page)).to_contain_text("Name one long river in Peru.")
    run(page)
    expect(page.locator(".answer .text")).to_contain_text("one long river")
    phase(page, "done")

    # All rows at once: each has its answer in the table of Compare, from this setup alone.
    page.get_by_role("button", name="Run all rows in Compare").click()
    expect(page.locator("#list-state")).to_have_text("Done: 2 of 2 prompts")
    expect(page.get_by_label("Prompts")).to_have_value(
        "prompt\nName one long river in Egypt.\nName one long river in Peru.\n"
    )
    expect(page.get_by_role("group", name="Pane A")).to_contain_text("The Playground\u2019s: Zero-shot")
    expect(page.get_by_role("group", name="Pane B")).to_have_count(0)
    for country in ("Egypt", "Peru"):
        expect(page.locator("#list-table")).to_contain_text(f"Heard: Name one long river in {country}.")
    expect(page.locator(".toast-body")).to_have_count(0)
    turn_to(page, "Playground")

    unfold_history(page)
    expect(rows(page)).to_have_count(3)
    expect(rows(page).first).to_contain_text("Name one long river in Peru.")
    tick(page, 1)
    tick(page, 0)
    page.get_by_role("button", name="Compare the two that are ticked").click()
    text = page.locator("#history-text")
    expect(text).to_contain_text("The first answered for country = Peru:")
    expect(text).to_contain_text("added")  # a word, not a colour alone
    expect(text).to_contain_text("one long")

    page.reload()  # the last run is there again, and what was typed with it, and the row that was sent
    expect(sent(page)).to_contain_text("Name one long river in Peru.")
    expect(page.locator("#stale")).to_be_hidden()
    expect(page.locator(".answer .text")).to_contain_text("Heard: Name one long river in Peru.")
    expect(page.locator(".answer .past")).to_contain_text("From this browser\u2019s history")
    unfold_history(page)
    rows(page).nth(2).locator(".history-open").click()
    expect(question(page)).to_have_value("Name a river in {{country}}.")
    expect(sent(page)).to_contain_text("Name a river in Egypt.")
    expect(page.locator(".answer .text")).to_contain_text("Heard: Name a river in Egypt.")
    expect(page.locator("#stale")).to_be_hidden()


def test_a_reload_in_the_middle_of_a_run_keeps_the_form_and_the_run_before(
    page_over: PageOver, catalog_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_panel, "MEGABYTES", 0.002)  # less than two runs

    def slow(request: Request, rng: random.Random) -> str:
        return "word " * 400 if "slow" in request.messages[-1].content else heard(request, rng)

    page = page_over(catalog_of(slow, kind=Held, words="slow"), anew=True)
    load_preset(page, "empty")
    for text in ("before", "quick"):
        question(page).fill(text)
        expect(sent(page)).to_contain_text(text)
        run(page)
        expect(page.locator(".answer .text")).to_have_text(f"Heard: {text}")
        phase(page, "done")
    question(page).fill("slow")
    expect(sent(page)).to_contain_text("slow")
    run(page)
    expect(page.locator("#steps .output")).to_contain_text("word word")
    page.reload()
    expect(question(page)).to_have_value("slow")
    expect(page.locator(".answer .text")).to_have_text("Heard: quick")
    expect(page.locator(".history")).to_contain_text("loaded anew while a run went on")
    expect(rows(page)).to_have_count(1)  # the older one went
    expect(page.locator("#stale")).to_contain_text("Input")
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_enabled()


def test_the_history_is_searched_named_deleted_taken_away_and_brought_back(
    page_over: PageOver, catalog_of: Any, tmp_path: Path
) -> None:
    page = page_over(catalog_of(heard))
    load_preset(page, "empty")
    for text in ("rivers", "=cmd <b>lakes</b>"):
        question(page).fill(text)
        expect(sent(page)).to_contain_text(text)
        run(page)
        expect(page.locator(".answer .text")).to_have_text(f"Heard: {text}")
        phase(page, "done")
    unfold_history(page)
    expect(rows(page)).to_have_count(2)
    expect(rows(page).first).to_contain_text("=cmd <b>lakes</b>")
    page.get_by_role("button", name="Rename").first.click()
    page.get_by_label("Name of this run").fill("best")
    page.get_by_label("Name of this run").press("Enter")
    expect(rows(page).first).to_contain_text("best")
    expect(page.get_by_role("button", name="Rename").first).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_label("Name of this run").fill("worst")
    page.get_by_label("Name of this run").press("Escape")
    expect(page.get_by_role("button", name="Rename best")).to_be_focused()
    expect(rows(page).first).not_to_contain_text("worst")
    page.get_by_label("Search the history").fill("RIVERS")
    expect(rows(page)).to_have_count(1)
    page.get_by_label("Search the history").fill("")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export all").click()
    download.value.save_as(tmp_path / "history.json")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the run as JSON").click()
    download.value.save_as(tmp_path / "run.json")
    page.get_by_role("button", name="Delete", exact=False).first.click()
    expect(rows(page)).to_have_count(1)
    page.keyboard.press("Enter")  # once more: the next one stays
    expect(page.locator(".history-rows")).to_be_focused()
    expect(rows(page)).to_have_count(1)
    page.get_by_role("button", name="Delete all").click()
    page.get_by_role("button", name="Really delete all 1").click()
    expect(rows(page)).to_have_count(0)
    for file, words in (("history.json", "2 of 2 runs"), ("history.json", "0 of 2 runs"), ("run.json", "0 of 1 runs")):
        page.locator(".history input[type=file]").set_input_files(tmp_path / file)
        expect(page.locator(".history")).to_contain_text(f"{words} were taken from the file")
        expect(rows(page)).to_have_count(2)
    expect(rows(page).first).to_contain_text("best")
    cut = json.loads((tmp_path / "run.json").read_text())
    cut["runs"][0]["run"] |= {"answer": "", "error": ""}
    (tmp_path / "cut.json").write_text(json.dumps(cut))
    page.locator(".history input[type=file]").set_input_files(tmp_path / "cut.json")
    expect(rows(page)).to_have_count(3)
    expect(rows(page).first).to_contain_text("(no answer) Heard: =cmd")
    (tmp_path / "other.json").write_text('{"runs": [{"run": "<b>"}]}')
    page.locator(".history input[type=file]").set_input_files(tmp_path / "other.json")
    expect(page.locator(".history")).to_contain_text("holds no runs")
    page.add_init_script("IDBObjectStore.prototype.add = () => { throw new DOMException('', 'QuotaExceededError'); }")
    page.reload()
    expect(sent(page)).to_contain_text("lakes")
    run(page)
    expect(page.locator(".history")).to_contain_text("no room left for the history")
    phase(page, "done")
    # Where a browser keeps nothing, as in a private window, that is said, and all else works.
    page.add_init_script("Object.defineProperty(window, 'indexedDB', { get() { throw new Error('SecurityError'); } })")
    page.reload()
    expect(sent(page)).to_contain_text("lakes")
    expect(page.locator(".history")).to_contain_text("keeps no history here")
    run(page)
    phase(page, "done")
    expect(page.locator(".answer .text")).to_have_text("Heard: =cmd <b>lakes</b>")


def test_a_link_opens_in_another_browser_without_running_anything(
    page_over: PageOver, catalog_of: Any, visit: Callable[..., Page]
) -> None:
    asked: list[str] = []

    def reply(request: Request, rng: random.Random) -> str:
        asked.append(request.messages[-1].content)
        return "x"

    page = page_over(catalog_of(reply))
    load_preset(page, "word_problem")
    question(page).fill("Of my own <b>and</b> =1+1")
    expect(sent(page)).to_contain_text("Of my own")
    links = [copy_link(page, "Copy a link")]
    turn_to(page, "Compare")
    page.get_by_label("Prompt", exact=False).locator("visible=true").first.fill("Compared?")
    page.get_by_role("button", name="Add a pane", exact=True).click()
    links.append(copy_link(page, "Copy a link to this comparison"))

    other = visit(links[0])
    expect(question(other)).to_have_value("Of my own <b>and</b> =1+1")
    expect(other.get_by_label("Technique")).to_have_value("Chain of thought")
    expect(sent(other)).to_contain_text("Of my own")
    assert "#" not in other.url
    for link, words in ((links[0][:-9], "cut short"), (links[0].replace("setup=1", "setup=9"), "newer")):
        other.evaluate("link => { location.hash = link.split('#')[1]; }", link)
        expect(other.locator(".toast-body")).to_contain_text(words)
    other.evaluate("link => { location.hash = link.split('#')[1]; }", links[1])
    expect(other.get_by_role("tab", name="Compare")).to_have_attribute("aria-selected", "true")
    expect(other.locator(".pane-row")).to_have_count(page.locator(".pane-row").count())
    expect(other.get_by_label("Prompt", exact=False).locator("visible=true").first).to_have_value("Compared?")
    other.reload()  # what was typed since would be there; a link opens once, and the bad ones changed nothing
    expect(other.get_by_role("tab", name="Compare")).to_have_attribute("aria-selected", "true")  # where one was
    other.go_back()
    expect(other.get_by_role("tab", name="Playground")).to_have_attribute("aria-selected", "true")
    expect(question(other)).to_have_value("Of my own <b>and</b> =1+1")
    assert not asked


def copy_link(page: Page, caption: str) -> str:
    page.get_by_role("button", name=caption, exact=True).click()
    shown = page.get_by_label("Link", exact=True).locator("visible=true")
    expect(shown).to_have_value(re.compile("#"))
    return shown.input_value()


def rows(page: Page) -> Locator:
    return page.locator(".history-rows li")


def tick(page: Page, at: int) -> None:
    rows(page).nth(at).get_by_role("checkbox").check()


def unfold_history(page: Page) -> None:
    page.locator(".history summary").click()


def test_what_was_typed_in_any_tab_is_there_again_after_a_reload_and_each_window_has_its_own(
    page_over: PageOver, catalog_of: Any
) -> None:
    page = page_over(catalog_of(heard))
    load_preset(page, "word_problem")
    run(page)
    phase(page, "done")
    question(page).fill("Of the first window")
    expect(sent(page)).to_contain_text("Of the first window")
    turn_to(page, "Compare")
    prompt = page.get_by_label("Prompt", exact=False).locator("visible=true").first
    prompt.fill("Compared?")
    page.get_by_role("button", name="Add a pane", exact=True).click()
    page.get_by_label("Pane C: technique").select_option("rereading")
    page.get_by_role("spinbutton", name="Repetitions").fill("4")
    expect(page.locator("#compare-estimate")).to_contain_text("3 panes, 4 repetitions each")
    turn_to(page, "Experiments")
    page.locator("#columns-asked input").first.uncheck()
    page.get_by_label("Items", exact=True).fill("21")
    expect(page.locator("#estimate")).to_contain_text("105 answers")
    turn_to(page, "Playground")

    other = page.context.new_page()
    other.goto(page.url)
    expect(question(other)).to_have_value("Of the first window")  # the last that was typed
    question(other).fill("Of the second window")
    expect(sent(other)).to_contain_text("Of the second window")
    for name, window in (("second", other), ("first", page), ("first", page)):  # the tabs are not opened the first time
        window.reload()
        expect(question(window)).to_have_value(f"Of the {name} window")
        expect(sent(window)).to_contain_text(f"Of the {name} window")
        expect(window.get_by_role("button", name="Run", exact=True)).to_be_enabled()
    expect(page.get_by_label("Technique")).to_have_value("Chain of thought")
    turn_to(page, "Experiments")
    expect(page.get_by_label("Items", exact=True)).to_have_value("21")
    expect(page.locator("#columns-asked input").first).not_to_be_checked()
    expect(page.locator("#estimate")).to_contain_text("105 answers")
    turn_to(page, "Compare")
    expect(prompt).to_have_value("Compared?")
    expect(page.get_by_label("Pane C: technique")).to_have_value("rereading")
    expect(page.locator("#compare-estimate")).to_contain_text("3 panes, 4 repetitions each")
