"""What people do on the page, in a real browser over the scripted model."""

import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from folded import load_preset, unfold
from held import Held
from playwright.sync_api import Page, expect

from playground.backends.base import Capabilities, Request
from playground.backends.catalog import Catalog, ModelEntry
from playground.backends.scripted import ScriptedBackend
from playground.errors import GenerationFailed

PageOver = Callable[..., Page]
WORDS = {
    "explain": "six-year-old",
    "word_problem": "How many are left?",
    "word_problem_vote": "How many are left?",
    "chain_story": "lighthouse",
}

NUMBERED = ((1, "input"), (2, "previous"), (3, "previous"))


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


def says(*texts: str) -> Callable[[Request, random.Random], str]:
    """A model that answers with each text in turn of the conversation's length, the last one for good."""

    def reply(request: Request, rng: random.Random) -> str:
        return rng.choice(texts)

    return reply


def last_words(request: Request, rng: random.Random) -> str:
    """A model that repeats the last line it was given."""
    return f"Heard: {request.messages[-1].content.splitlines()[-1]}"


def test_a_preset_runs_and_streams(page_over: PageOver, catalog_of: Any) -> None:
    held = Held(reply=says("one two three four five six seven eight nine ten"))
    page = page_over(catalog_of(held.reply, kind=Held, go=held.go))
    choose(page, "explain")
    download = page.get_by_role("button", name="Download the run as JSON")
    expect(download).to_be_hidden()  # nothing to take away yet
    page.keyboard.press("Control+Enter")
    output = page.locator("#steps .output")
    expect(output).to_contain_text("one two")
    expect(output).not_to_contain_text("ten")  # it is still on its way
    held.go.set()
    phase(page, "done")
    expect(download).to_be_visible()
    expect(page.locator(".answer .text")).to_have_text("one two three four five six seven eight nine ten")
    expect(page.locator(".metrics")).to_contain_text("tokens/s")
    expect(page.locator("#tokens .token[role=button]")).to_have_count(10)
    page.locator("#tokens .token[role=button]").first.focus()
    expect(page.locator("#tokens .note").first).to_contain_text("probability")


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


def test_self_consistency_shows_the_vote(page_over: PageOver, catalog_of: Any) -> None:
    page = page_over(catalog_of(says("So 9 + 9. The answer is 18.", "So 9 + 8. The answer is 17.")))
    choose(page, "word_problem_vote")
    run(page)
    phase(page, "done")
    expect(page.locator(".answer .how")).to_contain_text("of 10 paths agree")
    expect(page.locator("#vote .js-plotly-plot .bars path")).to_have_count(2)
    expect(page.locator("#vote .js-plotly-plot")).to_contain_text("Agreeing paths")
    expect(page.locator("#steps .card")).to_have_count(10)
    page.locator("#vote").get_by_text("As a table").click()
    expect(page.locator("#vote").get_by_text("Weight").first).to_be_visible()


def test_a_middle_step_is_edited_and_the_rest_runs_again(page_over: PageOver, catalog_of: Any) -> None:
    page = page_over(catalog_of(last_words))
    choose(page, "chain_story")
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


def test_a_chain_with_numbered_steps_is_told_and_edited_step_by_step(
    page_over: PageOver, catalog_of: Any, tmp_path: Path
) -> None:
    steps = "".join(f"  - {{name: Step {i}, template: 'Part {i} of {{{name}}}'}}\n" for i, name in NUMBERED)
    file = tmp_path / "numbered.yaml"
    file.write_text(f"title: N\nstrategy: chaining\ntask:\n  input: a tale\n  steps:\n{steps}", "utf-8")
    page = page_over(catalog_of(last_words))
    open_file(page, file)
    expect(sent(page).locator("h3")).to_have_count(3)
    expect(sent(page).locator(".turn").nth(2)).to_contain_text("Part 3 of")
    run(page)
    phase(page, "done")
    cards = page.locator("#steps .step")
    expect(cards).to_have_count(3)
    cards.nth(1).get_by_role("button", name="Edit").click()
    page.get_by_label("Output of Step 2").fill("mine")
    page.get_by_role("button", name="Run on from here").click()
    expect(cards.nth(2).locator(".output")).to_have_text("Heard: Part 3 of mine")
    expect(cards.nth(0).locator(".output")).to_have_text("Heard: Part 1 of a tale")
    # Only what the model said now is measured; the rest is named as kept.
    expect(page.locator(".metrics")).to_contain_text("Kept")


