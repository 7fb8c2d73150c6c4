"""What a person has changed between two setups, by the labels of the form's fields."""

from collections.abc import Iterator

from playground.errors import Path
from playground.parameters import parameters
from playground.strategies import technique_of
from playground.types import Sampling, Setup, Task
from playground.ui.setup_form.labels import LABELS, OWN

LISTED = 4  # labels that are named; of more it is said how many


def changed(before: Setup, now: Setup) -> tuple[str, ...]:
    """Labels in the order of the form, without what only changed because something else did.

    Another technique has other options and uses other fields, and another answer type has other labels or none.
    """
    return tuple(LABELS[path] for path in _paths(before, now))


def _paths(before: Setup, now: Setup) -> Iterator[Path]:
    for name in OWN:
        if getattr(before, name) != getattr(now, name):
            yield (name,)
    used = set(technique_of(before).used_fields) & set(technique_of(now).used_fields)
    if before.task.answer != now.task.answer:
        used -= {"labels"}
    for p in parameters(Task):
        if p.name in used and getattr(before.task, p.name) != getattr(now.task, p.name):
            yield ("task", p.name)
    if before.strategy == now.strategy:
        for name, value in before.options.items():
            if value != now.options[name]:
                yield ("options", name)
    for p in parameters(Sampling):
        if getattr(before.sampling, p.name) != getattr(now.sampling, p.name):
            yield ("sampling", p.name)


def out_of_date(before: Setup, now: Setup | None) -> str:
    """That what is shown is of another setup than the form holds, perhaps none that could be run; "" if it is of it."""
    if before == now:
        return ""
    names = changed(before, now) if now else ()
    if not names:
        return "Out of date: you changed the setup after this run."
    named = [f"\u201c{name}\u201d" for name in names[:LISTED]]
    more = len(names) - LISTED
    named += [f"{more} more"] if more > 0 else []
    words = named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"
    return f"Out of date: you changed {words} after this run."
