"""A lesson and what came of its trial as plain values."""

from collections.abc import Mapping
from typing import Any

from playground import setups
from playground.formats import format_count, format_percent
from playground.lessons.lesson import Lesson
from playground.lessons.outcome import Outcome, WayOutcome
from playground.ui.language.translating import translated
from playground.ui.learn.progress_values import Progress

NOT_TRANSLATED = "*This lesson is not there in your language yet; it is shown in English.*\n\n"
OTHER_WEIGHTS = (
    "*What this lesson says was found on other weights than those of your default model; here it may come out "
    "differently.*\n\n"
)
TRIED = " \u2713"
NOTHING: dict[str, Any] = {"ways": []}
PARTS = ("strategy", "options", "task", "sampling")  # of a setup that a pane of Compare takes over


def lesson_choices(lessons: Mapping[str, Lesson], progress: Mapping[str, Progress]) -> list[tuple[str, str]]:
    """The lessons as a list offers them, with a mark on those that were tried."""
    return [
        (f"{at}. {lesson.texts.title} ({lesson.facts.minutes} min){TRIED if key in progress else ''}", key)
        for at, (key, lesson) in enumerate(lessons.items(), 1)
    ]


def about_text(lesson: Lesson, *, same_weights: bool) -> str:
    """What a lesson says first, as Markdown, with what is to be known of it."""
    notes = ("" if lesson.translated else NOT_TRANSLATED) + ("" if same_weights else OTHER_WEIGHTS)
    return f"## {lesson.texts.title}\n\n{notes}{lesson.about}"


def predict_text(lesson: Lesson) -> str:
    return f"## Predict first\n\n{lesson.texts.predict}"


def amount_text(lesson: Lesson) -> str:
    of = lesson.facts.amount_of
    return f"{lesson.texts.amount} {translated(f'({of.low:g} to {of.high:g})')}" if of else ""


def question_text(lesson: Lesson) -> str:
    return f"## A question\n\n{lesson.texts.question}"


def outcome_value(lesson: Lesson, outcome: Outcome | None) -> dict[str, Any]:
    """What `outcome.js` shows. A way that asks one setup can be opened."""
    if outcome is None:
        return NOTHING
    ways = [_way(lesson, at, way) for at, way in enumerate(outcome.ways)]
    return {"ways": ways, "opens": lesson.trial.experiment is None}


def whole_trial(lesson: Lesson) -> str:
    """Where the whole trial can be opened: "experiments", "compare", or "" where it can be in none."""
    if lesson.trial.experiment:
        return "experiments"
    tried = list(lesson.trial.setups.values())
    return "compare" if len(tried) > 1 and len({setup.task.input for setup in tried}) == 1 else ""


def comparison_of(lesson: Lesson) -> dict[str, Any]:
    """Its setups side by side, as Compare's form is kept."""
    changed = [setups.changed_settings(setup) for setup in lesson.trial.setups.values()]
    rows = [{"model": one["model"], "taken": {part: one[part] for part in PARTS if part in one}} for one in changed]
    task = {"input": next(iter(lesson.trial.setups.values())).task.input}
    return {"setup": {"task": task}, "rows": {"panes": rows, "baseline": 0}}


def _way(lesson: Lesson, at: int, way: WayOutcome) -> dict[str, Any]:
    shown: dict[str, Any] = {"name": lesson.name(way.name), "key": str(at), "answer": way.answer, "error": way.error}
    if way.right is None:
        facts = [f"{format_count(way.prompt_tokens, 'token')} read", f"{way.tokens} written"]
        if way.calls > 1:
            facts.append(format_count(way.calls, "call"))
        if way.agreement is not None:
            facts.append(f"{format_percent(way.agreement)} of the votes")
        return {**shown, "facts": " \u00b7 ".join(facts) if way.calls else "", "share": None}
    share = way.right / way.items if way.items else 0
    facts = [f"{way.right} of {way.items} right"]
    if way.low is not None and way.high is not None:
        facts.append(f"95 % interval {format_percent(way.low)} to {format_percent(way.high)}")
    if way.items:
        facts.append(f"{(way.tokens + way.prompt_tokens) / way.items:.0f} tokens for each")
    return {**shown, "facts": " \u00b7 ".join(facts), "share": share, "low": way.low, "high": way.high}
