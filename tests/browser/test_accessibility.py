"""Whoever cannot see the page can use all of it: axe over every tab, in both schemes, wide and narrow."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from axe_playwright_python.base import AXE_SCRIPT
from folded import AT_REST, load_preset, turn_to
from playwright.sync_api import Page, expect

Opened = Callable[..., Page]
WIDTHS = {"desktop": 1440, "phone": 390}
RESULTS = ("Items", "Paths", "Price", "Calibration")  # beside the ladder, which shows first
TALL = 3000  # pixels: what sticks to the edge of a window covers nothing then
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
TABS = (
    "Playground",
    "Chat",
    "Compare",
    "Sampling",
    "Retrieval",
    "Models",
    "Experiments",
    "Fine-tune",
    "Learn",
    "Classroom",
)
CONTRAST = "color-contrast"  # takes two thirds of the time that all rules take
BARS = "#actions, .going, .halves > .seeing"  # what alone has colours of its own in a narrow window
# What other parts have a colour under a condition of the window's width.
OTHER_COLOURS = """(bars) => {
  const of = (rules, narrow) => [...rules].flatMap((rule) => {
    if (!rule.style) return of(rule.cssRules ?? [], narrow || /width/.test(rule.conditionText ?? ""));
    const coloured = [...rule.style].some((name) => /^(color|background-color|fill|opacity|filter)$/.test(name));
    return narrow && coloured ? [...document.querySelectorAll(rule.selectorText)] : [];
  });
  return [...document.styleSheets].flatMap((sheet) => of(sheet.cssRules, false)).filter((part) => !part.closest(bars))
    .map((part) => part.outerHTML.slice(0, 160));
}"""
# Tabs that are not open are emptied meanwhile: axe goes through all there is, and a tenth of it is in sight.
AXE = """async ([bars, options]) => {
  const parts = [...document.querySelectorAll(bars)].filter((part) => part.getClientRects().length);
  if (!parts.length) return { violations: [] };
  const closed = [...document.querySelectorAll("[role=tabpanel]")].filter((tab) => !tab.getClientRects().length);
  const contents = closed.map((tab) => [...tab.childNodes]);
  for (const tab of closed) tab.replaceChildren();
  try {
    return await axe.run({ include: parts }, options);
  } finally {
    closed.forEach((tab, at) => tab.replaceChildren(...contents[at]));
  }
}"""
Scheme = Literal["light", "dark"]


def violations(page: Page, where: str, *, narrow: bool = False) -> list[str]:
    """What axe finds on what is in sight, in both schemes; colours alone differ between the two. They do not with the
    width, but for some bars: elsewhere, those of a narrow page have been looked at on the wide one."""
    page.keyboard.press("Tab")  # only then is the page laid out for the keyboard
    colours = BARS if narrow else "html"
    found = run_axe(page, "light", f"{where}, light", "html", without={CONTRAST: {"enabled": False}} if narrow else {})
    for scheme in ("light", "dark") if narrow else ("dark",):
        found += run_axe(page, scheme, f"{where}, {scheme}", colours, only=[CONTRAST])
    return found


def run_axe(
    page: Page, scheme: Scheme, where: str, parts: str, *, only: Sequence[str] = (), without: Mapping[str, Any] = {}
) -> list[str]:
    """What axe finds in these parts: by all rules but some, or by a few alone."""
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.evaluate(AT_REST)
    rules = {"type": "rule", "values": only} if only else {"type": "tag", "values": RULES}
    said = page.evaluate(
        AXE, [parts, {"runOnly": rules, "rules": without, "resultTypes": ["violations"], "elementRef": False}]
    )
    return [
        f"{where}: {rule['id']}: {node['target']} {node['html'][:160]} {node['failureSummary'][:300]}"
        for rule in said["violations"]
        for node in rule["nodes"]
    ]


def fill(page: Page) -> None:
    """Something to look at in every tab, with everything unfolded."""
    turn_to(page, "Playground")
    load_preset(page, "word_problem_vote")
    expect(page.locator("#prompt .pane-body")).to_contain_text("How many are left?")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator(".answer[data-phase=done]")).to_be_visible()
    turn_to(page, "Chat")
    page.get_by_label("Your message").fill("What is the answer?")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#chat .said.assistant > .facts")).to_contain_text("token")
    expect(page.get_by_role("button", name="Send")).to_be_enabled()
    page.get_by_role("button", name="Answer again").click()
    expect(page.locator("#chat .branches li")).to_have_count(3)
    turn_to(page, "Compare")
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.locator(".comparison[data-phase=done]")).to_be_visible()
    expect(page.locator(".shifts .token").first).to_be_visible()
    turn_to(page, "Sampling")
    page.get_by_role("button", name="Read the next token").click()
    expect(page.locator("#next-token .candidates li")).to_have_count(8)
    page.get_by_role("button", name="Run the sweep").click()
    expect(page.locator(".sweep_map[data-phase=done]")).to_be_visible()
    page.locator(".heat-cell").first.click()
    turn_to(page, "Retrieval")
    page.get_by_label("Question", exact=True).fill("How many steps does the lighthouse have?")
    expect(page.locator("#found .hit mark").first).to_be_visible()
    page.get_by_role("button", name="Measure the search").click()
    expect(page.locator("#search-quality tbody tr")).to_have_count(3)
    turn_to(page, "Models")
    expect(page.locator(".tuned")).to_have_count(1)
    turn_to(page, "Experiments")
    page.get_by_label("Items", exact=True).fill("8")
    page.get_by_label("Items", exact=True).press("Tab")
    page.get_by_role("button", name="Run the experiment").click()
    expect(page.locator(".experiment_status[data-phase=done]")).to_be_visible()
    page.get_by_label("Edit a column").click()
    page.get_by_role("option", name="Zero-shot").first.click()
    expect(page.locator("#column-editor")).to_be_visible()
    turn_to(page, "Items")
    page.locator(".item-cell").first.click()
    expect(page.locator("#experiment-steps .output").first).to_be_visible()
    turn_to(page, "Learn")
    page.get_by_text("Notes for the teacher").click()
    page.get_by_label("Only the question").check()
    page.get_by_label("Your number").fill("30")
    page.get_by_role("button", name="Try it").click()
    expect(page.locator("#after-trial")).to_be_visible()


def look_at_all(page: Page, what: str, size: str, further: Sequence[str] = ()) -> list[str]:
    """What is found on all tabs in a window of this size; on `further` ones of the experiments too."""
    page.set_viewport_size({"width": WIDTHS[size], "height": TALL})
    page.evaluate(AT_REST)
    found = []
    for tab in TABS:
        for part in (tab, *(further if tab == "Experiments" else ())):
            found += violations(turn_to(page, part), f"{part}, {what}, {size}", narrow=size == "phone")
    assert not page.evaluate(OTHER_COLOURS, BARS)
    return found


def test_axe_finds_nothing_on_an_empty_page_nor_on_one_with_results(opened: Opened) -> None:
    page = opened(height=TALL)
    page.evaluate(AXE_SCRIPT)
    found = look_at_all(page, "empty", "desktop")
    fill(page)
    found += look_at_all(page, "with results", "desktop", RESULTS)
    found += look_at_all(page, "with results", "phone")  # an empty page has no layout of its own there
    assert not found, "\n".join(found)