def test_a_run_is_stopped_by_key_and_button_and_goes_on_where_it_was_cut(page_over: PageOver, catalog_of: Any) -> None:
    def counts_on(request: Request, rng: random.Random) -> str:
        begun = request.prefill + request.generated_text
        return " and the end." if "one" in begun else "one " + "more " * 500

    page = page_over(catalog_of(counts_on, kind=Held))
    choose(page, "explain")
    output, go_on = page.locator("#steps .output"), page.get_by_role("button", name="Continue", exact=True)
    by_button = page.get_by_role("button", name="Stop", exact=True).click
    for stop in (lambda: page.keyboard.press("Escape"), by_button):
        run(page)
        phase(page, "running")
        expect(output).to_have_text("one more")
        expect(go_on).to_be_hidden()
        stop()
        phase(page, "stopped")
        expect(page.locator("#steps .step")).to_contain_text("stopped")
        expect(page.get_by_role("button", name="Run", exact=True)).to_be_enabled()
        expect(page.locator("#tokens .token[role=button]")).to_have_count(2)
        expect(output).to_have_text("one more")  # what came is kept
    go_on.click()
    phase(page, "done")
    expect(output).to_have_text("one more and the end.")
    expect(page.locator("#steps .card")).to_have_count(1)
    expect(go_on).to_be_hidden()


def test_the_prompt_is_shown_as_the_model_reads_it(page_over: PageOver, catalog_of: Any) -> None:
    catalog = catalog_of()
    catalog.preload("default")
    page = page_over(catalog)
    choose(page, "explain")
    whole = page.locator("#prompt .whole")
    expect(whole.locator("pre")).to_be_hidden()
    whole.get_by_text("As the model reads it").click()
    question(page).fill("<b>typed</b>")
    expect(whole.locator("pre")).to_contain_text("user: <b>typed</b>")
    expect(whole.locator("pre")).to_be_visible()  # it stays open while one types


def test_a_model_that_is_chosen_gets_ready_so_that_tokens_can_be_counted(page_over: PageOver) -> None:
    entries = (
        ModelEntry(
            name=name, title=name.title(), kind="scripted", load=lambda _: ScriptedBackend(),
            capabilities=ScriptedBackend().capabilities,
        )
        for name in ("default", "other")
    )  # fmt: skip
    page = page_over(Catalog(entries))
    page.get_by_label("Model").first.click()
    page.get_by_role("option", name="Other", exact=True).click()
    expect(page.locator("#header")).to_contain_text("Other \u00b7 ready")
    expect(page.locator("#prompt .pane-head")).to_contain_text("tokens")


def test_reasoning_is_edited_and_the_answer_read_again(page_over: PageOver, catalog_of: Any) -> None:
    def reads_off(request: Request, rng: random.Random) -> str:
        said = request.prefill.removesuffix("Therefore, the answer (arabic numerals) is")
        return " 4." if "edited" in said else " 3." if said != request.prefill else " Some thoughts."

    page = page_over(catalog_of(reads_off))
    choose(page, "word_problem")
    run(page)
    phase(page, "done")
    expect(page.locator(".answer .text")).to_have_text("3")
    page.locator("#steps .card").first.get_by_role("button", name="Edit").click()
    page.locator("#steps textarea").fill("edited thoughts")
    page.get_by_role("button", name="Run on from here").click()
    expect(page.locator(".answer .text")).to_have_text("4")


def test_stop_before_the_first_token(page_over: PageOver, catalog_of: Any) -> None:
    page = page_over(catalog_of(says("late " * 500), kind=Held, pieces=0))
    run(page)
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_enabled()
    page.keyboard.press("Escape")
    phase(page, "stopped")
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_enabled()


def test_a_bad_value_has_its_message(page_over: PageOver, catalog_of: Any) -> None:
    page = page_over(catalog_of())
    choose(page, "explain")
    question(page).fill("   ")
    expect(page.locator("#prompt .missing")).to_contain_text("\u201cInput\u201d is empty")
    expect(question(page)).to_have_attribute("aria-invalid", "true")
    for _ in range(2):
        run(page)
    expect(page.get_by_test_id("toast-text").filter(visible=True)).to_have_count(1)
    question(page).fill("Hello")
    expect(sent(page)).to_contain_text("Hello")
    expect(page.locator("#form [aria-invalid]")).to_have_count(0)
    unfold(page, "All sampling parameters")
    page.get_by_role("textbox", name=re.compile("^Seed")).fill("minus one")
    message = "\u201cSeed\u201d is 'minus one'; it must be a whole number from 0"
    expect(page.locator("#prompt .missing")).to_contain_text(message)
    run(page)
    expect(page.get_by_test_id("toast-body")).to_contain_text(message)
    page.get_by_role("textbox", name=re.compile("^Seed")).fill("4294967295")
    expect(page.locator("#prompt .missing")).to_have_count(0)
    run(page)
    phase(page, "done")
    expect(page.locator(".metrics")).to_contain_text("4294967295")


