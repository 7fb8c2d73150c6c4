"""The page in German: what it is called, what scripts and handlers say, and the way back to English."""

from collections.abc import Callable

from folded import dismiss, turn_to
from playwright.sync_api import Browser, Page, expect

from playground.backends.catalog import Catalog

Serve = Callable[..., str]


def test_a_german_browser_reads_german_and_may_choose_english(
    serve: Serve, browser: Browser, catalog_of: Callable[..., Catalog]
) -> None:
    faults: list[str] = []
    context = browser.new_context(locale="de-CH", viewport={"width": 390, "height": 844})
    page: Page = context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(serve(catalog_of()))
    run = page.get_by_role("button", name="Ausführen", exact=True)
    expect(run).to_be_enabled()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.locator("#prompt h2")).to_have_text("Was gesendet wird")  # a script's
    expect(page.locator("#prompt .facts").first).to_contain_text("Nachricht")  # a handler's

    # What is sent and answered stays as it was written.
    page.locator("#form .of-input textarea").first.fill("Run")
    expect(page.locator("#prompt .turn").last).to_contain_text("Run")
    run.click()
    expect(page.locator("#answer .status")).to_have_text("Fertig")
    expect(page.locator("#answer .text")).to_contain_text("Run")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

    # A link leads to the tab that it names, whatever the tab is called here.
    page.evaluate("location.hash = 'classroom'")
    expect(page.get_by_role("tab", name="Klasse")).to_have_attribute("aria-selected", "true")
    page.get_by_role("button", name="Beitreten").click()
    expect(page.locator(".toast-body")).to_contain_text("Es gibt keine Klasse mit diesem Code.")
    dismiss(page)
    turn_to(page, "Lernen")
    expect(page.get_by_label("Sprache")).to_have_value("Deutsch")
    expect(page.get_by_role("heading", name="Zuerst vorhersagen")).to_be_visible()

    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("tab", name="Learn")).to_have_attribute("aria-selected", "true")
    turn_to(page, "Playground")
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_enabled()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.url.split("?")[1].startswith("lang=en")
    context.close()
    assert faults == []
