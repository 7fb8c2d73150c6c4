"""The plan comes back as the browser kept it, with the columns that are not ticked; of nonsense comes nothing."""

from typing import Any

import gradio as gr
import pytest

from playground import setups
from playground.evaluation import experiments
from playground.ui.experiments import kept_plan
from playground.ui.experiments.kept_plan import KeptPlan, read_kept

PLAN = experiments.parse(
    {
        "title": "Mine",
        "data": {
            "name": "own",
            "items": [{"id": "1", "input": "1 + 1?", "references": ["2"]}],
            "size": 1,
            "shots": 0,
            "answer": "text",
        },
        "techniques": [{"strategy": "zero_shot"}, {"strategy": "chain_of_thought"}, {"strategy": "rereading"}],
        "repetitions": 3,
    }
)
KEPT = {"plan": setups.changed_values(PLAN), "ticked": [0, 2]}


def handler(page: Any, name: str) -> Any:
    return next(f for f in page.fns.values() if f.fn is not None and f.fn.__name__ == name)


def test_the_plan_comes_back_with_what_is_ticked(page: Any) -> None:
    updates = handler(page, "reopen_plan").fn(KEPT, None)
    labelled = {getattr(box, "label", None): update for box, update in updates.items()}
    assert labelled["Data set"] == "own"
    columns = labelled["Columns"]
    assert [title for title, _ in columns["choices"]] == ["Zero-shot", "Chain of thought", "Rereading"]
    assert columns["value"] == [columns["choices"][0][1], columns["choices"][2][1]]
    assert labelled["Repetitions"]["value"] == 3


def test_what_is_kept_is_what_comes_back(page: Any) -> None:
    count = handler(page, "follow_plan")
    reopened = handler(page, "reopen_plan").fn(KEPT, None)
    held = {block: getattr(block, "value", None) for block in count.inputs}
    for block, update in reopened.items():
        if block in held:
            is_update = isinstance(update, dict) and "__type__" in update
            held[block] = update.get("value", held[block]) if is_update else update
    before = count.fn(held, None)
    assert all(value == gr.skip() for box, value in before.items() if isinstance(box, gr.BrowserState))
    (mark,) = [block for block in count.inputs if isinstance(block, gr.Checkbox) and block.label is None]
    held[mark] = True  # all of it has arrived
    (kept,) = [value for box, value in count.fn(held, None).items() if isinstance(box, gr.BrowserState)]
    assert kept == KEPT
    assert read_kept(kept) == KeptPlan(experiment=PLAN, ticked=(0, 2))


@pytest.mark.parametrize("kept", [None, 5, [KEPT], {"plan": None}, {"plan": {"techniques": []}}, {"plan": {"x": 1}}])
def test_what_is_no_plan_changes_nothing(page: Any, kept: Any) -> None:
    assert read_kept(kept) is None
    assert len(handler(page, "reopen_plan").fn(kept, None)) == 1


@pytest.mark.parametrize("ticked", [None, "0", [7], [-1], [True], [{}], [1.0]])
def test_of_odd_ticks_all_columns_are_ticked(ticked: Any) -> None:
    assert read_kept({**KEPT, "ticked": ticked}) == kept_plan.all_ticked(PLAN)
