"""A claim of a lesson, as data that can be held against what came out."""

from dataclasses import dataclass
from typing import Literal

from playground.errors import FieldPath, InvalidSetup
from playground.lessons.outcome import Outcome, WayOutcome
from playground.lessons.trial import Trial
from playground.parameters import STRICT, choice, number, text

Measure = Literal["right", "words", "tokens", "prompt_tokens", "agreement"]
MOST = 1_000_000
NAME, WORDS = 200, 1000
NUMBERS, TEXTS = ("at_least", "at_most"), ("contains", "lacks", "unlike", "like")
# What a trial gives of each way: setups have one answer each, an experiment has many, which are only counted.
OF_SETUPS: tuple[Measure, ...] = ("words", "tokens", "prompt_tokens", "agreement")
OF_EXPERIMENT: tuple[Measure, ...] = ("right", "tokens", "prompt_tokens")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What must hold of the setup `of`: of a number, by itself or less another way's, or of its answer."""

    __pydantic_config__ = STRICT
    of: str = text(max_length=NAME, help="The setup, or column of an experiment, that it is about.")
    measure: Measure = choice("right", help="What is measured: items that are right, words or tokens of the answer.")
    minus: str = text(max_length=NAME, help="Another way, whose number is taken off.")
    at_least: float | None = number(None, -MOST, MOST, step=0.1, help="The number is this or more.")
    at_most: float | None = number(None, -MOST, MOST, step=0.1, help="The number is this or less.")
    contains: str = text(max_length=WORDS, help="The answer has these words, in capitals or not.")
    lacks: str = text(max_length=WORDS, help="The answer does not have these words.")
    like: str = text(max_length=NAME, help="Another way that gives the same answer.")
    unlike: str = text(max_length=NAME, help="Another way that gives another answer.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimCheck:
    """Whether a claim held, and what was found, in a sentence."""

    held: bool
    sentence: str


def validate(claim: Claim, trial: Trial, path: FieldPath) -> None:
    """Raises InvalidSetup for a claim, at this path, about a way that is not there, about what the trial does not give,
    or that claims nothing."""
    names, measures = trial.names, OF_EXPERIMENT if trial.experiment else OF_SETUPS
    for field in ("of", "minus", "like", "unlike"):
        name = getattr(claim, field)
        if (name or field == "of") and name not in names:
            raise InvalidSetup(path=(*path, field), value=name, rule=f"it must be one of {', '.join(names)}.")
    if not any(getattr(claim, field) not in ("", None) for field in (*NUMBERS, *TEXTS)):
        rule = f"claims nothing; give one of {', '.join((*NUMBERS, *TEXTS))}."
        raise InvalidSetup(path=path, rule=rule)
    if any(getattr(claim, field) is not None for field in NUMBERS) and claim.measure not in measures:
        rule = f"it must be one of {', '.join(measures)}: this trial gives no other number."
        raise InvalidSetup(path=(*path, "measure"), value=claim.measure, rule=rule)
    for field in TEXTS:
        if trial.experiment and getattr(claim, field):
            rule = "cannot be claimed of an experiment, which asks many items: claim a number."
            raise InvalidSetup(path=(*path, field), rule=rule)


def measure(outcome: Outcome, name: Measure, of: str, minus: str = "") -> float:
    """A number of one way, less that of another where one is named. Of what has no such number it is 0."""
    return _number(outcome.way(of), name) - (_number(outcome.way(minus), name) if minus else 0)


def check(claim: Claim, outcome: Outcome) -> ClaimCheck:
    """The claim against what came out. All that it says must hold."""
    failures = [why for why in (_number_failure(claim, outcome), *_text_failures(claim, outcome)) if why]
    return ClaimCheck(held=not failures, sentence=" ".join(failures) or f"{claim.of}: held.")


def _number(way: WayOutcome, name: Measure) -> float:
    if name == "words":
        return len(way.answer.split())
    return float(getattr(way, name) or 0)


def _number_failure(claim: Claim, outcome: Outcome) -> str:
    if claim.at_least is None and claim.at_most is None:
        return ""
    found = measure(outcome, claim.measure, claim.of, claim.minus)
    low = -MOST if claim.at_least is None else claim.at_least
    high = MOST if claim.at_most is None else claim.at_most
    if low - 1e-9 <= found <= high + 1e-9:
        return ""
    asked = [f"at least {low:g}"] * (claim.at_least is not None) + [f"at most {high:g}"] * (claim.at_most is not None)
    of = f"{claim.of} less {claim.minus}" if claim.minus else claim.of
    return f"{of}: {claim.measure.replace('_', ' ')} is {found:g}, and the lesson says {' and '.join(asked)}."


def _text_failures(claim: Claim, outcome: Outcome) -> list[str]:
    answer = outcome.way(claim.of).answer
    said = f"{claim.of} answers {answer[:200]!r}"
    failures = []
    if claim.contains and claim.contains.lower() not in answer.lower():
        failures.append(f"{said}, without {claim.contains!r}.")
    if claim.lacks and claim.lacks.lower() in answer.lower():
        failures.append(f"{said}, with {claim.lacks!r}.")
    if claim.like and _plain(outcome.way(claim.like).answer) != _plain(answer):
        failures.append(f"{said}, which is not what {claim.like} answers.")
    if claim.unlike and _plain(outcome.way(claim.unlike).answer) == _plain(answer):
        failures.append(f"{said}, and so does {claim.unlike}.")
    return failures


def _plain(answer: str) -> str:
    return " ".join(answer.lower().split())
