"""Pairs to rate blind, and what ratings say: who was preferred how often, and whether that is more than chance."""

import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground import setups
from playground.evaluation.preferences import (
    BlindPair,
    Choice,
    Preference,
    Rating,
    blind_pairs,
    preference_sentence,
    preferences,
)
from playground.evaluation.prompt_table import PromptRow
from playground.types import Run

SETUP = setups.parse({"task": {"input": "?"}})
TITLES = ("A \u00b7 Plain", "B \u00b7 Fancy", "C \u00b7 Role")
ANSWERS = st.lists(st.lists(st.sampled_from(["", "a", "b", "c", "-", "..."]), min_size=3, max_size=3), max_size=6)


def run(answer: str) -> Run:
    """One that ended with this answer; "-" failed, "..." was stopped half way."""
    status = {"-": "failed", "...": "stopped"}.get(answer, "done")
    return Run(setup=SETUP, status=status, answer=answer)  # type: ignore[arg-type]  # one of those that there are


def rows(*answers: str | list[str], same_prompt: bool = False) -> tuple[PromptRow, ...]:
    lists = [words.split() if isinstance(words, str) else words for words in answers]
    return tuple(
        PromptRow("one" if same_prompt else f"prompt {at}", tuple(map(run, words))) for at, words in enumerate(lists)
    )


def rated(choices: str, left: int = 0, right: int = 1) -> list[Rating]:
    """Ratings in short: l, t and r."""
    words: dict[str, Choice] = {"l": "left", "t": "tie", "r": "right"}
    return [
        Rating(pair=BlindPair(row=at, left=left, right=right), choice=words[letter])
        for at, letter in enumerate(choices)
    ]


@given(ANSWERS, st.integers(0, 2**32 - 1))
def test_every_two_answers_that_differ_are_rated_once(answers: list[list[str]], seed: int) -> None:
    pairs = blind_pairs(rows(*answers), seed)
    found = Counter((pair.row, *sorted((pair.left, pair.right))) for pair in pairs)
    wanted = {
        (at, a, b)
        for at, row in enumerate(answers)
        for a, b in itertools.combinations(range(3), 2)
        if row[a] != row[b] and not {row[a], row[b]} & {"-", "..."}
    }
    assert found == Counter(wanted)
    assert pairs == blind_pairs(rows(*answers), seed)


def test_order_and_sides_are_left_to_chance() -> None:
    table = rows(*["a b c"] * 40)
    first, second = blind_pairs(table, 1), blind_pairs(table, 2)
    assert first != second
    assert len(first) == len(second) == 120
    assert [pair.row for pair in first] != sorted(pair.row for pair in first)
    for pairs in (first, second):
        for panes in itertools.combinations(range(3), 2):
            sides = [pair.left < pair.right for pair in pairs if {pair.left, pair.right} == set(panes)]
            assert 8 <= sum(sides) <= 32, "of 40, one side is as likely as the other"


def test_the_same_two_answers_to_one_prompt_are_rated_once() -> None:
    assert len(blind_pairs(rows("a b", "a b", "a c", same_prompt=True), 0)) == 2
    assert len(blind_pairs(rows("a b", "b a", same_prompt=True), 0)) == 2  # from the other pane each
    assert len(blind_pairs(rows("a b", "a b"), 0)) == 2  # to another prompt


@pytest.mark.parametrize(
    ("left", "right", "choice", "preferred"),
    [(0, 1, "left", 0), (1, 0, "left", 1), (0, 1, "right", 1), (1, 0, "right", 0), (1, 0, "tie", None)],
)
def test_a_rating_prefers_the_pane_on_its_side(left: int, right: int, choice: Choice, preferred: int | None) -> None:
    assert Rating(pair=BlindPair(row=0, left=left, right=right), choice=choice).preferred == preferred


