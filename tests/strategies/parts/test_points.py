"""Points are read out of lists as models write them, and never more than wanted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.strategies.parts.points import read_points
from playground.types import Completion

READ = [
    ("1. Rest\n2. Sport", ("Rest", "Sport")),
    ("Sure! Here they are:\n\n1) Rest\n\n2) Sport\n\nGood luck!", ("Rest", "Sport")),
    ("Step 1: Rest\nStep 2: Sport", ("Rest", "Sport")),
    ("1. **Rest:**\n   - nap\n   - sit\n2. **Sport**", ("Rest", "Sport")),
    ("- Rest\n* Sport\n\u2022 Food", ("Rest", "Sport", "Food")),
    ("Here they are:\nRest\nSport", ("Rest", "Sport")),
    ("Rest", ("Rest",)),
    ("What comes first:", ("What comes first",)),
    ("1. Rest\n1. Rest\n2. Sport", ("Rest", "Sport")),
    ("1. 3.5 apples\n2. 4 pears", ("3.5 apples", "4 pears")),
    ("3.5 apples are left", ("3.5 apples are left",)),
    ("<think>1. No</think>1. Yes", ("Yes",)),
    ("<think>1. No", ()),
    ("1.\n2.", ("1.", "2.")),
    ("", ()),
]


@pytest.mark.parametrize(("text", "points"), READ)
def test_points_are_read_as_they_are_written(text: str, points: tuple[str, ...]) -> None:
    assert read_points(Completion(text=text, finish_reason="stop"), 8) == points


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("1. Rest\n2. Spo", ("Rest",)),
        ("1. Res", ("Res",)),
        ("1. Rest\n2. Sport\n\nBoth of them wi", ("Rest", "Sport")),
        ("1. Rest\n2. Sport\n3. Fo", ("Rest", "Sport")),
    ],
)
def test_a_point_that_was_cut_off_is_left_out_unless_it_is_the_only_one(text: str, points: tuple[str, ...]) -> None:
    assert read_points(Completion(text=text, finish_reason="length"), 2) == points


@given(st.text(alphabet="1a2.)-* :\n\u2022\t_"), st.integers(1, 5), st.sampled_from(["stop", "length", None]))
def test_no_reply_gives_more_than_wanted_or_an_empty_point(text: str, most: int, ending: object) -> None:
    points = read_points(Completion(text=text, finish_reason=ending), most)  # type: ignore[arg-type]
    assert len(points) <= most
    assert all(point.strip() for point in points)
    assert len({*points}) == len(points)
