"""A training -> what the page shows of it. Pure functions to plain values."""

from collections.abc import Sequence
from typing import Any

from playground.finetuning.heads.kinds import HEADS
from playground.finetuning.history.side_by_side import NOTE, OUTCOME, Compared, side_by_side
from playground.finetuning.jobs.standing import Standing
from playground.finetuning.methods import METHODS
from playground.finetuning.training.overfitting import Overfitting, find_overfitting
from playground.formats import format_count, format_duration, format_moment
from playground.ui.language.texts import AsWritten
from playground.ui.widgets.status import status

NOTHING = "Nothing is trained yet. Choose data and a recipe, and start."
PHASES = {"queued": "Waits", "running": "Training", "done": "Done", "stopped": "Stopped", "failed": "Broke off"}
MOST_LOOKS = 8  # columns of answers: the first and the last ones


def status_value(standing: Standing | None) -> dict[str, Any]:
    """Title, phase, progress and what to know of it. Without a training, what to do."""
    if standing is None:
        return {**status("empty", spoken=""), "title": "", "facts": "", "note": NOTHING, "going": False}
    history, end = standing.history, standing.end
    share = _share(standing) if standing.going else None
    failed = standing.phase == "failed"
    words = end.words if end else ""
    overfit = overfitting_text(find_overfitting(history.steps, history.looks))
    return {
        **status(
            standing.phase, _phase(standing), share=share, error=words if failed else "",
            spoken=f"{standing.job.title}. {PHASES[standing.phase]}. {words}".strip(),
        ),
        "title": AsWritten(standing.job.title),
        "facts": " \u00b7 ".join(_facts(standing)),
        "note": " ".join(filter(None, ["" if failed else words, overfit])),
        "going": standing.going,
    }  # fmt: skip


def overfitting_text(found: Overfitting | None) -> str:
    """What is said where it shows."""
    if found is None:
        return ""
    return (
        f"Overfitting: since step {found.since:,} the loss on rows that it does not learn has risen from "
        f"{found.validation_then:.3f} to {found.validation_now:.3f}, while that on its own rows fell from "
        f"{found.training_then:.3f} to {found.training_now:.3f}. It learns them by heart; the weights of step "
        f"{found.since:,} are kept."
    )


def _phase(standing: Standing) -> str:
    if standing.place is not None:
        before = standing.place + 1  # one that goes on is before all that wait
        return f"Waits for {format_count(before, 'training')} before it"
    if standing.stopping:
        return "Stopping: it keeps where it stands"
    if standing.phase == "running" and not standing.history.steps:
        return standing.history.stage or "Getting ready"
    if standing.phase == "running" and (trying := standing.history.trying):
        return f"Try {trying.number} of {trying.tries}"
    return PHASES[standing.phase]


def _share(standing: Standing) -> float:
    """How much of it is done."""
    last, trying = (standing.history.steps[-1:] or (None,))[0], standing.history.trying
    done = last.step / last.steps if last else 0.0
    return (trying.number - 1 + done) / trying.tries if trying else done


def _facts(standing: Standing) -> list[str]:
    steps, looks = standing.history.steps, standing.history.looks
    if not steps:
        return []
    last, recent = steps[-1], standing.history.recent
    mean = sum(step.loss for step in recent) / len(recent)
    loss = f"loss {mean:.3f} (mean of the last {len(recent)} steps)" if len(recent) > 1 else f"loss {mean:.3f}"
    facts = [f"step {last.step:,} of {last.steps:,}", loss]
    if looks and (look := looks[-1]).loss is not None:
        facts.append(f"validation {look.loss:.3f} (step {look.step:,})")
    if not standing.going:
        return [*facts, f"took {format_duration(last.seconds)}"]
    if last.rate is not None and last.norm is not None:
        facts += [f"learning rate {last.rate:.2g}", f"gradient {last.norm:.2g}"]
    if len(recent) > 1 and (seconds := recent[-1].seconds - recent[0].seconds) > 0:
        facts.append(f"{sum(step.tokens or 0 for step in recent[1:]) / seconds:,.0f} tokens per second")
    return [*facts, *([f"about {format_duration(last.left)} left"] if last.left is not None else [])]


def answers_value(standing: Standing | None) -> list[dict[str, Any]]:
    """What the fixed prompts were answered at each look, a row a look."""
    looks = [look for look in standing.history.looks if look.answers] if standing else []
    if not standing or not looks:
        return []
    shown = looks if len(looks) <= MOST_LOOKS else [looks[0], *looks[1 - MOST_LOOKS :]]
    best = max((look.step for look in standing.history.looks if look.best), default=None)
    rows = [{"head": _moment(look.step, best), "cells": [*map(AsWritten, look.answers)]} for look in shown]
    columns = [AsWritten(shortened(prompt[-1].content)) for prompt in standing.job.prompts]
    note = "Likeliest tokens, at most 40. None of these prompts was trained on."
    return [{"caption": "Answers to fixed prompts", "corner": "After", "columns": columns, "rows": rows, "note": note}]


def _moment(step: int, best: int | None) -> str:
    named = "the model as it is" if not step else f"step {step:,}"
    return f"{named} (lowest validation loss)" if step == best else named


def shortened(text: str, most: int = 90) -> str:
    """The end of a text, where it is long: what is asked stands there."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"\u2026{line[1 - most :]}"


def seen(standing: Standing | None) -> Sequence[Any]:
    """What tells whether there is news."""
    if standing is None:
        return []
    history = standing.history
    lengths = len(history.steps), len(history.looks), len(history.tries)
    return [standing.job.id, standing.phase, *lengths, standing.stopping]


# ------------------------------------------------------------------------------------------------ history
def history_value(listed: Sequence[Standing | str]) -> list[dict[str, Any]]:
    """All trainings as the list shows them; of one that cannot be read there is only its id."""
    return [_row(one) if isinstance(one, Standing) else _unreadable_row(one) for one in listed]


def _row(one: Standing) -> dict[str, Any]:
    return {
        "key": one.job.id,
        "title": AsWritten(one.job.title),
        "made": made_text(one),
        "phase": one.phase,
        "facts": " \u00b7 ".join([made_text(one), PHASES[one.phase], *_what(one)]),
        "ended": not one.going,
        "readable": True,
    }


def _unreadable_row(key: str) -> dict[str, Any]:
    return {
        "key": key,
        "title": "A training that cannot be read",
        "made": key,
        "phase": "unreadable",
        "facts": f"{key} \u00b7 Kept by another version, or damaged. It takes one of the places for trainings.",
        "ended": True,
        "readable": False,
    }


def _what(one: Standing) -> list[str]:
    """Its method, and what came of it; one that goes on is told of elsewhere, and ticks."""
    made = HEADS[one.job.head.kind] if one.job.head else METHODS[one.job.recipe.method]
    return [made.title, *([] if one.going else _facts(one))]


def made_text(standing: Standing) -> str:
    """When it was begun, by this server's clock."""
    return format_moment(standing.job.made)


def compared_value(compared: Sequence[Compared]) -> list[dict[str, Any]]:
    """What differs in the recipes of several trainings, and what came of each."""
    if not compared:
        return []
    table = side_by_side(compared)
    read = len(table.columns) - len(OUTCOME)  # of the recipe and the data, as they were written
    rows = [
        {"head": AsWritten(title), "cells": [*map(AsWritten, cells[:read]), *cells[read:]]}
        for title, cells in table.rows
    ]
    return [
        {"caption": "Side by side", "corner": "Training", "columns": list(table.columns), "rows": rows, "note": NOTE}
    ]
