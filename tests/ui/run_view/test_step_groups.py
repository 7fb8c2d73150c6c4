"""Outputs of one step are called by what they are."""

import pytest

from playground.types import Step
from playground.ui.run_view.step_groups import sample_title


@pytest.mark.parametrize(("label", "title"), [("Sample paths", "Path 2"), ("Facts", "Fact 2"), ("Vote", "Vote 2")])
def test_one_of_several_outputs_is_named_after_its_step(label: str, title: str) -> None:
    assert sample_title(Step(label=label, messages=()), 1) == title
