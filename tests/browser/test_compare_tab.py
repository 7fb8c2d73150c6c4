"""The Compare tab in a real browser: compare, read what differs, and go back to the base."""

import csv
import random
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from folded import again_until, turn_to, unfold
from playwright.sync_api import Locator, Page, expect

from playground.backends.base import Request
from playground.backends.catalog import AdapterEntry, Catalog, ModelEntry
from playground.backends.details import AdapterDetails
from playground.backends.scripted import ScriptedBackend
from playground.finetuning import shipped_weights
from playground.types import Delta, Origin

PageOver = Callable[..., Page]
TUNABLE = replace(ScriptedBackend().capabilities, adapters=True)


class Signed(ScriptedBackend):
    """A scripted model that says which weights it used: always the base's, whichever were asked for."""

    def stream(self, request: Request) -> Any:
        for news in super().stream(request):
            first = isinstance(news, Delta) and news.prompt_tokens is not None
            yield replace(news, origin=Origin(weights="Second")) if first else news


def words(text: str) -> Callable[[Request, random.Random], str]:
    return lambda request, rng: f"{text} {request.messages[-1].content}"


def entry(name: str, backend: Any) -> ModelEntry:
    return ModelEntry(
        name=name, title=name.capitalize(), kind="scripted", load=lambda _: backend, capabilities=backend.capabilities
    )


def two(delay: float = 0.0) -> Catalog:
    """Two scripted models whose answers share some words."""
    return Catalog(
        [
            entry("default", ScriptedBackend(reply=words("This is plain:"), delay=delay)),
            entry("second", Signed(reply=words("This is fancy, plain:"), delay=delay, capabilities=TUNABLE)),
        ]
    )


def with_adapter() -> Catalog:
    """The same two, of which the second has an adapter."""
    catalog, details = two(), AdapterDetails(name="tuned", title="Tuned", loaded=True)
    catalog.add_adapter(AdapterEntry(model="second", name="tuned", title="Tuned", load=lambda *_: details))
    return catalog


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_label(label, exact=True).select_option(label=option)


def has(page: Page, label: str, option: str) -> None:
    expect(page.get_by_label(label, exact=True).locator("option:checked")).to_have_text(option)


def compare(page: Page) -> None:
    page.get_by_role("button", name="Compare", exact=True).click()


def ask(page: Page, prompt: str) -> None:
    page.get_by_label("Prompt", exact=False).locator("visible=true").first.fill(prompt)


def ended(page: Page, stage: str = "done") -> None:
    expect(page.locator(f".comparison[data-phase={stage}]")).to_be_visible()


def side(page: Page, at: int) -> Locator:
    return page.locator(".comparison .side").nth(at)


