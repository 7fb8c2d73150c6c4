"""Places that the evidence cannot tell apart are shared, whatever the scores."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from playground.classroom import laboratory
from playground.classroom.leaderboard import Entry, interval, standings

ENTRIES = st.lists(
    st.builds(
        lambda right, n, looks: Entry(nickname="x", mean=min(right, n) / n, n=n, looks=looks),
        st.integers(0, 300), st.integers(1, 300), st.integers(0, 60),
    ),
    max_size=30,
)  # fmt: skip


@given(ENTRIES)
def test_who_cannot_be_told_apart_shares_places_and_who_can_does_not(entries: list[Entry]) -> None:
    board = standings(entries)
    assert sorted(map(id, entries)) == sorted(id(one.entry) for one in board)
    for number, one in enumerate(board):
        assert 1 <= one.place <= one.last <= len(board)
        assert one.place <= number + 1
        for other in board[number + 1 :]:
            apart = one.low > other.high or other.low > one.high
            share = one.place <= other.last and other.place <= one.last
            assert one.place <= other.place
            if apart:
                assert one.place < other.place
                assert one.last < other.last
            else:
                assert share
    assert not board or board[0].place == 1


@given(st.integers(1, 200), st.integers(1, 200), st.integers(1, 30), st.integers(1, 50))
def test_looking_more_often_never_makes_an_interval_narrower(n: int, right: int, students: int, looks: int) -> None:
    entry = Entry(nickname="x", mean=min(right, n) / n, n=n, looks=looks)
    more = Entry(nickname="x", mean=entry.mean, n=n, looks=looks + 1)
    (low, high), (lower, higher) = interval(entry, students), interval(more, students)
    assert lower <= low + 1e-12
    assert high <= higher + 1e-12
    assert low <= entry.mean <= high


def test_the_best_of_many_looks_at_nothing_does_not_win() -> None:
    """Thirty students who all guess: one who looks forty times shows a higher score, and shares the first place."""
    rng = np.random.default_rng(1)
    entries = [
        Entry(nickname=str(i), mean=rng.binomial(20, 0.5, size=looks).max() / 20, n=20, looks=looks)
        for i, looks in enumerate([40] + [1] * 29)
    ]
    assert {one.place for one in standings(entries)} == {1}


def test_a_real_difference_has_places_of_its_own() -> None:
    board = standings([Entry(nickname="a", mean=0.95, n=100), Entry(nickname="b", mean=0.4, n=100)])
    assert [(one.entry.nickname, one.place, one.last) for one in board] == [("a", 1, 1), ("b", 2, 2)]


def kept(differences: dict[str, float], p: float, difference: float) -> dict[str, object]:
    ends = {"difference": difference, "low": difference - 0.2, "high": difference + 0.2, "p": p}
    return {**ends, "n": len(differences), "differences": differences}


def test_laboratories_are_pooled_and_luck_is_named() -> None:
    nothing = {str(i): 1.0 if i % 2 else -1.0 for i in range(40)}
    pooled = laboratory.pool({"Ada": kept(nothing, 0.9, 0.0), "Bo": kept({"lucky": 1.0}, 0.01, 0.4)})
    assert pooled.estimate
    assert not pooled.estimate.significant
    assert (pooled.estimate.n, pooled.by_luck, pooled.missed) == (41, ("Bo",), ())
    real = {str(i): 1.0 for i in range(40)}
    pooled = laboratory.pool({"Ada": kept(real, 0.001, 1.0), "Bo": kept({"0": 0.0, "x": 1.0}, 0.5, 0.5)})
    assert (pooled.by_luck, pooled.missed) == ((), ("Bo",))
    assert laboratory.pool({}).estimate is None


def test_an_item_that_two_drew_counts_once() -> None:
    pooled = laboratory.pool({"Ada": kept({"same": 1.0}, 1, 1.0), "Bo": kept({"same": 0.0}, 1, 0.0)})
    assert pooled.estimate
    assert (pooled.estimate.n, pooled.estimate.difference) == (1, 0.5)
