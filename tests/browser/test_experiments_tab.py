"""The Experiments tab in a real browser: run the ladder, stop, resume, read who solved what, take the report away."""

import io
import itertools
import random
import re
import threading
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from folded import PATIENCE, dismiss, turn_to, unfold
from playwright.sync_api import Locator, Page, expect

from playground.backends.base import Request
from playground.backends.scripted import ReplyRule
from playground.ui.experiments import run as experiment_run
from playground.ui.experiments.run import ExperimentRun


def pupil(request: Request, rng: random.Random) -> str:
    """Adds what it finds, if it reasons or was shown how; else it guesses."""
    text = request.messages[-1].content
    numbers = [int(n) for n in re.findall(r"\d+", text)] or [0]
    thinks = "step" in text or "step" in request.prefill or len(request.messages) > 4
    return f"The answer is {sum(numbers[:2]) if thinks and rng.random() < 0.8 else rng.randint(100, 999)}."


@pytest.fixture
def opened(serve: Any, visit: Any, catalog_of: Any) -> Any:
    """The tab over a scripted model: `opened(pupil, delay=0.0, **size)`."""

    def open_tab(reply: ReplyRule = pupil, *, delay: float = 0.0, **size: Any) -> Page:
        page: Page = visit(serve(catalog_of(reply, delay=delay)), **size)
        return turn_to(page, "Experiments")

    return open_tab


def items(page: Page, count: int) -> None:
    page.get_by_label("Items", exact=True).fill(f"{count}")
    page.get_by_label("Items", exact=True).press("Tab")


def columns(page: Page) -> Locator:
    return page.locator("#columns-asked").get_by_role("checkbox")


def edit(page: Page, column: str) -> None:
    page.get_by_label("Edit a column").click()
    page.get_by_role("option", name=column).first.click()
    expect(page.locator("#column-editor")).to_be_visible()


def box(page: Page, label: str) -> Locator:
    return page.locator("#column-editor").get_by_role("textbox", name=re.compile(f"^{label}"))


def run(page: Page) -> None:
    page.get_by_role("button", name="Run the experiment").click()


def ended(page: Page, phase: str = "done") -> Locator:
    status = page.locator(f".experiment_status[data-phase={phase}]")
    expect(status).to_be_visible()
    return status


def test_the_ladder_is_run_stopped_resumed_and_read(opened: Any) -> None:
    asked, go_on = itertools.count(), threading.Event()

    def hesitates(request: Request, rng: random.Random) -> str:  # at three quarters, until the run has been stopped
        if next(asked) >= 240:
            go_on.wait(PATIENCE / 1000)
        return pupil(request, rng)

    page = opened(hesitates)
    expect(page.locator(".experiment_status h2")).to_contain_text("Six techniques")
    items(page, 20)
    expect(page.locator("#estimate")).to_contain_text("120 answers")
    run(page)
    bars = page.locator("#ladder .bars .point")
    expect(bars.nth(3)).to_be_visible()  # of the first one, who is never right, there is nothing to see
    page.get_by_role("button", name="Stop", exact=True).and_(page.locator("#experiment-stop")).click()
    expect(ended(page, "stopped")).to_contain_text(re.compile(r"\d+ of 120 answers"))
    expect(page.locator("#estimate")).to_contain_text("already known")
    go_on.set()

    # Only what is missing is asked.
    run(page)
    expect(ended(page)).to_contain_text(re.compile(r"120 of 120 answers · [1-9]\d* already known"))
    expect(bars).to_have_count(6)
    expect(page.locator("#said li")).to_have_count(5)
    expect(page.locator("#said")).to_contain_text(re.compile(r"Few-shot was right on \d+ more of the 20 items"))
    expect(page.locator("#ladder-table tbody tr")).to_have_count(6)
    page.get_by_label("Every pair").check()
    expect(page.locator("#said li")).to_have_count(15)

    # A disagreement is opened, and goes to the Playground.
    turn_to(page, "Items")
    expect(page.locator("#items")).to_contain_text("20 of 20 items")
    page.get_by_label("Show", exact=True).click()
    page.get_by_role("option", name="The columns disagree").click()
    expect(page.locator("#items p").first).not_to_contain_text("20 of 20")
    row = page.locator("#items tbody tr").first
    asked = row.locator(".asked").get_attribute("title") or ""
    row.locator(".item-cell[data-state=right]").first.click()
    expect(page.locator("#experiment-cell")).to_contain_text(asked[:40])
    expect(page.locator("#experiment-steps .output").first).to_contain_text("The answer is")

    with page.expect_download() as download:
        page.get_by_role("button", name="Download the report").click()
    names = zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes())).namelist()
    assert {"report.md", "results.csv", "experiment.yaml"} <= {*names}

    page.get_by_role("button", name="Open in the Playground").locator("visible=true").click()
    expect(page.get_by_role("tab", name="Playground", exact=True)).to_have_attribute("aria-selected", "true")
    expect(page.locator("#prompt .pane-body")).to_contain_text(asked[:40])
    page.locator("#run-button").click()

    # And what stands in the Playground becomes one more column.
    turn_to(page, "Experiments")
    page.get_by_role("button", name="Add the Playground's setup").click()
    expect(columns(page)).to_have_count(7)