def test_panes_answer_side_by_side_and_differences_are_marked(page_over: PageOver) -> None:
    page = turn_to(page_over(with_adapter()), "Compare")
    choose(page, "Pane A: model", "Default")
    choose(page, "Pane B: adapter", "None, the model as it is")
    download = page.get_by_role("button", name="Download the comparison as JSON")
    expect(download).to_be_hidden()  # nothing to take away yet
    ask(page, "one <b>two</b>")
    page.keyboard.press("Control+Enter")
    ended(page)
    expect(download).to_be_visible()
    expect(side(page, 0).locator(".text")).to_have_text("This is plain: one <b>two</b>")
    expect(side(page, 1).locator("ins")).to_have_text(re.compile("fancy"))
    expect(side(page, 1).locator(".origin")).to_have_text("Second, no adapter")
    expect(side(page, 0).locator(".origin")).to_contain_text("does not say which weights")
    expect(page.locator(".tables tbody tr")).to_have_count(2)
    page.get_by_role("button", name="As they are").click()
    expect(side(page, 1).locator(".text")).to_have_text("This is fancy, plain: one <b>two</b>")

    # What no longer is of what the form holds says so.
    stale = page.locator("#compare-stale")
    expect(stale).to_have_text("")
    ask(page, "three")
    expect(stale).to_have_text("Out of date: you changed \u201cPrompt\u201d after this run.")
    choose(page, "Pane A: model", "Second")
    expect(stale).to_have_text("Out of date: you changed \u201cPrompt\u201d and the panes after this run.")
    choose(page, "Pane A: model", "Default")
    ask(page, "one <b>two</b>")
    expect(stale).to_have_text("")

    # Weights other than those asked for are called out.
    choose(page, "Pane B: adapter", "Tuned")
    compare(page)
    origin = side(page, 1).locator(".origin")
    expect(origin).to_have_text(re.compile("^Not what was asked for.*Second, no adapter"))
    ended(page)

    # Another baseline, without asking again; then a pane's setup goes to the Playground.
    page.get_by_role("button", name="Added and left out").click()
    page.get_by_role("radio", name="Pane B").check()
    expect(side(page, 0).locator("del")).to_have_text(re.compile("fancy"))
    expect(side(page, 1).locator("ins, del")).to_have_count(0)
    side(page, 1).get_by_role("button", name="Open in the Playground").click()
    expect(page.get_by_role("tab", name="Playground", exact=True)).to_have_attribute("aria-selected", "true")
    expect(page.locator("#prompt .pane-body")).to_contain_text("one <b>two</b>")

    # In a narrow window the arrow of a long heading stands beside its first line.
    page.set_viewport_size({"width": 390, "height": 900})
    turn_to(page, "Compare")
    heading = page.locator("#comparing .label-wrap", has_text="for panes without their own")
    box, arrow = heading.bounding_box(), heading.locator(".icon").bounding_box()
    assert box is not None
    assert arrow is not None
    assert box["height"] > 30  # in two lines
    assert arrow["x"] > 0
    assert arrow["y"] + arrow["height"] / 2 < box["y"] + 20


def test_panes_come_and_go_and_the_others_keep_what_they_hold(page_over: PageOver) -> None:
    page = turn_to(page_over(two()), "Compare")
    choose(page, "Pane A: model", "Default")
    choose(page, "Pane B: model", "Second")
    more = page.get_by_role("button", name="Add a pane", exact=True)
    for letter in "CD":  # with the baseline's model, not the last one's
        more.click()
        has(page, f"Pane {letter}: model", "Default")
    choose(page, "Pane C: model", "Second")
    page.get_by_role("radio", name="Pane C").check()
    page.get_by_role("button", name="Remove pane B").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Pane D: model")).to_have_count(0)
    for letter, title in zip("ABC", ("Default", "Second", "Default"), strict=True):
        has(page, f"Pane {letter}: model", title)
    expect(page.get_by_role("radio", name="Pane B")).to_be_checked()
    expect(page.get_by_role("button", name="Remove pane B")).to_be_focused()
    compare(page)
    ended(page)
    expect(page.locator(".comparison .side h3")).to_have_count(3)
    expect(side(page, 1).locator(".badge")).to_be_visible()
    more.focus()
    for _ in range(9):
        expect(more).to_be_enabled()
        page.keyboard.press("Enter")
    expect(page.locator(".pane-row")).to_have_count(12)
    expect(more).to_be_disabled()


def test_among_a_thousand_models_one_is_found_by_typing(page_over: PageOver) -> None:
    backend = ScriptedBackend(reply=words("I am"))
    models = [entry(f"served/model-{number}", backend) for number in range(1000)]
    page = turn_to(page_over(Catalog([entry("default", backend), *models])), "Compare")
    expect(page.get_by_label("Pane A: model")).to_have_value("Default")
    sent: list[int] = []
    page.on("request", lambda request: sent.append(len(request.post_data or "")))
    box = page.get_by_label("Pane B: model")
    box.click()
    page.keyboard.type("model-777")
    page.keyboard.press("Enter")
    expect(box).to_have_value("Served/model-777")
    box.fill("model-7")  # of many
    box.blur()
    expect(box).to_have_value("Served/model-777")
    page.get_by_role("button", name="Add a pane", exact=True).click()
    expect(page.get_by_label("Pane C: model")).to_have_value("Default")
    compare(page)
    ended(page)
    expect(side(page, 1).locator("h3")).to_contain_text("Served/model-777")
    assert max(sent) < 10_000  # bytes: the list of models stays where it is


