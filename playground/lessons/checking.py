"""Holds what lessons claim against what happens: each trial is run, and every claim is looked at."""

from dataclasses import dataclass

from playground.backends.catalog import Catalog
from playground.evaluation.store import Store
from playground.lessons import claims
from playground.lessons.lesson import Lesson
from playground.lessons.outcome import Outcome
from playground.lessons.running import rests_on, run_trial


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonCheck:
    """What came of a lesson's trial, and what of the lesson is not so."""

    lesson: Lesson
    outcome: Outcome
    failures: tuple[str, ...]


def check_lesson(lesson: Lesson, catalog: Catalog, store: Store) -> LessonCheck:
    """Raises PlaygroundError for a trial that cannot begin."""
    *_, outcome = run_trial(lesson.trial, catalog, store)
    return LessonCheck(lesson=lesson, outcome=outcome, failures=tuple(_failures(lesson, outcome, catalog)))


def right_choices(lesson: Lesson, outcome: Outcome) -> list[int]:
    """The predictions that came true, counted from 0."""
    return [at for at, claim in enumerate(lesson.facts.choice_holds) if claims.check(claim, outcome).held]


def _failures(lesson: Lesson, outcome: Outcome, catalog: Catalog) -> list[str]:
    if not outcome.done:
        return [outcome.message or "It did not come to its end."]
    failures = [] if rests_on(lesson, catalog) else ["The default model does not have the weights that it names."]
    checks = [claims.check(claim, outcome) for claim in lesson.facts.expect]
    failures += [check.sentence for check in checks if not check.held]
    if len(right := right_choices(lesson, outcome)) != 1:
        came_true = ", ".join(repr(lesson.texts.choices[at]) for at in right) or "none"
        failures.append(f"Exactly one prediction must come true; these did: {came_true}.")
    return failures