def test_every_view_has_its_figure_and_its_table_and_the_focus_stays_while_answers_come(opened: Any) -> None:
    page = opened()
    items(page, 6)
    run(page)
    ended(page)
    for title, key, rows in [("Paths", "paths", 5), ("Price", "price", 6), ("Calibration", "calibration", 7)]:
        turn_to(page, title)
        panel = page.get_by_role("tabpanel").filter(has=page.locator(f"#{key}-table")).last
        expect(panel.locator(".js-plotly-plot .main-svg").first).to_be_visible()
        expect(panel.locator(".js-plotly-plot .trace")).not_to_have_count(0)
        assert page.locator(f"#{key}-table tbody tr").count() >= rows
    with page.expect_download() as download:
        page.get_by_role("button", name="Download this table as CSV").locator("visible=true").click()
    assert download.value.path().read_text("utf-8-sig").startswith("Column,Confidence (%)")

    turn_to(page, "Items")
    items(page, 9)  # the first six are the same ones
    cells = page.locator(".item-cell")
    cells.first.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    key = page.locator(".item-cell:focus").get_attribute("data-key") or ""
    assert key.endswith("/1")
    assert key != cells.nth(1).get_attribute("data-key")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#items")).to_contain_text("9 of 9 items")
    expect(page.locator(".item-cell:focus")).to_have_attribute("data-key", key)
    ended(page)

    page.reload()  # what was on the screen comes out of the store
    turn_to(page, "Experiments")
    expect(ended(page)).to_contain_text("Put back from the store")
    expect(page.locator("#ladder-table tbody tr")).to_have_count(6)


def test_own_data_is_mapped_asked_and_kept_as_yaml(opened: Any) -> None:
    page = opened(width=390)
    page.get_by_label("Data set").click()
    page.get_by_role("option", name="My own data").click()
    state = page.locator("#own-state .words")
    upload = page.locator(".own-data input[type=file]")
    upload.set_input_files({"name": "picture.csv", "mimeType": "text/csv", "buffer": b"\x89PNG\r\n\x1a\n\0\0"})
    expect(state).to_contain_text("it looks like a PNG picture")
    expect(page.locator("#estimate")).to_contain_text("picture.csv")
    upload.set_input_files({"name": "nothing.csv", "mimeType": "text/csv", "buffer": b""})
    expect(state).to_contain_text("The file is empty")
    page.get_by_label("Paste rows").fill("frage,loesung\nWhat is 2 + 3?,5\n,7\nWhat is 4 + 5?,9\n")
    expect(state).to_contain_text("column")  # which is which is not plain
    page.get_by_label("Input", exact=True).click()
    page.get_by_role("option", name="frage").click()
    expect(page.get_by_role("listbox")).to_have_count(0)  # the next list has the same names
    page.get_by_label("Right answer", exact=True).click()
    page.get_by_role("option", name="loesung").click()
    expect(state).to_contain_text("line 3")
    run(page)
    expect(page.locator(".toast-body")).to_contain_text(
        "What was pasted cannot be used yet. 1 row cannot be used: line 3"
    )
    dismiss(page)
    page.get_by_label("Leave out rows that cannot be read").check()
    expect(state).to_contain_text("2 rows: 2 kept as examples, 0 asked")
    page.get_by_label("Number", exact=True).locator("visible=true").check()

    # One column with a wording of its own; the rest is not ticked.
    for other in columns(page).all()[1:]:
        other.uncheck()
    edit(page, "Zero-shot")
    box(page, "Name").fill("Mine")
    box(page, "Prompt template").fill("Think step by step. {input}")
    expect(page.locator("#estimate")).to_contain_text("\u201cExamples\u201d is 8; all")
    page.get_by_label("Examples", exact=True).fill("0")
    page.get_by_label("Examples", exact=True).press("Tab")
    unfold(page, "As YAML")
    text = page.get_by_label("The whole experiment")
    expect(text).to_have_value(re.compile("name: Mine.*Think step by step", re.DOTALL))
    run(page)
    ended(page)
    expect(page.locator("#ladder-table tbody tr")).to_have_count(1)

    # What is no experiment is refused with its line; the form stays as it is.
    expect(page.locator("#estimate")).to_contain_text("already known")  # what follows a run has come
    text.fill("title: Other\ntechniques:\n  - strategy: nope\n")
    page.get_by_role("button", name="Use this text").click()
    expect(page.locator(".toast-body")).to_contain_text("line 3")
    text.fill("title: Other\ndata: {size: 3}\ntechniques:\n  - strategy: few_shot\n")
    dismiss(page)
    page.get_by_role("button", name="Use this text").click()
    expect(page.locator(".experiment_status h2")).to_have_text("Other")
    expect(page.locator("#columns-asked input:checked")).to_have_count(1)
    expect(columns(page)).to_have_count(6)  # those without a tick stay
    expect(page.get_by_label("Items", exact=True)).to_have_value("3")