def test_one_stops_while_another_goes_on(serve: Any, visit: Any) -> None:
    url = serve(two(delay=0.2))
    neighbour, page = turn_to(visit(url), "Compare"), turn_to(visit(url), "Compare")
    for visitor, prompt in ((neighbour, "my own"), (page, "many more words, so many that this takes a while " * 20)):
        ask(visitor, prompt)
        compare(visitor)
    expect(side(page, 1).locator(".text")).to_contain_text("This is")
    page.keyboard.press("Escape")
    ended(page, "stopped")
    expect(side(page, 0)).to_have_attribute("data-phase", "stopped")
    ended(neighbour)
    expect(side(neighbour, 0).locator(".text")).to_have_text("This is plain: my own")
    # Nothing to ask is wrong for all panes; it is said once, and what was there stays.
    ask(page, "")
    compare(page)
    expect(page.locator(".toast-body")).to_contain_text("\u201cPrompt\u201d is empty")
    expect(side(page, 0).locator(".text")).to_contain_text("This is")


def test_a_list_fills_a_table_and_five_are_rated_blind_and_the_sentence_says_who_was_preferred(
    page_over: PageOver, tmp_path: Path
) -> None:
    page = turn_to(page_over(two()), "Compare")
    turn_to(page, "A list of prompts")
    file = tmp_path / "prompts.csv"
    file.write_text("id,prompt\n1,=first\n2,second\n3,third\n", "utf-8")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Open a CSV or text file").click()
    chooser.value.set_files(file)
    expect(page.get_by_label("Prompts")).to_have_value("=first\nsecond\nthird")
    page.get_by_role("button", name="Run the list").click()
    expect(page.locator("#list-state")).to_have_text("Done: 3 of 3 prompts")
    cell = page.locator("#list-table [role=gridcell]").get_by_text("This is fancy, plain: third").first
    shown = expect(page.locator("#list-cell .text"))
    again_until(cell.click, lambda soon: shown.to_have_text("This is fancy, plain: third", timeout=soon))
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").click()
    lines = download.value.path().read_text("utf-8").splitlines()
    assert len(lines) == 4
    assert lines[1].startswith("'=first,This is plain: =first,")

    page.get_by_label("Rate blind").check()
    page.get_by_label("Prompts").fill("one\ntwo\nthree\n=four\nfive")
    page.get_by_role("button", name="Run the list").click()
    line, pair = page.locator("#blind-line"), page.locator("#blind-pair")
    expect(line).to_have_text("Pair 1 of 5: which answer is better?")
    expect(page.locator("#list-table")).not_to_contain_text("This is")
    pair.get_by_label("Your name").fill("Ada")
    seen, sides = set(), set()
    for number in range(1, 6):
        expect(line).to_have_text(f"Pair {number} of 5: which answer is better?")
        prompt = pair.get_by_label("Prompt of both").input_value()
        left, right = (pair.get_by_label(f"Answer on the {where}").input_value() for where in ("left", "right"))
        assert {left, right} == {f"This is plain: {prompt}", f"This is fancy, plain: {prompt}"}
        assert not re.search("[AB] \u00b7 (Default|Second)", page.locator("#comparing").inner_text().split("Pair")[1])
        seen.add(prompt)
        better = "Left" if "fancy" in left else "Right"
        sides.add(better)
        pair.get_by_role("button", name=f"{better} is better").focus()
        page.keyboard.press("Enter")
    assert seen == {"one", "two", "three", "=four", "five"}
    expect(line).to_contain_text("Rated: 5 pairs.")
    expect(pair.get_by_role("button", name="Tie")).to_be_hidden()
    pair.get_by_role("button", name="Back to the last pair").click()
    expect(line).to_have_text("Pair 5 of 5: which answer is better?")
    pair.get_by_role("button", name=f"{better} is better").click()
    pair.get_by_role("button", name="Show who is who").click()
    expect(line).to_have_text(
        "B \u00b7 Second was preferred to A \u00b7 Default in 5 of 5 ratings (100 %, 95 % interval 48 % to 100 %, "
        "p = 0.062): the evidence does not suffice to prefer one; so few ratings cannot show any difference, however "
        "large: take 6 or more."
    )
    expect(pair).to_be_hidden()
    expect(page.locator("#list-table")).to_contain_text("This is fancy, plain: five")
    cells = page.locator("#blind-tables tbody td")
    expect(cells).to_have_text(["0", "0", "5", "0 %", "0 % to 52 %", "0.062"])
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the ratings as CSV").click()
    with download.value.path().open(encoding="utf-8-sig", newline="") as file:
        records = list(csv.DictReader(file))
    assert {record["Prompt"] for record in records} == {"one", "two", "three", "'=four", "five"}
    assert {(record["Preferred"], record["Rater"]) for record in records} == {("B \u00b7 Second", "Ada")}
    assert {record["Choice"].capitalize() for record in records} == sides

    # One prompt is one rating; what is not rated is revealed by a click.
    turn_to(page, "One prompt")
    compare(page)
    expect(line).to_have_text("Pair 1 of 1: which answer is better?")
    expect(page.locator(".comparison .side")).to_have_count(0)
    expect(pair.get_by_label("Your name")).to_have_value("Ada")
    page.get_by_role("button", name="Stop rating and reveal").click()
    expect(line).to_have_text("Nothing was rated.")
    expect(side(page, 1).locator(".text")).to_contain_text("This is fancy, plain:")


