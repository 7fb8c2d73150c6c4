"""Outputs of one step are called by what they are."""

import pytest

from playground import setups
from playground.types import Step
from playground.ui.language.texts import AsWritten
from playground.ui.run_view.step_groups import Group, label_of, sample_title


@pytest.mark.parametrize(("label", "title"), [("Sample paths", "Path 2"), ("Facts", "Fact 2"), ("Vote", "Vote 2")])
def test_one_of_several_outputs_is_named_after_its_step(label: str, title: str) -> None:
    assert sample_title(Step(label=label, messages=()), 1) == title


def test_a_step_that_a_person_named_like_a_text_of_the_page_keeps_its_name() -> None:
    setup = setups.parse(
        {"strategy": "chaining", "task": {"input": "x", "steps": [{"name": "Answer", "template": "{input}"}]}}
    )
    own, ours = (Group(first=0, steps=(Step(label=label, messages=()),)) for label in ("Answer", "Vote"))
    assert isinstance(label_of(own, setup), AsWritten)
    assert not isinstance(label_of(ours, setup), AsWritten)
