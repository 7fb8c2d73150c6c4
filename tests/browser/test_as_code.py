"""What the form holds is shown as code when that is opened, and for another program when one is chosen."""

from collections.abc import Callable
from typing import Any

from folded import load_preset, unfold
from playwright.sync_api import Page, expect
from test_journeys import question

PageOver = Callable[..., Page]


def test_a_setup_is_shown_as_code_and_a_comparison_is_saved_as_one_script(page_over: PageOver, catalog_of: Any) -> None:
    page = page_over(catalog_of())
    load_preset(page, "empty")
    question(page).fill("Name a `river`: <b>$$x$$</b> ``` *now*.")
    unfold(page, "As code")
    code = page.locator("#code")
    expect(code).to_contain_text("OPENAI_API_KEY")
    expect(code).to_contain_text('TASK = Task(input="Name a `river`: <b>$$x$$</b> ``` *now*.")')
    page.get_by_label("curl").check()
    expect(code).to_contain_text("chat/completions")
    with page.expect_download() as download:
        page.get_by_text("Download the code").click()
    assert download.value.suggested_filename == "prompt.sh"
    assert '"content": "Name a `river`: <b>$$x$$</b> ``` *now*."' in download.value.path().read_text("utf-8")

    page.get_by_role("tab", name="Compare").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as Python, with openai").click()
    assert download.value.suggested_filename == "comparison.py"
    script = download.value.path().read_text("utf-8")
    assert "=== A: " in script
    assert "=== B: " in script
    page.get_by_role("button", name="Save as Python, with transformers").click()
    expect(page.get_by_text("is no model whose weights this machine has")).to_be_visible()
