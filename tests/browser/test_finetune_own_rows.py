"""The Fine-tune tab in a real browser: rows of one's own are checked and learned from, and the result is probed."""

import random
import re
from collections.abc import Callable
from typing import Any

import pytest
from folded import turn_to
from playwright.sync_api import Page, expect
from tiny_base import tiny_base
from tiny_models import tiny_tokenizer

from playground.backends.base import Request
from playground.backends.catalog import Catalog

PageOver = Callable[..., Page]
pytestmark = pytest.mark.usefixtures("warm_trainings")
TRAINED = 300_000  # milliseconds: a process starts torch, at low priority beside whatever else runs
ROWS = "question,answer\n" + "".join(f"Is number {n} even?,{'yes' if n % 2 == 0 else 'no'}\n" for n in range(40))


@pytest.fixture(scope="module")
def tiny_catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    return tiny_base(tiny_tokenizer(), tmp_path_factory.mktemp("tiny"))


def adds_up(request: Request, rng: random.Random) -> str:
    """Right on some items, by adding what numbers there are."""
    numbers = [int(n) for n in re.findall(r"\d+", request.messages[-1].content)] or [0]
    return f"The answer is {sum(numbers[:2])}."


def test_own_rows_are_checked_learned_and_what_else_came_of_it_is_probed(
    page_over: PageOver, tiny_catalog: Catalog
) -> None:
    page = turn_to(page_over(tiny_catalog, anew=True), "Fine-tune")
    expect(page.get_by_label("Paste rows")).to_be_hidden()
    page.get_by_label("Data", exact=True).click()
    page.get_by_role("option", name="My own rows").click()

    page.get_by_label("Paste rows").fill(ROWS)
    expect(page.locator("#training-rows-state")).to_contain_text("40 rows: input from", timeout=TRAINED)

    # The checks say what there is to know, and show what the loss counts.
    page.get_by_role("button", name="Check the rows").click()
    checks = page.locator("#row-checks")
    expect(checks).to_contain_text("28 rows to learn from", timeout=TRAINED)
    expect(checks).to_contain_text("The answers are 2 labels")
    expect(checks.locator(".token.counted").first).to_be_visible()
    expect(checks.get_by_role("listbox").first).to_contain_text("<|im_start|>user")
    page.get_by_label("Paste rows").fill(f"{ROWS}Is number 40 even?,yes\n")
    expect(checks).not_to_contain_text("rows to learn from", timeout=TRAINED)  # that was of other rows

    # It is trained on, and then probed; what is found stands there after a reload.
    page.get_by_role("button", name="Two minutes").click()
    expect(page.get_by_label("number input for Steps")).to_have_value("60")
    steps = page.get_by_label("number input for Steps", exact=True)
    steps.fill("2")
    steps.press("Tab")
    expect(steps).to_have_value("2")
    page.get_by_role("button", name="Start training").click()
    expect(page.locator(".training_status")).to_contain_text("Done after 2 steps", timeout=TRAINED)
    page.get_by_role("button", name="What else did it do?").click()
    found = page.locator("#probes-found")
    expect(found.locator("caption")).to_have_text(["Forgetting", "Bias", "Calibration"], timeout=TRAINED)
    expect(page.locator("#probes-state")).to_contain_text("Kept with what was learned", timeout=TRAINED)
    expect(found).to_contain_text("What this cannot show")
    page.reload()
    turn_to(page, "Fine-tune")
    expect(found.locator("caption")).to_have_text(["Forgetting", "Bias", "Calibration"], timeout=TRAINED)


def test_right_answers_of_an_experiment_become_rows_to_learn_from(page_over: PageOver, catalog_of: Any) -> None:
    page = turn_to(page_over(catalog_of(adds_up)), "Experiments")
    count = page.get_by_label("Items", exact=True)
    count.fill("5")
    count.press("Tab")
    page.get_by_role("button", name="Run the experiment").click()
    expect(page.locator(".experiment_status[data-phase=done]")).to_be_visible(timeout=TRAINED)
    page.get_by_role("button", name="Learn from the right answers").click()
    expect(page.get_by_role("tab", name="Fine-tune")).to_have_attribute("aria-selected", "true", timeout=TRAINED)
    expect(page.get_by_label("Data", exact=True)).to_have_value("My own rows")
    expect(page.locator("#training-rows-state")).to_contain_text("rows: input from", timeout=TRAINED)

    # A model writes other ones, and a person looks through them: what is unticked is not learned.
    page.get_by_label("Data", exact=True).click()
    page.get_by_role("option", name="Written by a model").click()
    expect(page.get_by_label("Paste rows")).to_be_hidden()
    page.get_by_label("Prompts, one a line").fill("1 and 2?\n3 and 4?\n5 and 6?")
    page.get_by_role("button", name="Write rows").click()
    expect(page.locator("#writing-state")).to_contain_text("3 rows written.", timeout=TRAINED)
    boxes = page.locator("#written-kept").get_by_role("checkbox")
    expect(boxes).to_have_count(3)
    expect(page.locator("#written-kept")).to_contain_text("3 and 4?  \u2192  The answer is 7.")
    page.get_by_label("More examples like mine").check()
    expect(page.get_by_label("Examples, as CSV or JSON lines")).to_be_visible()
    expect(page.get_by_label("Prompts, one a line")).to_be_hidden()
    boxes.nth(1).uncheck()
    page.get_by_role("button", name="Check the rows").scroll_into_view_if_needed()
    expect(boxes.nth(1)).not_to_be_checked()
    expect(boxes.nth(2)).to_be_checked()