def test_an_adapter_is_loaded_compared_and_turned_off(page_over: PageOver, real_catalog: Catalog) -> None:
    (folder,) = (adapter.folder for adapter in shipped_weights.adapters() if adapter.name == "pirate")
    page = turn_to(page_over(real_catalog), "Models")
    unfold(page, "Load an adapter")
    page.get_by_label("Adapter source").fill(str(folder))
    page.get_by_label("Name of the adapter").fill("odd")
    page.get_by_role("button", name="Load the adapter").click()
    expect(page.locator(".load[data-phase=done]")).to_contain_text("odd of SmolLM2")
    expect(page.locator(".tuned", has_text="odd")).to_contain_text("LoRA \u00b7 rank 8")

    turn_to(page, "Compare")
    unfold(page, "Technique and sampling, for panes without their own")
    # Of many words, two that are nearly as likely may change places in bfloat16, as the README says.
    page.locator(".compare-form").get_by_role("spinbutton", name="Max tokens").fill("16")
    choose(page, "Pane B: adapter", "odd")
    ask(page, "What is the capital of France?")
    compare(page)
    ended(page)
    base = side(page, 0).locator(".text").inner_text()
    assert base
    expect(side(page, 0).locator(".origin")).to_have_text("Checked: SmolLM2 135M Instruct, no adapter")
    expect(side(page, 1).locator(".origin")).to_have_text("Checked: SmolLM2 135M Instruct + odd, scale 1")
    expect(side(page, 1).locator("ins").first).to_be_visible()
    words = page.locator(".shifts").get_by_role("option")  # no buttons: they tell something, and do nothing
    words.first.press("End")
    expect(words.last).to_be_focused()
    words.last.press("ArrowLeft")
    expect(words.nth(words.count() - 2)).to_have_attribute("aria-selected", "true")
    expect(page.locator(".shifts .note")).to_contain_text("\u2192")
    expect(page.locator(".shifts tr.disagree").first).to_be_visible()
    surprise = page.locator(".tables .frame", has_text="Perplexity").locator("tbody td")
    expect(surprise).to_have_count(4)

    # The other way round, on demand: the adapter's words as the base sees them.
    page.get_by_role("radio", name="Pane B").check()
    expect(words).to_have_count(0)
    page.locator(".shifts").get_by_role("button", name="A \u00b7 SmolLM2").click()
    expect(page.locator(".shifts tr.disagree").first).to_be_visible()
    page.get_by_role("radio", name="Pane A").check()

    # At scale 0 it is the base again.
    scale = page.get_by_role("slider", name="Pane B: scale")
    scale.focus()
    page.keyboard.press("Home")
    compare(page)
    expect(side(page, 1).locator(".origin")).to_have_text("Checked: SmolLM2 135M Instruct, no adapter")
    expect(side(page, 1).locator(".shared, .facts", has_text="The same words as the baseline.")).to_be_visible()
    ended(page)  # of this comparison: the one before has other words; what is measured uses the adapter, too

    # In use it stays; at rest it goes.
    turn_to(page, "Models")
    with real_catalog.keep_loaded("default", "odd"):
        page.get_by_role("button", name="Unload odd").click()
        expect(page.locator(".toast-body")).to_contain_text("in use by")  # a run, and perhaps what is measured of it
    page.get_by_role("button", name="Unload odd").click()
    expect(page.get_by_role("button", name="Unload odd")).to_have_count(0)


