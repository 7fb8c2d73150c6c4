"""Claims against what came out, and predictions scored by it."""

from pathlib import Path

import pytest
from made_lesson import written
from tables import table

from playground.lessons.claims import Claim, check
from playground.lessons.outcome import Outcome, WayOutcome, of_table
from playground.lessons.reading import read_lesson
from playground.lessons.scoring import Prediction, score

OUTCOME = Outcome(
    ways=(
        WayOutcome(name="A", answer="Yes, of course.", tokens=9),
        WayOutcome(name="B", answer="yes,  of course.", tokens=4),
        WayOutcome(name="C", answer="No."),
    ),
    done=True,
)


@pytest.mark.parametrize(
    ("claim", "why"),
    [
        (Claim(of="A", contains="YES", lacks="no", like="B", unlike="C"), ""),
        (Claim(of="A", measure="tokens", minus="B", at_least=5, at_most=5), ""),
        (Claim(of="A", measure="words", at_least=3, at_most=3), ""),
        (Claim(of="A", contains="no"), "A answers 'Yes, of course.', without 'no'."),
        (Claim(of="C", lacks="no"), "C answers 'No.', with 'no'."),
        (Claim(of="A", unlike="B"), "A answers 'Yes, of course.', and so does B."),
        (Claim(of="A", like="C"), "A answers 'Yes, of course.', which is not what C answers."),
        (
            Claim(of="A", measure="tokens", minus="B", at_most=4),
            "A less B: tokens is 5, and the lesson says at most 4.",
        ),
    ],
)
def test_a_claim_holds_or_says_why_not(claim: Claim, why: str) -> None:
    found = check(claim, OUTCOME)
    assert found.held == (not why)
    assert found.sentence == (why or f"{claim.of}: held.")


def test_of_an_experiment_right_items_are_counted_with_their_interval() -> None:
    outcome = of_table(table({"A": [True, False, True, True], "B": [False, False, False, True]}))
    assert outcome.done
    assert [(way.right, way.items) for way in outcome.ways] == [(3, 4), (1, 4)]
    assert check(Claim(of="A", minus="B", at_least=2), outcome).held
    low, high = outcome.way("A").low, outcome.way("A").high
    assert low is not None
    assert high is not None
    assert low < 0.75 < high


def test_an_experiment_with_a_failed_cell_is_not_done() -> None:
    outcome = of_table(table({"A": [True, None], "B": [True, True]}))
    assert (outcome.done, outcome.message) == (False, "A: 1 failed")


@pytest.mark.parametrize(
    ("choice", "amount", "points"),
    [(0, 3, 2.0), (0, 5, 1.6), (0, 20, 1.0), (1, 3, 1.0), (1, 20, 0.0)],
)
def test_points_are_for_the_choice_and_for_how_near_the_number_was(
    tmp_path: Path, choice: int, amount: float, points: float
) -> None:
    lesson = read_lesson(written(tmp_path))
    ways = (WayOutcome(name="Politely", answer="yes, yes, yes"), WayOutcome(name="Bluntly", answer="yes"))
    scored = score(lesson, Prediction(choice=choice, amount=amount), Outcome(ways=ways, done=True))
    assert (scored.points, scored.most) == (points, 2)
    assert f"Your number was {amount:g}, and it came to 3." in scored.sentence
    assert ("that is what happened" in scored.sentence) == (choice == 0)
