"""What is out of date says which fields were changed, by their labels."""

from typing import Any

import pytest

from playground import setups
from playground.ui.setup_form.changes import describe_staleness, list_changes

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
    assert list_changes(setups.parse(BEFORE), setups.parse(now)) == tuple(f"\u201c{label}\u201d" for label in labels)


def test_the_note_names_a_few_of_them() -> None:
    assert describe_staleness(()) == "Out of date: you changed the setup after this run."
    assert describe_staleness(["a"]) == "Out of date: you changed a after this run."
    assert describe_staleness(["a", "b"]) == "Out of date: you changed a and b after this run."
    assert describe_staleness(list("abcdef")) == "Out of date: you changed a, b, c, d and 2 more after this run."
