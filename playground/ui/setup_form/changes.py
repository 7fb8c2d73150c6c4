"""What a person has changed between two setups, by the labels of the form's fields."""

from collections.abc import Iterator, Mapping, Sequence

from playground.errors import FieldPath
from playground.parameters import parameters
from playground.strategies import technique_of
from playground.types import Sampling, Setup, Task
from playground.ui.language.translating import listed
from playground.ui.setup_form.labels import LABELS, OWN, Labels

LONGEST = 30  # characters of a text that are shown
LISTED = 4  # labels that are named; of more it is said how many


def list_changes(before: Setup, now: Setup, labels: Labels = LABELS) -> tuple[str, ...]:
    """Labels in the order of the form, in quotes, without what only changed because something else did.

    Another technique has other options and uses other fields, and another answer type has other labels or none.
    """
    return tuple(f"\u201c{labels[path]}\u201d" for path in differing_paths(before, now))


def tell_apart(setups: Sequence[Setup]) -> list[str]:
    """Of each in words what in it is not the same in all of these, but for its weights and its technique: a few of
    such settings; "" where nothing differs."""
    first, *others = setups
    paths = dict.fromkeys(path for other in others for path in differing_paths(first, other) if path[0] not in OWN)
    return [", ".join(_setting(setup, path) for path in [*paths][:LISTED]) for setup in setups]


def _setting(setup: Setup, path: FieldPath) -> str:
    part, name = path
    values = setup.options if part == "options" else getattr(setup, str(part))
    value = values[str(name)] if isinstance(values, Mapping) else getattr(values, str(name))
    label = LABELS[path].lower()
    if value is None or value == "" or value == () or value == {}:
        return f"no {label}"
    if isinstance(value, Mapping) or (isinstance(value, tuple) and not isinstance(value[0], str)):
        return f"{label}: {len(value):,}"
    words = " ".join((", ".join(value) if isinstance(value, tuple) else str(value)).split())
    return f"{label} {words}" if len(words) <= LONGEST else f"{label} {words[:LONGEST]}\u2026"


def differing_paths(before: Setup, now: Setup) -> Iterator[FieldPath]:
    """Of the form's fields, those in which the two differ."""
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


def describe_staleness(changes: Sequence[str]) -> str:
    """That what is shown is of another setup than the form holds, with what was changed as far as that is known."""
    named, more = list(changes[:LISTED]), len(changes) - LISTED
    named += [f"{more} more"] if more > 0 else []
    words = listed(named)
    return f"Out of date: you changed {words or 'the setup'} after this run."