def test_columns_keep_what_they_say_and_a_run_asks_what_was_typed_last(opened: Any) -> None:
    page = opened()
    listed = page.locator("#columns-asked label")
    expect(listed).to_have_count(6)
    edit(page, "Zero-shot")
    editor = page.locator("#column-editor")
    box(page, "Name").fill("<b>Mine</b>")
    expect(listed.first).to_have_text(re.compile("<b>Mine</b>"))
    unfold(page, "Sampling of this column")
    editor.get_by_role("spinbutton", name="Temperature").fill("0.3")
    editor.get_by_role("spinbutton", name="Temperature").press("Tab")
    expect(listed.first).to_contain_text("temperature 0.3")

    page.get_by_role("button", name="Duplicate").click()
    expect(box(page, "Name")).to_have_value("<b>Mine</b> (2)")
    expect(listed.nth(1)).to_contain_text("temperature 0.3")
    page.get_by_role("button", name="Move down").click()
    expect(listed.nth(2)).to_contain_text("<b>Mine</b> (2)")
    expect(page.get_by_role("button", name="Move down")).to_be_focused()
    page.get_by_role("button", name="Add a column").click()
    expect(listed).to_have_count(8)
    expect(box(page, "Name")).to_have_value("")
    editor.get_by_role("combobox", name="Technique").click()
    page.get_by_role("option", name="Role").click()
    box(page, "Role").fill("You are a careful accountant.")
    expect(listed.last).to_contain_text("role")
    edit(page, "<b>Mine</b> (2)")
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(listed).to_have_count(7)
    expect(editor).to_be_hidden()
    unfold(page, "As YAML")
    text = page.get_by_label("The whole experiment")
    expect(text).to_have_value(re.compile("name: <b>Mine</b>.*temperature: 0.3.*careful accountant", re.DOTALL))
    expect(page.locator("#columns-asked b")).to_have_count(0)

    # What was typed there and not used is left alone.
    text.fill("title: Half")
    items(page, 2)
    expect(page.locator("#planning .words").filter(has_text="not used yet")).to_be_visible()
    expect(text).to_have_value("title: Half")

    for other in columns(page).all()[1:]:
        other.uncheck()
    edit(page, "<b>Mine</b>")
    box(page, "Name").fill("Typed last")
    run(page)
    ended(page)
    expect(page.locator("#ladder-table tbody tr").first).to_contain_text("Typed last")