def counting(request: Request, rng: random.Random) -> str:
    """Right where it may think first, else seldom."""
    if any("step by step" in m.content for m in request.messages) or "step by step" in request.prefill:
        return "First 42, then twice that. The answer is 84."
    return f"The answer is {84 if rng.random() < 0.02 else 42}."


def test_techniques_are_repeated_and_the_sentence_says_whether_one_is_better(page_over: PageOver) -> None:
    page = turn_to(page_over(Catalog([entry("default", ScriptedBackend(reply=counting))])), "Compare")
    choose(page, "Pane A: technique", "Zero-shot")
    choose(page, "Pane B: technique", "Chain of thought")
    for letter, title in (("C", "Self-consistency"), ("D", "Rereading")):
        page.get_by_role("button", name="Add a pane", exact=True).click()
        has(page, f"Pane {letter}: technique", "As set below")  # nothing of the pane above
        choose(page, f"Pane {letter}: technique", title)
    for letter in "ABCD":
        choose(page, f"Pane {letter}: sampling", "Defaults")
    page.get_by_role("button", name="Add a placebo pane").click()
    ask(page, "A farm has 3 rows of 14 trees, and then twice as many. How many?")
    page.get_by_role("spinbutton", name="Repetitions").fill("12")
    page.get_by_label("Reference answer").fill("84")
    page.get_by_label("Reference answer").blur()
    expect(page.locator("#compare-estimate")).to_contain_text("5 panes, 12 repetitions each")
    compare(page)
    ended(page)
    said = page.locator(".verdicts p")
    expect(said).to_have_count(5)  # four against the baseline, and how an answer was judged
    expect(said.first).to_contain_text("B \u00b7 Chain of thought was right in 12 of 12 repetitions")
    expect(said.first).to_contain_text("On this prompt the evidence suffices to prefer B \u00b7 Chain of thought.")
    expect(said.nth(3)).to_contain_text("E \u00b7 Placebo of A was right in")
    expect(said.nth(3)).to_contain_text("does not suffice to prefer one")
    expect(side(page, 1).locator(".answer-bars tbody tr")).to_have_count(1)
    expect(side(page, 1).locator(".answer-bars td.figure")).to_have_text("\u00d7 12")
    expect(side(page, 1).locator(".score")).to_contain_text("Right in 12 of 12 (95 % interval")
    expect(page.locator(".tables .frame", has_text="Agreement").locator("tbody tr")).to_have_count(5)

    # What is sent differently, message by message; the placebo is sent the same.
    expect(side(page, 4)).to_contain_text("The same prompt as the baseline's, word for word.")
    side(page, 1).get_by_text("What is sent differently").click()
    expect(side(page, 1).locator(".differs ins").first).to_have_text("Let's think step by step.")
    side(page, 1).get_by_role("button", name="Steps and messages").click()
    expect(page.locator("#compare-steps-title")).to_contain_text("Chain of thought, repetition 1 of 12")
    expect(page.locator("#compare-steps .step")).to_have_count(2)

    # The Playground's setup is one pane more, which is asked again alone.
    page.get_by_role("button", name="Add the Playground\u2019s setup as a pane").click()
    expect(page.get_by_role("group", name="Pane F")).to_contain_text("The Playground\u2019s: Few-shot")
    expect(page.locator("#compare-stale")).to_contain_text("the panes")
    side(page, 3).get_by_role("button", name="Ask again").click()
    ended(page)
    expect(page.locator(".comparison .side")).to_have_count(5)
