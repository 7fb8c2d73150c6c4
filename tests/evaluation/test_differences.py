"""Word-level differences, put together again, give both texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.evaluation.differences import Segment, differences


@pytest.mark.parametrize(
    ("baseline", "text", "expected"),
    [
        ("", "", []),
        ("same words", "same words", [("same words", "same")]),
        ("", "new", [("new", "added")]),
        ("old", "", [("old", "removed")]),
        (
            "The cat sat.",
            "The dog sat.",
            [("The ", "same"), ("cat", "removed"), ("dog", "added"), (" sat.", "same")],
        ),
        ("Ahoy", "Ahoy!", [("Ahoy", "same"), ("!", "added")]),
    ],
)
def test_segments(baseline: str, text: str, expected: list[tuple[str, str]]) -> None:
    assert differences(baseline, text) == tuple(Segment(*segment) for segment in expected)  # type: ignore[arg-type]


WORDS = st.lists(st.sampled_from(["a", "b", "the", ",", " ", "\n", "é", "🏴"]), max_size=20).map("".join)


@given(WORDS, WORDS)
def test_both_texts_are_in_it(baseline: str, text: str) -> None:
    found = differences(baseline, text)
    assert "".join(s.text for s in found if s.change != "added") == baseline
    assert "".join(s.text for s in found if s.change != "removed") == text
