"""The form as the browser kept it comes back, whatever has become of its model, and of nonsense comes nothing."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from playground import setups
from playground.ui import look
from playground.ui.gate.values import check_outputs
from playground.ui.playground import draft

TABLE = "city, year\nParis, 1900\nRome, 1960"


def reopened(page: Any, kept: Any) -> dict[str, Any]:
    """What a visitor's form is given by label, when the browser sends this."""
    (reopen,) = [f.fn for f in page.fns.values() if f.fn is not None and f.fn.__name__ == "reopen"]
    updates = reopen(kept, None)
    labelled = {getattr(box, "label", None): update for box, update in updates.items()}
    return {
        label: update.get("value") if isinstance(update, dict) else update
        for label, update in labelled.items()
        if label
    }


def test_what_was_typed_stands_in_the_form_again(page: Any) -> None:
    updates = reopened(page, setups.to_dict(setups.parse({"strategy": "role", "task": {"input": "My own question"}})))
    assert (updates["Input"], updates["Technique"]) == ("My own question", "role")


@pytest.mark.parametrize(
    ("variables", "kept_row", "table", "row"),
    [
        (TABLE, None, TABLE, 0),
        (TABLE, 1, TABLE, 1),
        *((TABLE, odd, TABLE, 0) for odd in (2, -1, True, 1.0, "1", [1], {"a": 1})),
        ("no values yet", 1, "", 0),
        (5, 1, "", 0),
        ([TABLE], 1, "", 0),
        (None, 1, "", 0),
    ],
)
def test_the_table_of_values_comes_back_with_the_row_that_was_sent(
    page: Any, variables: Any, kept_row: Any, table: str, row: int
) -> None:
    kept = {"task": {"input": "Where is {{city}}?"}, "variables": variables, "row": kept_row}
    updates = reopened(page, kept)
    assert updates["Input"] == "Where is {{city}}?"
    assert (updates["Table of values"], updates["Row that is sent"]) == (table, row)


def test_each_window_keeps_a_draft_of_its_own_of_all_that_is_kept(page: Any) -> None:
    kept = {box.storage_key for box in page.blocks.values() if isinstance(box, gr.BrowserState)}
    script = (Path(look.__file__).parent / "widgets" / "window_drafts.js").read_text("utf-8")
    (keys,) = re.findall(r"KEYS = \[(.+)\]", script)
    # What somebody has learned and what an assignment fixes are no drafts: they are the same in all windows.
    assert set(re.findall(r'"(.+?)"', keys)) == kept - {"playground-lessons", "playground-fixed"}


FORM = {"task": {"form": "labels", "form_text": "yes\nno"}}


@pytest.mark.parametrize(
    ("kept", "form", "values"),
    [(FORM, True, False), ({**FORM, "variables": TABLE}, True, True), ({"task": {"input": "Hi"}}, False, False)],
)
def test_what_is_filled_is_not_folded_away(page: Any, kept: Any, form: bool, values: bool) -> None:
    by_name = {fn.fn.__name__: fn for fn in page.fns.values() if fn.fn is not None}
    updates = by_name["reopen"].fn(kept, None)
    check_outputs(updates)
    folds = {box.elem_id: update for box, update in updates.items()}
    assert (folds["answer-form"]["open"], folds["variables"]["open"]) == (form, values)
    assert folds["answer-form"]["visible"]


def test_without_its_model_it_is_for_the_default_one(page: Any) -> None:
    updates = reopened(page, {"model": "gone", "adapter": "gone too", "scale": 0.5, "task": {"input": "Mine"}})
    assert (updates["Input"], updates["Model"]) == ("Mine", "default")


def test_only_values_of_our_own_are_kept(page: Any) -> None:
    """What a form sent is checked before a browser gets it back: a number beyond all bounds, or a list in a box."""

    class Typed:
        variables = SimpleNamespace(as_kept=lambda _: {"variables": TABLE})

        def __init__(self, data: Any) -> None:
            self.data = data

        def read_as_typed(self, *_: Any) -> Any:
            return self.data

    good = setups.changed_settings(setups.parse({"task": {"input": "Mine"}}))
    kept = draft.as_kept(Typed({"task": {"input": "Mine"}}), {}, None)  # type: ignore[arg-type]
    assert kept == {**good, "variables": TABLE}
    for odd in ({"adapter": 10**300}, {"task": {"input": {"path": "/etc/passwd"}}}, {"evil": "x"}):
        assert draft.as_kept(Typed(odd), {}, None) == gr.skip()  # type: ignore[arg-type]


@pytest.mark.parametrize("kept", [None, "x", {"task": {"input": 3}}, {"strategy": "none"}, {"modle": "x"}, [1]])
def test_what_is_no_form_changes_nothing(page: Any, kept: Any) -> None:
    assert "Input" not in reopened(page, kept)