@given(st.lists(st.tuples(st.permutations([0, 1, 2]), st.sampled_from("ltr")), max_size=40))
def test_every_rating_is_counted_once_whichever_side_it_stood_on(said: list[tuple[list[int], str]]) -> None:
    ratings = [one for order, letter in said for one in rated(letter, *order[:2])]
    found = preferences(ratings)
    assert sum(one.wins + one.ties + one.losses for one in found) == len(ratings)
    assert all(one.first < one.second for one in found)
    for one in found:
        of = [r for r in ratings if {r.pair.left, r.pair.right} == {one.first, one.second}]
        assert one.wins == sum(r.preferred == one.first for r in of)
        assert one.losses == sum(r.preferred == one.second for r in of)
        assert (one.share is None) == (one.decided == 0)
        if one.share is not None and one.low is not None and one.high is not None:
            assert one.low <= one.share <= one.high
    mirrored = [
        Rating(
            pair=BlindPair(row=r.pair.row, left=r.pair.right, right=r.pair.left),
            choice={"left": "right", "tie": "tie", "right": "left"}[r.choice],  # type: ignore[arg-type]
        )
        for r in ratings
    ]
    assert preferences(mirrored) == found


def test_ties_are_counted_and_left_out_of_share_and_test() -> None:
    (one,) = preferences(rated("lllrtttt"))
    assert (one.wins, one.ties, one.losses, one.share) == (3, 4, 1, 0.75)
    assert one.p == pytest.approx(0.625)  # both tails of 3 or more in 4
    assert preferences(rated("lllr"))[0].p == one.p


def test_several_pairs_of_panes_are_adjusted_together() -> None:
    found = preferences([*rated("llllllllr", 0, 1), *rated("llllllllr", 0, 2), *rated("tt", 1, 2)])
    assert [(one.first, one.second) for one in found] == [(0, 1), (0, 2), (1, 2)]
    assert [one.adjusted for one in found] == [pytest.approx(0.078125), pytest.approx(0.078125), None]
    assert "the interval leaves out 50 %, but unlike p it does not allow for 2 comparisons" in preference_sentence(
        found[0], TITLES
    )


SUFFICES, DOES_NOT = "The evidence suffices to prefer", "the evidence does not suffice to prefer one"


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        (
            "lllll",
            "A \u00b7 Plain was preferred to B \u00b7 Fancy in 5 of 5 ratings (100 %, 95 % interval 48 % to 100 %",
        ),
        ("lllll", f"p = 0.062): {DOES_NOT}; so few ratings cannot show any difference, however large: take 6 or more."),
        ("llllll", f"p = 0.031): more than chance explains. {SUFFICES} A \u00b7 Plain."),
        ("rrrrrrtt", "B \u00b7 Fancy was preferred to A \u00b7 Plain in 6 of 6 ratings that are no tie (100 %"),
        ("rrrrrrtt", f"{SUFFICES} B \u00b7 Fancy."),
        ("l", "in 1 of 1 rating (100 %"),
        ("lllllrr", f"{DOES_NOT}; if the preference is really this strong, about "),
        ("lllrrr", f"in 3 of 6 ratings (50 %, 95 % interval 12 % to 88 %, p = 1): {DOES_NOT}."),
        ("tt", "A \u00b7 Plain and B \u00b7 Fancy were rated alike each time: nothing says that one is better."),
    ],
)
def test_a_sentence_says_whether_the_evidence_suffices(choices: str, words: str) -> None:
    (one,) = preferences(rated(choices))
    assert words in preference_sentence(one, TITLES)


@given(st.integers(0, 30), st.integers(0, 30))
def test_interval_test_and_sentence_never_say_different_things(wins: int, losses: int) -> None:
    if not wins + losses:
        return
    (one,) = preferences(rated("l" * wins + "r" * losses))
    assert isinstance(one, Preference)
    assert one.p is not None
    assert one.low is not None
    assert one.high is not None
    assert (one.p < 0.05) == (one.low > 0.5 or one.high < 0.5)
    assert (SUFFICES in preference_sentence(one, TITLES)) == (one.p < 0.05)
