"""What was prepared to compare comes back as the browser kept it, in values of our own; of nonsense comes nothing."""

from collections.abc import Mapping
from typing import Any

import gradio as gr
import pytest

from playground import setups
from playground.ui.compare import panes
from playground.ui.handlers.drafts import keep

ROWS = panes.value([{"model": "default"}, {"model": "default", "technique": "rereading"}], 1)
KEPT: dict[str, Any] = {
    "setup": setups.changed_settings(setups.parse({"strategy": "role", "task": {"input": "Mine?", "role": "A judge"}})),
    "rows": panes.short_value(ROWS, 12),
    "repeating": {"repetitions": 7, "reference": "Yes"},
    "prompts": "one\ntwo",
    "blind": True,
}


def handler(page: Any, name: str) -> Any:
    (found,) = [f for f in page.fns.values() if f.fn is not None and f.fn.__name__ == name]
    return found


def value_of(update: Any) -> Any:
    return update.get("value") if isinstance(update, Mapping) and "__type__" in update else update


def reopened(page: Any, kept: Any) -> dict[Any, Any]:
    """New values by component, where there are any."""
    updates = handler(page, "reopen_comparison").fn(kept, None)
    return {box: value_of(update) for box, update in updates.items() if value_of(update) is not None}


def test_panes_prompts_and_settings_stand_in_the_form_again(page: Any) -> None:
    updates = reopened(page, KEPT)
    labelled = {getattr(box, "label", None): value for box, value in updates.items()}
    assert (labelled["Prompt"], labelled["Technique"], labelled["Role"]) == ("Mine?", "role", "A judge")
    assert (labelled["Repetitions"], labelled["Reference answer"]) == (7, "Yes")
    assert (labelled["Prompts"], labelled["Rate blind"]) == ("one\ntwo", True)
    assert ROWS in updates.values()


def test_what_is_kept_is_what_comes_back(page: Any) -> None:
    """The handler that looks at the form gives the browser what the other one reads."""
    look = next(f for f in page.fns.values() if any(isinstance(o, gr.BrowserState) and
                o.storage_key == "playground-comparison" for o in f.outputs))  # fmt: skip
    opened = {block: getattr(block, "value", None) for block in look.inputs}
    held = opened | {block: value for block, value in reopened(page, KEPT).items() if block in opened}
    (mark,) = [block for block in look.inputs if isinstance(block, gr.Checkbox) and block.label is None]
    for filled, expected in ((False, gr.skip()), (True, KEPT)):
        (kept,) = [v for box, v in look.fn({**held, mark: filled}, None).items() if isinstance(box, gr.BrowserState)]
        assert kept == expected


@pytest.mark.parametrize(
    "odd",
    [
        None, [1], "x", {}, {"unknown": 1}, {"setup": {"strategy": "none"}}, {"rows": {"panes": [{"model": "m"}] * 99}},
        {"rows": {"panes": [{"evil": 1}], "baseline": 0}}, {"repeating": {"repetitions": 10**9}}, {"prompts": ["x"]},
    ],
)  # fmt: skip
def test_what_is_no_form_changes_nothing(page: Any, odd: Any) -> None:
    updates = reopened(page, {**KEPT, **odd} if isinstance(odd, dict) and odd else odd)
    assert not updates


@pytest.mark.parametrize("odd", [False, None, 1, "true", [True]])
def test_a_mixture_of_what_comes_back_and_what_stood_there_is_not_kept(odd: Any) -> None:
    """Values arrive in a form one by one; a page that is left meanwhile would have lost the rest."""
    assert keep(odd, KEPT) == gr.skip()
    assert keep(True, KEPT) == KEPT
    assert keep(True, gr.skip()) == gr.skip()


def test_whatever_a_browser_keeps_of_a_form_waits_until_it_has_been_filled(page: Any) -> None:
    """Each handler that writes it is sent the form's mark, which is set when the page has put back what was kept."""
    no_forms = {"playground-lessons", "playground-fixed"}  # progress, and what an assignment fixes, each one value
    writers = [
        f
        for f in page.fns.values()
        if f.fn and any(isinstance(o, gr.BrowserState) and o.storage_key not in no_forms for o in f.outputs)
    ]
    marks = {b._id: b for f in writers for b in f.inputs if isinstance(b, gr.Checkbox) and b.label is None}
    kept = {o.storage_key for f in writers for o in f.outputs if isinstance(o, gr.BrowserState)}
    assert kept == {"playground-draft", "playground-comparison", "playground-plan", "playground-chat"}
    assert len(marks) == len(kept)
    for writer in writers:
        assert [b for b in writer.inputs if b._id in marks], writer.name
    for mark in marks.values():
        (sets,) = [f for f in page.fns.values() if [o._id for o in f.outputs] == [mark._id]]
        assert sets.trigger_after is not None
        assert page.fns[sets.trigger_after].fn.__name__.startswith("reopen")


@pytest.mark.parametrize(
    ("typed", "asked"),
    [("", "Its own"), ("  ", "Its own"), ("What is the capital of France?", "Its own"), ("Mine?", None)],
)
def test_a_pane_more_leaves_the_prompt_that_a_person_typed(page: Any, typed: str, asked: str | None) -> None:
    """What came with the page, or with a pane before, makes room for what the new pane asks."""
    take = next(
        fn
        for fn in page.fns.values()
        if fn.name == "take" and any(getattr(box, "label", None) == "Prompt" for box in fn.outputs)
    )
    rows, prompt = take.outputs
    held = {box: getattr(box, "value", None) for box in take.inputs}
    question = next(box for box in take.inputs if getattr(box, "label", None) == "Input")
    added = take.fn({**held, prompt: typed, question: "Its own"}, None)
    assert len(added[rows]["panes"]) == len(held[rows]["panes"]) + 1
    assert value_of(added.get(prompt)) == asked
    again = take.fn({**held, rows: added[rows], prompt: asked or typed, question: "Another"}, None)
    assert value_of(again.get(prompt)) == ("Another" if asked else None)
