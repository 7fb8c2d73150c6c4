"""Scores a prediction against what happened: a point for the right choice, and up to one more for how much."""

from dataclasses import dataclass

from playground.lessons import claims
from playground.lessons.checking import right_choices
from playground.lessons.lesson import Lesson
from playground.lessons.outcome import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What was predicted: a choice, counted from 0, and how much, where that was asked."""

    choice: int
    amount: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Points of so many, and why in a sentence or two."""

    points: float
    most: int
    sentence: str


def score(lesson: Lesson, prediction: Prediction, outcome: Outcome) -> Score:
    """A whole point for what came true; of the second one less is left the further off the number was."""
    right = right_choices(lesson, outcome)
    hit = prediction.choice in right
    said = lesson.texts.choices[prediction.choice]
    points, sentences = float(hit), [f"You said \u201c{said}\u201d, and that is what happened."]
    if not hit:
        happened = lesson.texts.choices[right[0]] if right else "none of these"
        sentences = [f"You said \u201c{said}\u201d; what happened was \u201c{happened}\u201d."]
    of = lesson.facts.amount_of
    if of is None or prediction.amount is None:
        return Score(points=points, most=1, sentence=sentences[0])
    found = claims.measure(outcome, of.measure, of.of, of.minus)
    span = max(of.high - of.low, 1)
    points += max(0.0, 1 - 4 * abs(found - prediction.amount) / span)  # nothing left at a quarter of the range
    sentences.append(f"Your number was {prediction.amount:g}, and it came to {found:g}.")
    return Score(points=round(points, 1), most=2, sentence=" ".join(sentences))
