"""The encoder of a search is chosen from what there is: what comes with the playground, what a session connected."""

from typing import Any

import gradio as gr
import pytest

from playground import setups
from playground.settings import Settings
from playground.ui.app import build_app

MINE = "mine/text-embed"


@pytest.fixture
def page(catalog_of: Any) -> Any:
    catalog = catalog_of()
    catalog.library.encoders = {MINE: object()}
    return build_app(Settings(), catalog)


def lists(page: Any) -> list[Any]:
    return [box for box in page.blocks.values() if "of-encoder" in (getattr(box, "elem_classes", None) or ())]


def test_every_form_lists_what_there_is(page: Any) -> None:
    fn = next(fn for fn in page.fns.values() if fn.name == "list_encoders")
    updates = fn.fn(None)
    assert len(lists(page)) >= 3  # the Playground's form, a pane's, an experiment's column
    assert {*updates} == {*lists(page)}
    for box, update in updates.items():
        assert isinstance(box, gr.Dropdown)
        assert update["choices"] == [("all-MiniLM-L6-v2, which comes with the playground", ""), (MINE, MINE)]
        assert "value" not in update  # what is chosen stays


def test_one_that_is_not_there_is_shown_as_the_setup_names_it(page: Any) -> None:
    gone = setups.to_dict(setups.parse({"strategy": "retrieval", "options": {"encoder": "gone/embed"}}))
    fill = next(fn for fn in page.fns.values() if fn.name == "fill" and fn.fn.__module__ == "playground.ui.app")
    shown = {box: update for box, update in fill.fn(gone, None).items() if box in lists(page)}
    assert [update["value"] for update in shown.values()] == ["gone/embed"]
    assert all(box.allow_custom_value for box in shown)
