"""The vote: every path counts once, and equal answers count together."""

import math

from hypothesis import given
from hypothesis import strategies as st

from playground.strategies.parts.voting import confidence, count_votes
from playground.types import Completion, Token

ANSWERS = st.lists(st.none() | st.sampled_from(["18", "17", "Paris", "paris."]), max_size=40)


@given(ANSWERS)
def test_every_path_with_an_answer_is_in_exactly_one_vote(answers: list[str | None]) -> None:
    votes = count_votes(answers)
    assert sorted(path for v in votes for path in v.paths) == [i for i, a in enumerate(answers) if a is not None]
    assert all(v.count == len(v.paths) == v.weight for v in votes)
    assert [v.count for v in votes] == sorted((v.count for v in votes), reverse=True)


def test_answers_that_differ_in_case_or_a_full_stop_are_one() -> None:
    (v,) = count_votes(["Paris", "paris.", None, " PARIS "])
    assert (v.answer, v.count, v.paths) == ("Paris", 3, (0, 1, 3))


def test_a_tie_goes_to_the_answer_seen_first() -> None:
    assert count_votes(["b", "a", "a", "b"])[0].answer == "b"


def test_weights_can_overrule_the_count() -> None:
    assert count_votes(["a", "a", "b"], [0.1, 0.1, 0.9])[0].answer == "b"


def test_confidence_is_the_geometric_mean_of_token_probabilities() -> None:
    tokens = tuple(Token(0, "", math.log(p)) for p in (0.5, 0.125))
    confident = confidence(Completion(text="", tokens=tokens))
    assert confident is not None
    assert math.isclose(confident, 0.25)
    assert confidence(Completion(text="")) is None


def test_sums_that_differ_by_rounding_are_a_tie() -> None:
    votes = count_votes(["2", "1", "1", "1"], [0.3, 0.1, 0.1, 0.1])
    assert [vote.answer for vote in votes] == ["2", "1"]
    assert [vote.answer for vote in count_votes(["1", "1", "1", "2"], [0.1, 0.1, 0.1, 0.3])] == ["1", "2"]
