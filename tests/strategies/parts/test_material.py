"""Material is fenced by a marker that stands in neither text, and nothing of it is lost or looked at."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.strategies.parts.material import MARKERS, marker_of, with_material
from playground.types import Task

TEXTS = st.lists(st.sampled_from([*MARKERS, "#", '"', "=", "~", "*", "word", "\n", "{input}", "{material}"])).map(
    "".join
)


@pytest.mark.parametrize(
    ("task", "marker"),
    [
        ({"material": ""}, ""),
        ({"material": " \n\t"}, ""),
        ({"material": "text"}, '"""'),
        ({"material": 'a """docstring"""'}, "###"),
        ({"input": 'Mind the """', "material": "# Heading\n### Third"}, "==="),
        ({"input": "a === b", "material": '"""### ~~~ ***'}, "####"),
        ({"input": "a === b", "material": '"""~~~ *** #######'}, "########"),
    ],
)
def test_the_marker_is_the_first_that_stands_in_neither_text(task: dict[str, Any], marker: str) -> None:
    assert marker_of(Task(**task)) == marker


def test_the_fence_stands_tight_around_the_text() -> None:
    asked = with_material(Task(input="Sum up.", material="\n\n  One.\n\nTwo. \n", role="You edit."))
    assert asked == Task(input='Sum up.\n\n"""\n  One.\n\nTwo. \n"""', role="You edit.")


def test_without_material_the_task_stays_as_it_is() -> None:
    assert with_material(Task(input="Why? {marker}")) == Task(input="Why? {marker}")
    assert with_material(Task(input="Why?", material=" \n")) == Task(input="Why?")


@given(TEXTS, TEXTS)
def test_any_text_can_be_taken_out_of_its_fence_again(question: str, material: str) -> None:
    task = Task(input=question, material=material)
    marker, sent = marker_of(task), with_material(task).input
    if not material.strip():
        assert (marker, sent) == ("", question)
        return
    assert marker not in question
    assert marker not in material
    before, inside, after = sent.split(f"\n{marker}")
    assert (before, inside, after) == (f"{question}\n", f"\n{material.strip(chr(10))}", "")
