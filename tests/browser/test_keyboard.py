"""Whoever has no mouse can use all of the page: where the focus goes, that it is seen, and that it stays."""

import re
from collections.abc import Callable
from typing import Any

from folded import AT_REST, turn_to, until
from playwright.sync_api import Locator, Page, expect

Opened = Callable[..., Page]
MOST = 25  # Tab stops from the top of the page to a run of one's own
# What has the focus: its name, whether any of it can be seen, and whether it or what it stands in is outlined.
FOCUSED = """() => {
  const held = document.activeElement, box = held.getBoundingClientRect();
  const marked = (node) => node && getComputedStyle(node).outlineStyle !== 'none';
  const at = (x, y) => [box.left + x * box.width, box.top + y * box.height];
  const points = [0.5, 0.1, 0.9].flatMap((x) => [0.5, 0.1, 0.9].map((y) => at(x, y)));
  const seen = points.some(([x, y]) => {
    const top = document.elementFromPoint(x, y);
    return top && (held.contains(top) || top.contains(held) && !top.matches('body, html, main, .gradio-container'));
  });
  return {
    name: `${held.tagName} ${held.id} ${held.getAttribute('aria-label') ?? held.textContent.trim().slice(0, 40)}`,
    tag: held.tagName, seen, outlined: [held, held.closest('label'), held.closest('.wrap')].some(marked),
  };
}"""


