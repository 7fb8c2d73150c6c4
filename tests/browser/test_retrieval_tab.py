"""The Retrieval tab in a real browser: a PDF is brought, searched and asked, and a citation opens its passage."""

from collections.abc import Callable
from typing import Any

from folded import turn_to
from made_files import pdf
from playwright.sync_api import Page, expect

PageOver = Callable[..., Page]


def bring(page: Page, name: str, content: bytes) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Add a text, Markdown, HTML, PDF or Word file").click()
    chooser.value.set_files({"name": name, "mimeType": "application/pdf", "buffer": content})


def test_a_pdf_is_searched_asked_and_cited(page_over: PageOver, catalog_of: Any) -> None:
    page = turn_to(page_over(catalog_of(lambda *_: "Minka sleeps on the oven [1].")), "Retrieval")
    found, question = page.locator("#found"), page.get_by_label("Question", exact=True)

    # What comes with it: at once, and without a model.
    question.fill("How many steps does the lighthouse have?")
    expect(found.locator(".status")).to_have_text("3 of 16 passages")
    expect(found.locator(".hit").first.locator("mark").first).to_have_text("lighthouse")
    page.get_by_label("number input for Longest passage").fill("200")
    page.get_by_label("number input for Longest passage").press("Tab")
    expect(found.locator(".status")).not_to_have_text("3 of 16 passages")
    page.get_by_role("button", name="Measure the search").click()
    expect(page.locator("#search-quality tbody tr")).to_have_count(3)

    # One's own.
    page.get_by_role("button", name="Documents of your own").click()
    bring(page, "locked.pdf", pdf("Hush", locked=True))
    expect(page.locator(".toast-body")).to_contain_text("\u201clocked.pdf\u201d is locked")
    bring(page, "pets.pdf", pdf("Minka the cat sleeps on the oven."))
    expect(page.locator("#documents-state")).to_contain_text("1 document, 33 characters: \u201cpets\u201d.")
    question.fill("Where does the cat sleep?")
    expect(found.locator(".status")).to_have_text("1 of 1 passages")
    found.get_by_role("button", name="Passage 1 in the document").click()
    expect(found.locator(".piece.found")).to_be_focused()

    # Asked, and cited.
    page.get_by_role("button", name="Ask this in the Playground").click()
    expect(page.locator("#form .of-input textarea").first).to_have_value("Where does the cat sleep?")
    page.locator("#run-button").click()
    answer = page.locator("#answer")
    expect(answer.locator(".status")).to_have_text("Done")
    expect(answer.locator(".rules li")).to_contain_text("Supported")
    answer.get_by_role("button", name="Open passage 1").click()
    expect(answer.locator(".passages p")).to_be_visible()
    expect(answer.locator(".passages p")).to_have_text("pets: Minka the cat sleeps on the oven.")
