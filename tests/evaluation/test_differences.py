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


def test_a_model_that_repeats_itself_does_not_hold_up_the_page() -> None:
    """All of 20,000 words are frequent: compared one by one this takes hours."""
    before, after = "the cat sat " * 6000 + "alone", "the cat ran on " * 5000 + "alone"
    found = differences(before, after)
    assert "".join(s.text for s in found if s.change != "added") == before
    assert found[-1] == Segment(" alone", "same")
    assert differences(before, before) == (Segment(before, "same"),)
    assert differences(before, before + " more")[0] == Segment(before, "same")


def test_long_texts_are_compared_word_by_word() -> None:
    words = [f"w{i}" for i in range(1000)]
    other = [*words[:500], "new", *words[501:]]
    found = differences(" ".join(words), " ".join(other))
    assert [s.text for s in found if s.change != "same"] == ["w500", "new"]


WORDS = st.lists(st.sampled_from(["a", "b", "the", ",", " ", "\n", "é", "🏴"]), max_size=20).map("".join)


@given(WORDS, WORDS)
def test_both_texts_are_in_it(baseline: str, text: str) -> None:
    found = differences(baseline, text)
    assert "".join(s.text for s in found if s.change != "added") == baseline
    assert "".join(s.text for s in found if s.change != "removed") == text
