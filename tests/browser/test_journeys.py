"""What people do on the page, in a real browser over the scripted model."""

import random
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from folded import PATIENCE, dismiss, load_preset, unfold, until
from held import Held
from playwright.sync_api import Page, expect

from playground.backends.base import Capabilities, Request

PageOver = Callable[..., Page]
WORDS = {
    "explain": "six-year-old",
    "word_problem": "How many are left?",
    "word_problem_vote": "How many are left?",
    "chain_story": "lighthouse",
}


def choose(page: Page, preset: str) -> None:
    """Load a preset and wait until it is there. The page opens with `sentiment`."""
    load_preset(page, preset)
    expect(sent(page)).to_contain_text(WORDS[preset])


def question(page: Page) -> Any:
    return page.get_by_role("textbox", name=re.compile("^Input The question"))


def choose_technique(page: Page, title: str) -> None:
    page.get_by_label("Technique").click()
    page.get_by_role("option", name=title, exact=True).click()


def open_file(page: Page, file: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Open a YAML file").click()
    chooser.value.set_files(file)


def run(page: Page) -> None:
    page.get_by_role("button", name="Run", exact=True).click()


def phase(page: Page, name: str) -> None:
    expect(page.locator(f".answer[data-phase={name}]")).to_be_visible()


def sent(page: Page) -> Any:
    return page.locator("#prompt .pane-body")


def last_words(request: Request, rng: random.Random) -> str:
    """A model that repeats the last line it was given."""
    return f"Heard: {request.messages[-1].content.splitlines()[-1]}"


def test_a_run_streams_is_stopped_at_any_moment_and_goes_on_where_it_was_cut(
    page_over: PageOver, catalog_of: Any
) -> None:
    late, asked_late = threading.Event(), threading.Event()

    def counts(request: Request, rng: random.Random) -> str:
        asked = request.messages[-1].content
        if "late" in asked:  # stopped before its first token
            asked_late.set()
            late.wait(PATIENCE / 1000)
        if "<svg" in asked:
            return "<img src=x onerror=\"document.title='owned'\"><script>1</script>"
        begun = request.prefill + request.generated_text
        return " and the end." if "one" in begun else "one two three four five six seven eight nine ten"

    held = Held(reply=counts, words="moon")
    page = page_over(catalog_of(held.reply, kind=Held, words=held.words, go=held.go))
    choose(page, "explain")
    download = page.get_by_role("button", name="Download the run as JSON")
    expect(download).to_be_hidden()  # nothing to take away yet
    output, go_on = page.locator("#steps .output"), page.get_by_role("button", name="Continue", exact=True)
    tokens, answer = page.locator("#tokens .token[role=button]"), page.locator(".answer .text")
    by_button = page.get_by_role("button", name="Stop", exact=True).click
    for begin, stop in (
        (lambda: page.keyboard.press("Control+Enter"), by_button),
        (lambda: run(page), lambda: page.keyboard.press("Escape")),
    ):
        begin()
        expect(output).to_have_text("one two")  # the rest is still on its way
        phase(page, "running")
        expect(go_on).to_be_hidden()
        stop()
        phase(page, "stopped")
        expect(page.locator("#steps .step")).to_contain_text("stopped")
        expect(page.get_by_role("button", name="Run", exact=True)).to_be_enabled()
        expect(tokens).to_have_count(2)
        expect(output).to_have_text("one two")  # what came is kept
    go_on.click()
    phase(page, "done")
    expect(output).to_have_text("one two and the end.")
    expect(page.locator("#steps .card")).to_have_count(1)
    expect(go_on).to_be_hidden()

    run(page)
    expect(output).to_have_text("one two")
    held.go.set()
    expect(answer).to_have_text("one two three four five six seven eight nine ten")
    phase(page, "done")
    expect(download).to_be_visible()
    expect(page.locator(".metrics")).to_contain_text("tokens/s")
    expect(tokens).to_have_count(10)
    tokens.first.focus()
    expect(page.locator("#tokens .note").first).to_contain_text("probability")

    # The model is there by now, and says what it reads; what it and a person write is text.
    whole = page.locator("#prompt .whole")
    expect(whole.locator("pre")).to_be_hidden()
    whole.get_by_text("As the model reads it").click()
    question(page).fill("<svg onload=\"document.title='owned'\">")
    expect(whole.locator("pre")).to_contain_text("user: <svg onload")
    expect(whole.locator("pre")).to_be_visible()  # it stays open while one types
    run(page)
    expect(answer).to_contain_text("<img src=x")
    phase(page, "done")
    assert page.locator("#outputs img, #outputs script, #outputs svg[onload]").count() == 0
    assert page.title() == "Prompt Playground"

    question(page).fill("This comes late.")
    run(page)
    until(page, asked_late.is_set)  # one that is stopped before it begins has other words
    page.keyboard.press("Escape")
    expect(page.locator(".answer .error")).to_contain_text("Stopped before anything came. What is below is from the")
    late.set()
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_enabled()


def test_examples_are_edited_added_moved_and_removed_and_stay_with_another_technique(
    page_over: PageOver, catalog_of: Any
) -> None:
    page = page_over(catalog_of(last_words))
    question(page).fill("Kept while I look around.")
    page.get_by_label("Example 1: input").fill("Kept as well.")
    choose_technique(page, "Zero-shot")
    expect(page.locator(".rows[data-noun=Example]")).to_have_count(0)
    expect(question(page)).to_have_value("Kept while I look around.")
    expect(sent(page)).not_to_contain_text("Kept as well.")
    expect(page.locator("#card")).to_contain_text("adds nothing")
    choose_technique(page, "Few-shot")
    expect(page.get_by_label("Example 1: input")).to_have_value("Kept as well.")
    expect(sent(page)).to_contain_text("Kept as well.")

    page.get_by_label("Example 1: input").fill("A brand new first example.")
    expect(sent(page).locator(".turn.user").first).to_contain_text("A brand new first example.")
    page.get_by_role("button", name="Move example 1 down", exact=False).click()
    expect(sent(page).locator(".turn.user").nth(1)).to_contain_text("A brand new first example.")
    before = page.locator(".rows[data-noun=Example] .row").count()
    page.get_by_role("button", name="Add example").click()
    page.keyboard.type("Typed at once.")  # the new row has the focus
    # Half a row is an error that says where; an empty row at the end is nothing at all.
    expect(page.locator("#prompt .missing")).to_contain_text(f"\u201cExamples\u201d, row {before + 1}, output is empty")
    page.get_by_label(f"Example {before + 1}: input").fill("")
    expect(page.locator("#prompt .missing")).to_have_count(0)
    page.get_by_role("button", name="Remove example 2", exact=False).click()
    expect(sent(page)).not_to_contain_text("A brand new first example.")
    run(page)
    phase(page, "done")
    expect(page.locator("#steps .output")).to_contain_text("Heard:")


def test_a_vote_is_shown_and_reasoning_is_edited(page_over: PageOver, catalog_of: Any) -> None:
    def reasons(request: Request, rng: random.Random) -> str:
        if request.prefill.endswith("Therefore, the answer (arabic numerals) is"):
            return " 4." if "edited" in request.prefill else " 3."
        return "Some thoughts." if request.prefill else rng.choice(["The answer is 18.", "The answer is 17."])

    page = page_over(catalog_of(reasons))
    choose(page, "word_problem_vote")
    run(page)
    phase(page, "done")
    expect(page.locator(".answer .how")).to_contain_text("of 10 paths agree")
    expect(page.locator("#vote .js-plotly-plot .bars path")).to_have_count(2)
    expect(page.locator("#vote .js-plotly-plot")).to_contain_text("Agreeing paths")
    expect(page.locator("#steps .card")).to_have_count(10)
    page.locator("#vote").get_by_text("As a table").click()
    expect(page.locator("#vote").get_by_text("Weight").first).to_be_visible()

    load_preset(page, "word_problem")
    expect(page.get_by_label("Technique")).to_have_value("Chain of thought")
    run(page)
    expect(page.locator(".answer .text")).to_have_text("3")
    phase(page, "done")
    page.locator("#steps .card").first.get_by_role("button", name="Edit").click()
    page.locator("#steps textarea").fill("edited thoughts")
    page.get_by_role("button", name="Run on from here").click()
    expect(page.locator(".answer .text")).to_have_text("4")


def test_a_chain_is_saved_opened_and_edited_step_by_step(page_over: PageOver, catalog_of: Any, tmp_path: Path) -> None:
    page = page_over(catalog_of(last_words))
    choose(page, "chain_story")
    question(page).fill("two otters")
    expect(sent(page)).to_contain_text("two otters")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as YAML").click()
    saved = Path(download.value.path()).read_text("utf-8")
    assert "input: two otters" in saved
    file = tmp_path / "mine.yaml"
    file.write_text(saved.replace("two otters", "three otters").replace("seed: 5", "seed: 6"), "utf-8")
    open_file(page, file)
    expect(sent(page)).to_contain_text("three otters")
    expect(page.locator(".chips")).to_contain_text("seed 6")
    file.write_text("strategy: zero_shot\nsampling:\n  top_q: 1\n", "utf-8")
    open_file(page, file)
    expect(page.get_by_test_id("toast-body")).to_contain_text("line 3")
    expect(page.get_by_test_id("toast-body")).to_contain_text("sampling.top_q")
    dismiss(page)
    expect(sent(page)).to_contain_text("three otters")

    page.get_by_label("Step 3: template").fill("Polish \u27e8this\u27e9:\n{previous}")
    marked = sent(page).locator("mark")
    expect(sent(page)).to_contain_text("Polish \u27e8this\u27e9:")
    expect(marked).to_have_text(["\u27e8Idea\u27e9", "\u27e8Story\u27e9"])  # what is typed is no gap
    run(page)
    phase(page, "done")
    cards = page.locator("#steps .card")
    expect(cards).to_have_count(3)
    first = cards.nth(0).locator(".output").inner_text()
    cards.nth(1).get_by_role("button", name="Edit").click()
    page.get_by_label("Output of Story").fill("My own <b>story</b>.")
    page.get_by_role("button", name="Run on from here").click()
    expect(cards.nth(2).locator(".output")).to_have_text("Heard: My own <b>story</b>.")
    expect(cards.nth(1).locator(".output")).to_have_text("My own <b>story</b>.")
    expect(page.locator("#steps mark")).to_have_count(0)
    expect(page.locator("#steps .step").nth(1)).to_contain_text("edited by hand")
    expect(cards.nth(0).locator(".output")).to_have_text(first)
    # Only what the model said now is measured; the rest is named as kept.
    expect(page.locator(".metrics")).to_contain_text("Kept")
    # A step that a technique asks is as many prompts as that one takes, each named after the step.
    page.get_by_label("Step 2: technique").select_option(label="Plan-and-solve")
    names = ["Idea", "Story: Reason", "Story: Extract answer", "Title"]
    expect(sent(page).locator("h3")).to_contain_text(names)
    page.get_by_role("button", name="Move Step 2 up").click()
    expect(page.get_by_label("Step 1: technique")).to_have_value("plan_and_solve")
    expect(page.locator("#prompt .missing")).to_contain_text("a step that comes after it")
    page.get_by_role("button", name="Move Step 1 down").click()
    run(page)
    phase(page, "done")
    expect(page.locator("#steps .step > summary")).to_contain_text(names)


def test_a_bad_value_has_its_message_and_what_a_model_ignores_is_greyed_with_the_reason(
    page_over: PageOver, catalog_of: Any
) -> None:
    limited = Capabilities(sampling=frozenset({"temperature", "max_tokens", "seed", "stop"}), context_length=8192)
    page = page_over(catalog_of(capabilities=limited))
    choose(page, "explain")
    question(page).fill("   ")
    expect(page.locator("#prompt .missing")).to_contain_text("\u201cInput\u201d is empty")
    expect(question(page)).to_have_attribute("aria-invalid", "true")
    for _ in range(2):
        run(page)
    expect(page.get_by_test_id("toast-text").filter(visible=True)).to_have_count(1)
    dismiss(page)
    question(page).fill("Hello")
    expect(sent(page)).to_contain_text("Hello")
    expect(page.locator("#form [aria-invalid]")).to_have_count(0)
    unfold(page, "All sampling parameters")
    expect(page.get_by_role("spinbutton", name=re.compile("Top-k"))).to_be_disabled()
    expect(page.locator("#sampling")).to_contain_text("Not sent: Scripted was not seen to honour top-k.")
    expect(page.get_by_role("spinbutton", name=re.compile("Temperature"))).to_be_enabled()
    seed = page.get_by_role("textbox", name=re.compile("^Seed"))
    seed.fill("minus one")
    message = "\u201cSeed\u201d is 'minus one'; it must be a whole number from 0"
    expect(page.locator("#prompt .missing")).to_contain_text(message)
    run(page)
    expect(page.get_by_test_id("toast-body")).to_contain_text(message)
    seed.fill("4294967295")
    expect(page.locator("#prompt .missing")).to_have_count(0)
    run(page)
    phase(page, "done")
    expect(page.locator(".metrics")).to_contain_text("4294967295")


def test_two_visitors_one_on_a_phone_see_nothing_of_each_other(serve: Any, visit: Any, catalog_of: Any) -> None:
    url = serve(catalog_of(last_words, delay=0.02))
    one = visit(url)
    choose(one, "explain")
    question(one).fill("An apricot visitor")
    run(one)
    phase(one, "done")
    other = visit(url, width=390, height=800)
    assert other.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    expect(other.locator(".answer")).to_have_attribute("data-phase", "empty")
    assert "apricot" not in other.locator("body").inner_text()
    choose(other, "explain")
    question(other).fill("A bergamot visitor")
    expect(sent(other)).to_contain_text("bergamot")
    button = other.get_by_role("button", name="Run", exact=True)
    expect(button).to_be_in_viewport()
    question(one).fill("Another apricot visitor")
    run(one)
    button.click()
    for page, words, foreign in ((one, "Another apricot", "bergamot"), (other, "A bergamot", "apricot")):
        expect(page.locator(".answer .text")).to_have_text(f"Heard: {words} visitor")
        phase(page, "done")
        assert foreign not in page.locator("body").inner_text()
    expect(other.locator(".answer .text")).to_be_in_viewport()
