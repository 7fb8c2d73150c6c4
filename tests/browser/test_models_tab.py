"""The Models tab in a real browser: what it says of each model, and what cannot be loaded."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from folded import turn_to, unfold
from playwright.sync_api import Page, expect

from playground.backends.catalog import Catalog, ModelEntry
from playground.backends.scripted import ScriptedBackend

PageOver = Callable[..., Page]


def test_the_focus_stays_when_the_list_is_looked_at_again_and_what_cannot_be_loaded_is_said_beside_the_form(
    page_over: PageOver, tmp_path: Path
) -> None:
    backend, about = ScriptedBackend(), "It says what it is told."
    given: dict[str, Any] = {
        "kind": "scripted",
        "load": lambda _: backend,
        "about": about,
        "capabilities": backend.capabilities,
    }
    catalog = Catalog([ModelEntry(name=name, title=name.upper(), **given) for name in ("default", "second")])
    page = turn_to(page_over(catalog), "Models")
    details = page.get_by_label("Details of SECOND")
    details.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text(about).last).to_be_visible()
    list(catalog.open("default"))
    with catalog.keep_loaded("default"):  # which the list says, and so it is drawn anew
        expect(page.locator(".models .model").first).to_contain_text("on it now")
        expect(details).to_be_focused()
        expect(page.get_by_text(about).last).to_be_visible()

    (tmp_path / "pytorch_model.bin").write_bytes(b"pickle")
    unfold(page, "Load a model")
    source = page.get_by_label("Model source")
    for typed, said in [
        ("../up", "leads upwards"),
        (str(tmp_path / "none"), "no folder or file"),
        (str(tmp_path), "can run code"),
    ]:
        source.fill(typed)
        page.get_by_role("button", name="Load the model").click()
        expect(page.locator(".load[data-phase=failed]")).to_contain_text(said)
        expect(source).to_have_value(typed)
    expect(page.locator(".models .model")).to_have_count(2)
