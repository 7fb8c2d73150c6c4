"""The Retrieval tab in a real browser: a PDF is brought, searched and asked, and a citation opens its passage."""

import json
import re
from collections.abc import Callable
from typing import Any

from faulty import Handler, fine, listing, serving
from folded import load_preset, turn_to
from made_files import pdf
from playwright.sync_api import Page, expect

PageOver = Callable[..., Page]


def vectors_or_words(handler: Handler) -> None:
    """A server that has a model of each kind."""
    if not handler.path.endswith("/embeddings"):
        return fine(handler)
    rows = [{"embedding": [1 + text.count(letter) for letter in "etaoinshr"]} for text in handler.seen.body["input"]]
    handler.reply(200, json.dumps({"data": rows}))
    return None


def bring(page: Page, name: str, content: bytes) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Add a text, Markdown, HTML, PDF or Word file").click()
    chooser.value.set_files({"name": name, "mimeType": "application/pdf", "buffer": content})


def test_documents_are_filtered_and_a_pdf_is_searched_asked_and_cited(page_over: PageOver, catalog_of: Any) -> None:
    page = turn_to(page_over(catalog_of(lambda *_: "Minka sleeps on the oven [1].")), "Retrieval")
    found, question = page.locator("#found"), page.get_by_label("Question", exact=True)

    # What comes with it: at once, and without a model.
    question.fill("How many steps does the lighthouse have?")
    expect(found.locator(".status")).to_have_text("3 of 16 passages")
    expect(found.locator(".hit").first.locator("mark").first).to_have_text("lighthouse")

    # Kept to some of the documents, on a phone.
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("button", name="Only some of the documents").click()
    page.get_by_label("Only these kinds").click()
    page.get_by_role("option", name="staying").click()
    expect(found.locator(".status")).to_have_text("3 of 5 passages")
    expect(found.locator(".hit header").first).to_contain_text("staying")
    expect(found.get_by_text("left out by the filter").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 1
    inner = page.evaluate("[...document.querySelectorAll('#found, .seeing')].map(e => e.scrollHeight - e.clientHeight)")
    assert max(inner) <= 2  # the page scrolls, and no frame in it

    # Filters are those of the collection; the question goes on with them.
    page.get_by_role("button", name="Ask this in the Playground").click()
    expect(page.locator("#form .of-kinds textarea").first).to_have_value("staying")
    turn_to(page, "Retrieval")
    page.get_by_label("Search in").click()
    page.get_by_role("option", name="Manual of a coffee machine").click()
    expect(page.locator("button[aria-label='Remove staying'], .token:has-text('staying')")).to_have_count(0)
    expect(found.locator(".status")).to_contain_text("of 10 passages")

    page.set_viewport_size({"width": 1440, "height": 900})
    before = found.locator(".status").inner_text()
    longest = page.get_by_label("number input for Longest passage").locator("visible=true")
    longest.fill("200")
    longest.press("Tab")
    expect(found.locator(".status")).not_to_have_text(before)
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


def test_what_the_documents_do_not_say_is_told_and_stands_in_a_pane_and_in_an_experiment(
    page_over: PageOver, catalog_of: Any
) -> None:
    page = page_over(catalog_of(lambda *_: "The documents do not say."), bundled=True)
    load_preset(page, "may_abstain")
    page.locator("#run-button").click()
    answer = page.locator("#answer")
    expect(answer).to_contain_text("It says that the documents do not answer it.")
    expect(answer.locator(".rules li")).to_have_count(0)  # it claims nothing

    turn_to(page, "Compare")
    page.get_by_role("button", name="Add the Playground\u2019s setup as a pane").click()
    expect(page.get_by_role("group", name="Pane C")).to_contain_text("The Playground\u2019s: Retrieval")
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.locator(".comparison[data-phase=done]")).to_be_visible()
    side = page.locator(".comparison .side").nth(2)
    expect(side.locator(".text")).to_have_text("The documents do not say.")
    side.get_by_role("button", name="Steps and messages").click()
    expect(page.locator("#compare-steps .step")).to_have_count(2)
    expect(page.locator("#compare-steps .step").first).to_contain_text("[1] ")

    turn_to(page, "Experiments")
    page.get_by_role("button", name="Techniques", exact=True).click()
    page.get_by_role("button", name=re.compile("^Documents: does the search fail")).click()
    expect(page.locator("#columns-asked").get_by_role("checkbox")).to_have_count(5)
    page.get_by_label("Items", exact=True).fill("3")
    page.get_by_label("Items", exact=True).press("Tab")
    expect(page.locator("#estimate")).to_contain_text("15 answers")
    page.get_by_role("button", name="Run the experiment").click()
    expect(page.locator(".experiment_status[data-phase=done]")).to_be_visible()
    expect(page.locator("#ladder-table tbody tr")).to_have_count(5)


def test_nothing_is_sent_to_an_endpoint_before_somebody_asks_for_it(page_over: PageOver, catalog_of: Any) -> None:
    with serving() as server:
        server.models, server.fault = listing({"id": "tiny"}, {"id": "text-embed"}), vectors_or_words
        page = turn_to(page_over(catalog_of()), "Retrieval")
        expect(page.get_by_label("Vectors from")).to_be_hidden()
        turn_to(page, "Models")
        page.get_by_label("Provider").click()
        page.get_by_role("option", name="Another address").click()
        expect(page.get_by_label("Base URL")).to_have_value("")
        page.get_by_label("Base URL").fill(server.url)
        page.get_by_role("textbox", name=re.compile("^Name Its models")).fill("mine")
        page.get_by_role("button", name="Connect", exact=True).click()
        expect(page.locator("#connected")).to_contain_text("mine")
        turn_to(page, "Retrieval")
        page.get_by_label("Vectors from").click()
        page.get_by_role("option", name=re.compile("text-embed")).click()
        page.get_by_label("Question", exact=True).fill("How many steps does the lighthouse have?")
        status = page.locator("#found .status")
        expect(status).to_contain_text("16 passages with")
        assert not [seen for seen in server.seen if seen.path.endswith("/embeddings")]
        page.get_by_role("button", name="Make the vectors").click()
        expect(status).to_have_text("3 of 16 passages")
        assert len([seen for seen in server.seen if seen.path.endswith("/embeddings")]) == 2

        # The technique offers the same ones wherever it stands.
        turn_to(page, "Playground")
        page.get_by_label("Technique").click()
        page.get_by_role("option", name="Retrieval", exact=True).click()
        encoder = page.locator("#form .of-encoder input").first
        expect(encoder).to_have_value("all-MiniLM-L6-v2, which comes with the playground")
        encoder.click()
        page.get_by_role("option", name="mine/text-embed").click()
        expect(encoder).to_have_value("mine/text-embed")