def focused(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(FOCUSED)
    return found


def tab_to(page: Page, wanted: Locator) -> int:
    """Press Tab until this has the focus; how often that was."""
    for count in range(1, 100):
        page.keyboard.press("Tab")
        if wanted.evaluate("node => node === document.activeElement"):
            return count
    raise AssertionError(f"Tab does not reach {wanted}.")


def walk(page: Page) -> list[dict[str, Any]]:
    """Every stop of the Tab key, from where the focus is to the end of the page."""
    stops: list[dict[str, Any]] = []
    for _ in range(200):
        page.keyboard.press("Tab")
        stop = focused(page)
        if stop["tag"] == "BODY":
            break
        stops.append(stop)
    return stops


def run_button(page: Page) -> Locator:
    return page.get_by_role("button", name="Run", exact=True)


def test_from_the_top_to_a_run_of_ones_own_by_the_keyboard_alone_and_no_focus_is_lost(opened: Opened) -> None:
    page = opened()
    question = page.get_by_role("textbox", name=re.compile("^Input The question"))
    count = tab_to(page, page.get_by_role("link", name="To the first field"))
    page.keyboard.press("Enter")
    expect(question).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("Typed without a mouse.")
    expect(page.locator("#prompt .pane-body")).to_contain_text("Typed without a mouse.")
    count += tab_to(page, run_button(page))
    page.keyboard.press("Enter")
    expect(page.locator(".answer[data-phase=done]")).to_be_visible()
    assert count <= MOST

    # What is drawn anew keeps it.
    chips = page.locator(".chips button")
    before = chips.count()
    chips.first.focus()
    page.keyboard.press("Enter")
    expect(chips).to_have_count(before - 1)
    assert focused(page)["tag"] == "BUTTON"  # the chip that came into its place

    # A run that is refused leaves nothing behind that is read or reached.
    question.fill("")
    expect(page.locator("#prompt .missing")).to_be_visible()
    run_button(page).click()
    expect(page.get_by_test_id("toast-body")).to_be_visible()
    expect(page.get_by_role("button", name="Clear")).to_have_count(0)
    assert not [stop["name"] for stop in walk(page) if stop["name"].endswith("Clear")]


def test_each_stop_is_seen_and_marked_and_a_list_that_is_passed_by_changes_nothing(opened: Opened) -> None:
    page = opened()
    for tab, width in (("Playground", 1440), ("Playground", 390), ("Experiments", 1440)):
        page.set_viewport_size({"width": width, "height": 900})
        turn_to(page, tab)
        page.evaluate("document.activeElement.blur()")
        stops = walk(page)
        assert len(stops) > 10
        assert not [stop["name"] for stop in stops if not stop["seen"]]
        assert not [stop["name"] for stop in stops if not stop["outlined"]]
        expect(page.locator("ul[role=listbox]")).to_have_count(0)  # those that were passed have closed

    # Nor what was typed since a list was chosen from: it tells of being left as of a choice.
    turn_to(page, "Models")
    address = page.get_by_label("Base URL")
    pick(page, "Provider", "Another address")
    expect(address).to_have_value("")
    address.fill("http://127.0.0.1:9/v1")
    pass_by(page, "Provider")
    expect(address).to_have_value("http://127.0.0.1:9/v1")
    turn_to(page, "Experiments")
    title = page.locator(".experiment_status h2")
    expect(title).to_contain_text("Six techniques")
    pass_by(page, "Data set")
    expect(title).to_contain_text("Six techniques")
    pick(page, "Edit a column", re.compile("^Zero-shot"))
    template = page.locator("#column-editor").get_by_role("textbox", name=re.compile("^Prompt template"))
    template.fill("Mine: {input}")
    pass_by(page, "Edit a column")
    expect(template).to_have_value("Mine: {input}")


def test_a_list_opens_at_what_is_chosen_and_parts_of_one_thing_are_one_stop(opened: Opened) -> None:
    page = opened()
    technique, lists = page.get_by_label("Technique"), page.locator("ul[role=listbox]")
    technique.focus()
    expect(lists).to_have_count(1)
    expect(lists.get_by_role("option", name="Few-shot")).to_be_in_viewport()  # it opens at what is chosen
    page.keyboard.press("Shift+Tab")
    page.evaluate(AT_REST)
    expect(lists.filter(has_text="Few-shot")).to_have_count(0)
    technique.click()
    page.keyboard.press("Escape")
    expect(lists).to_have_count(0)
    technique.click()
    expect(lists).to_have_count(1)
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    expect(technique).to_have_value("Zero-shot")
    expect(technique).to_be_focused()  # where one was, and not nowhere
    expect(lists).to_have_count(0)
    page.keyboard.press("ArrowDown")
    expect(lists).to_have_count(1)

    # Arrow keys walk over the parts.
    page.keyboard.press("Escape")
    kinds = page.locator("fieldset", has=page.get_by_role("radio")).filter(visible=True).first.get_by_role("radio")
    kinds.first.check()
    for at in (1, 2, 3):  # each choice changes the group
        page.keyboard.press("ArrowRight")
        expect(kinds.nth(at)).to_be_focused()
        expect(kinds.nth(at)).to_be_checked()
    page.keyboard.press("Tab")
    assert not any(kind.evaluate("node => node === document.activeElement") for kind in kinds.all())

    tabs = page.get_by_role("tablist").first.get_by_role("tab")
    tabs.first.focus()
    page.keyboard.press("ArrowRight")
    expect(tabs.nth(1)).to_be_focused()
    expect(tabs.nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("End")
    expect(tabs.last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowRight")
    expect(tabs.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Tab")
    assert focused(page)["tag"] != "BODY"
    assert not any(tab.evaluate("node => node === document.activeElement") for tab in tabs.all())

    offered = page.get_by_role("toolbar", name="Presets", exact=True).get_by_role("button")
    offered.first.focus()
    page.keyboard.press("ArrowRight")
    expect(offered.nth(1)).to_be_focused()


def pick(page: Page, label: str, option: str | re.Pattern[str]) -> None:
    page.get_by_label(label).click()
    page.get_by_role("option", name=option).first.click()


def pass_by(page: Page, label: str) -> None:
    """Tab over a list, and wait until the server has answered all that follows of it."""
    answered = []
    page.get_by_label(label).focus()
    for end in ("requestfinished", "requestfailed"):  # Gradio breaks the stream off when it has all the answers
        page.on(end, lambda request: answered.append(request) if "queue/data" in request.url else None)
    page.keyboard.press("Tab")
    until(page, lambda: bool(answered))
    page.evaluate(AT_REST)
