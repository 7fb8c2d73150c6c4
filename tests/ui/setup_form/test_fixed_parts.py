"""What of the form may not be changed is shown as fixed, and checked when it is run."""

import json
from typing import Any

import pytest

from playground import setups
from playground.classroom import assignment as assignments
from playground.errors import InvalidSetup
from playground.ui.setup_form.fixed_parts import check_fixed, fix, read_kept, show

BEGUN = {"strategy": "few_shot", "task": {"input": "Is it kind? {{item}}", "examples": [{"input": "a", "output": "b"}]}}
EXPERIMENT = {"data": {"name": "sentiment"}, "techniques": [{"name": "Plain"}]}


def fixed(may_change: str, **changes: Any) -> dict[str, Any]:
    given = assignments.parse({"experiment": EXPERIMENT, "may_change": may_change, **changes})
    return fix(setups.parse(BEGUN), assignments.fixed_parts(given), "Of your class.", 7.5)


@pytest.mark.parametrize(
    ("may_change", "changed", "wrong"),
    [
        ("prompt", {}, ()),
        ("prompt", {"task": {**BEGUN["task"], "input": "Another {{item}}", "role": "Kind"}}, ()),
        ("prompt", {"sampling": {"seed": 7, "top_logprobs": 3}}, ()),
        ("prompt", {"sampling": {"temperature": 1.5}}, ("sampling",)),
        ("prompt", {"model": "another"}, ("model",)),
        ("prompt", {"strategy": "zero_shot"}, ("strategy",)),
        ("prompt", {"task": {**BEGUN["task"], "answer": "number"}}, ("task", "answer")),
        ("sampling", {"sampling": {"temperature": 1.5}}, ()),
        ("sampling", {"task": {**BEGUN["task"], "input": "Another {{item}}"}}, ("task", "input")),
        ("sampling", {"task": {**BEGUN["task"], "examples": []}}, ("task", "examples")),
        ("everything", {"strategy": "zero_shot", "sampling": {"temperature": 1.5}}, ()),
        ("everything", {"model": "another"}, ("model",)),
    ],
)
def test_what_is_fixed_is_checked(may_change: str, changed: dict[str, Any], wrong: tuple[str, ...]) -> None:
    setup = setups.parse({**BEGUN, **changed})
    if not wrong:
        check_fixed(fixed(may_change), setup)
        return
    with pytest.raises(InvalidSetup, match=r"is fixed here\. Of your class\. Press Work freely") as refused:
        check_fixed(fixed(may_change), setup)
    assert refused.value.path == wrong


def test_nothing_fixed_lets_everything_through_and_shows_nothing() -> None:
    check_fixed(None, setups.parse({}))
    assert show(None) == {}


def test_fixed_fields_are_shown_by_their_names() -> None:
    shown = show(fixed("prompt"))
    assert shown["note"] == "Of your class."
    assert {"model", "adapter", "strategy", "sampling", "answer"} <= {*shown["fixed"]}
    assert not {"input", "role", "examples"} & {*shown["fixed"]}
    two = {**EXPERIMENT, "techniques": [{"name": "One"}, {"name": "Two"}]}
    assert {"input", "role", "sampling"} <= {*show(fixed("prompt", experiment=two, laboratory=True))["fixed"]}


def test_a_browser_keeps_it_and_what_it_never_was_is_nothing() -> None:
    now = fixed("prompt")
    kept = json.loads(json.dumps(now))
    assert read_kept(kept) == now
    assert read_kept({**kept, "parts": [*kept["parts"], "body", "x y"]}) == now
    odd: list[Any] = [None, "", 7, [], {}, {**kept, "more": 1}, {**kept, "setup": {"nonsense": 1}}, {**kept, "why": 3}]
    assert [read_kept(one) for one in (*odd, {**kept, "since": "x"}, {**kept, "why": "x" * 9_999})] == [None] * 10