def test_a_failure_keeps_its_place_and_the_page_goes_on(page_over: PageOver, catalog_of: Any) -> None:
    def fails(request: Request, rng: random.Random) -> str:
        if "fail" in request.messages[-1].content:
            raise GenerationFailed("The <i>model</i> broke.")
        return "Fine again."

    page = page_over(catalog_of(fails))
    choose(page, "explain")
    question(page).fill("Please fail")
    expect(sent(page)).to_contain_text("Please fail")
    run(page)
    phase(page, "failed")
    expect(page.locator(".answer .error")).to_have_text("The <i>model</i> broke.")
    question(page).fill("Hello")
    expect(sent(page)).to_contain_text("Hello")
    run(page)
    phase(page, "done")
    expect(page.locator(".answer .text")).to_have_text("Fine again.")
    expect(page.locator(".answer .error")).to_be_hidden()


def test_what_a_model_says_is_text(page_over: PageOver, catalog_of: Any) -> None:
    page = page_over(catalog_of(says("<img src=x onerror=\"document.title='owned'\"><script>1</script>")))
    choose(page, "explain")
    question(page).fill("<svg onload=\"document.title='owned'\">")
    run(page)
    phase(page, "done")
    expect(page.locator(".answer .text")).to_contain_text("<img src=x")
    expect(sent(page)).to_contain_text("<svg onload")
    assert page.locator("#outputs img, #outputs script").count() == 0
    assert page.title() == "Prompt Playground"


def test_presets_are_saved_and_opened(page_over: PageOver, catalog_of: Any, tmp_path: Path) -> None:
    page = page_over(catalog_of())
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
    expect(sent(page)).to_contain_text("three otters")


def test_it_works_on_a_phone(page_over: PageOver, catalog_of: Any) -> None:
    page = page_over(catalog_of(says("A short answer.")), width=390, height=800)
    over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert over <= 0
    button = page.get_by_role("button", name="Run", exact=True)
    expect(button).to_be_in_viewport()
    button.click()
    phase(page, "done")
    expect(page.locator(".answer .text")).to_be_in_viewport()


def test_two_visitors_see_nothing_of_each_other(serve: Any, visit: Any, catalog_of: Any) -> None:
    url = serve(catalog_of(last_words, delay=0.02))
    one, other = visit(url), visit(url)
    for page, words in ((one, "apricot visitor"), (other, "bergamot visitor")):
        choose(page, "explain")
        question(page).fill(words)
        expect(sent(page)).to_contain_text(words)
    run(one)
    run(other)
    for page, own, foreign in ((one, "apricot", "bergamot"), (other, "bergamot", "apricot")):
        phase(page, "done")
        expect(page.locator(".answer .text")).to_have_text(f"Heard: {own} visitor")
        assert foreign not in page.locator("body").inner_text()
    expect(visit(url).locator(".answer")).to_have_attribute("data-phase", "empty")


def test_sampling_presets_change_only_their_own_and_a_token_shows_its_alternatives(
    page_over: PageOver, catalog_of: Any
) -> None:
    page = page_over(catalog_of(says("Just a few words.")))
    choose(page, "explain")
    chips = page.locator(".chips")
    expect(chips).to_contain_text("max tokens 120")
    page.locator("#sampling").get_by_role("button", name="Precise").click()
    expect(chips).to_contain_text("temperature 0.2")
    expect(chips).to_contain_text("max tokens 120")
    page.get_by_role("button", name="Reset temperature").click()
    expect(chips).not_to_contain_text("temperature")

    unfold(page, "All sampling parameters")
    page.get_by_role("spinbutton", name=re.compile("Alternatives")).fill("3")
    expect(chips).to_contain_text("alternatives per token 3")
    run(page)
    phase(page, "done")
    token = page.locator("#tokens .token[role=button]")
    token.first.press("ArrowRight")
    expect(token.nth(1)).to_be_focused()
    token.nth(1).press("Enter")
    expect(page.locator("#tokens .alternatives tbody tr")).to_have_count(3)
    expect(page.locator("#tokens .alternatives .chosen td").first).to_have_text(token.nth(1).inner_text())


def test_what_a_model_ignores_is_greyed_with_the_reason(page_over: PageOver, catalog_of: Any) -> None:
    limited = Capabilities(sampling=frozenset({"temperature", "max_tokens", "seed", "stop"}))
    page = page_over(catalog_of(capabilities=limited))
    unfold(page, "All sampling parameters")
    expect(page.get_by_role("spinbutton", name=re.compile("Top-k"))).to_be_disabled()
    expect(page.locator("#sampling")).to_contain_text("Not sent: Scripted was not seen to honour top-k.")
    expect(page.get_by_role("spinbutton", name=re.compile("Temperature"))).to_be_enabled()
