"""What is out of date says which fields were changed, by their labels."""

from typing import Any

import pytest

from playground import setups
from playground.ui.setup_form.changes import changed, out_of_date

BEFORE: dict[str, Any] = {"strategy": "few_shot", "task": {"input": "x", "examples": [{"input": "a", "output": "b"}]}}


@pytest.mark.parametrize(
    ("now", "labels"),
    [
        (BEFORE, ()),
        ({**BEFORE, "task": {**BEFORE["task"], "answer": "number"}}, ("Answer type",)),
        ({**BEFORE, "task": {**BEFORE["task"], "answer": "label", "labels": ["b"]}}, ("Answer type",)),
        ({**BEFORE, "task": {**BEFORE["task"], "input": "y"}, "sampling": {"top_k": 5, "stop": ["."]}},
         ("Input", "Top-k", "Stop strings")),
        ({**BEFORE, "options": {"layout": "block"}}, ("Layout",)),
        # What the other technique does not use, or has as options of its own, is no change of the person's.
        ({"strategy": "self_consistency", "task": {"input": "x"}}, ("Technique",)),
        ({"strategy": "self_consistency", "options": {"form": "few_shot"},
          "task": {"input": "x", "examples": [{"input": "a", "output": "c"}]}}, ("Technique", "Examples")),
        ({"strategy": "zero_shot", "task": {"input": "x"}}, ("Technique",)),
        ({**BEFORE, "model": "other", "adapter": "tuned", "scale": 0.5}, ("Model", "Adapter", "Scale")),
    ],
)  # fmt: skip
def test_what_was_changed_is_named_by_its_label(now: dict[str, Any], labels: tuple[str, ...]) -> None:
    assert changed(setups.parse(BEFORE), setups.parse(now)) == labels


def test_the_note_names_a_few_of_them() -> None:
    before = setups.parse(BEFORE)
    assert out_of_date(before, before) == ""
    assert out_of_date(before, None) == "Out of date: you changed the setup after this run."
    two = {**BEFORE, "sampling": {"top_k": 5, "seed": 1}}
    assert out_of_date(before, setups.parse(two)) == (
        "Out of date: you changed \u201cTop-k\u201d and \u201cSeed\u201d after this run."
    )
    many = {**BEFORE, "sampling": {"top_k": 5, "seed": 1, "min_p": 0.1, "top_p": 0.5, "temperature": 0.0}}
    assert out_of_date(before, setups.parse(many)).endswith("\u201cMin-p\u201d and 1 more after this run.")
