"""Opening what is folded away, as a person would.

Gradio puts the values into the widgets of a tab or accordion a frame after they show; nobody types that fast.
"""

from playwright.sync_api import Page

TWO_FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done())))"


def unfold(page: Page, title: str) -> None:
    """Open an accordion."""
    page.get_by_text(title, exact=True).click()
    page.evaluate(TWO_FRAMES)


def turn_to(page: Page, tab: str) -> Page:
    """Open a tab."""
    page.get_by_role("tab", name=tab, exact=True).click()
    page.evaluate(TWO_FRAMES)
    return page