def test_what_is_shown_of_another_plan_says_so_and_the_estimate_is_of_what_the_run_will_ask(opened: Any) -> None:
    """Also after a column has come from the Playground: what it adds is not known yet."""
    page = opened()
    stale, estimate, offered = page.locator("#experiment-stale"), page.locator("#estimate"), page.locator("#planning")
    expect(offered.locator(".choices [aria-current]")).to_have_count(1)
    items(page, 3)
    run(page)
    ended(page)
    expect(stale).to_have_text("")
    expect(estimate).to_contain_text("All 18 answers are already known")
    columns(page).first.uncheck()
    expect(stale).to_contain_text("Out of date: you changed the plan after this run. Below is \u201cSix techniques")
    columns(page).first.check()
    expect(stale).to_have_text("")
    page.get_by_role("button", name="Add the Playground's setup").click()
    expect(columns(page)).to_have_count(7)
    expect(estimate).to_contain_text("21 answers, 18 of them already known")
    run(page)
    expect(ended(page)).to_contain_text("21 of 21 answers \u00b7 18 already known")
    expect(estimate).to_contain_text("All 21 answers are already known")
    columns(page).last.uncheck()
    expect(estimate).to_contain_text("All 18 answers are already known")
    edit(page, "Zero-shot")
    box(page, "Prompt template").fill("Once more: {input}")
    expect(estimate).to_contain_text("18 answers, 15 of them already known")

    # Other data takes what a preset says of itself away, and what is shown stays until the next run.
    turn_to(page, "Items")
    page.locator("#items .item-cell").first.click()
    expect(page.locator("#experiment-cell h3")).to_be_visible()
    unfold(page, "How answers are scored")
    scorer = page.get_by_label("Scorer", exact=True)
    expect(scorer).not_to_have_value("The one that suits the data")
    page.get_by_label("Data set").click()
    page.get_by_role("option").nth(2).click()
    expect(stale).to_contain_text("Out of date")
    expect(page.locator("#other-data")).to_contain_text("With the other data, these were reset: the prompt template of")
    expect(offered.locator(".choices [aria-current]")).to_have_count(0)
    expect(scorer).to_have_value("The one that suits the data")
    expect(page.locator("#experiment-cell h3")).to_be_visible()
    run(page)
    expect(page.locator("#experiment-cell h3")).to_have_count(0)
    expect(ended(page).locator("h2")).to_have_text("Untitled")  # the preset's title was of its own data
    expect(stale).to_have_text("")
    offered.get_by_role("button", name="Techniques", exact=True).click()
    offered.locator(".offer").first.click()
    expect(scorer).not_to_have_value("The one that suits the data")


def test_two_visitors_run_at_once_and_see_their_own_and_closing_the_page_stops_the_run(
    serve: Any, visit: Any, catalog_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_run, begun, follow = threading.Event(), list[ExperimentRun](), experiment_run.follow

    def noted(now: ExperimentRun, *args: Any, **options: Any) -> Iterator[ExperimentRun]:
        begun.append(now)
        return follow(now, *args, **options)

    monkeypatch.setattr(experiment_run, "follow", noted)

    def waiting(request: Request, rng: random.Random) -> str:  # else one could end before the other page is looked at
        assert both_run.wait(PATIENCE / 1000)
        return pupil(request, rng)

    url = serve(catalog_of(waiting))
    pages = [turn_to(visit(url), "Experiments") for _ in range(2)]
    unfold(pages[0], "As YAML")
    text = pages[0].get_by_label("The whole experiment")
    for page, count in zip(pages, (8, 5), strict=True):
        items(page, count)
        expect(page.locator("#estimate")).to_contain_text(f"{6 * count} answers")
    expect(text).to_have_value(re.compile("size: 8"))
    for page in pages:
        run(page)
        expect(page.locator("#experiment-button")).to_be_disabled()  # a second click runs nothing
    both_run.set()
    text.fill("title: half written")
    for page, count in zip(pages, (8, 5), strict=True):
        expect(ended(page)).to_contain_text(f"{6 * count} of {6 * count} answers")
        turn_to(page, "Items")
        expect(page.locator("#items")).to_contain_text(f"{count} of {count} items")
    expect(pages[0].locator("#estimate")).to_contain_text("already known")
    expect(text).to_have_value("title: half written")  # the end of a run is no reason to write over it

    both_run.clear()
    leaving = pages[1]
    items(leaving, 20)
    run(leaving)
    expect(leaving.locator(".experiment_status[data-phase=running]")).to_contain_text("of 120 answers")
    assert not begun[-1].halt.is_set()
    leaving.close()
    assert begun[-1].halt.wait(PATIENCE / 1000)
    both_run.set()
