"""The columns of an experiment as the page holds them: each a technique with its settings, under a number of its own.

A row is plain data, what an experiment says of a technique and the row's `id`. The page's memory holds the rows, and
which of them are ticked is what a person sees.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from itertools import count
from typing import Any

from playground import setups
from playground.errors import InvalidSetup, LimitReached
from playground.evaluation.columns import in_words
from playground.evaluation.plan import Experiment, Technique
from playground.parameters import parameters
from playground.strategies import STRATEGIES
from playground.types import Sampling, Setup, Task

Row = Mapping[str, Any]
MOST = next(p.max_length or 1 for p in parameters(Experiment) if p.name == "techniques")
LONGEST_NAME = next(p.max_length or 1 for p in parameters(Technique) if p.name == "name")
SAMPLING = {p.name: p.label.lower() for p in parameters(Sampling)}
TASK = {p.name: p.label.lower() for p in parameters(Task)}
FORMS = {"zero_shot": "zero-shot", "few_shot": "few-shot"}  # of chain of thought
# What of a task differs between techniques; the rest comes from the data.
PARTS = tuple(p.name for p in parameters(Task) if p.name not in ("input", "answer", "labels"))


def rows(techniques: Iterable[Technique], beside: Sequence[Row] = ()) -> list[Row]:
    """Rows of these techniques, with ids that none of those `beside` has."""
    taken = {row["id"] for row in beside}
    ids = (str(number) for number in count(1) if str(number) not in taken)
    return [{"id": next(ids), **_plain(technique)} for technique in techniques]


def _plain(technique: Technique) -> dict[str, Any]:
    """Without tuples and frozen mappings: the page's memory is copied for every visitor."""
    return {
        key: list(value) if isinstance(value, tuple) else dict(value) if isinstance(value, Mapping) else value
        for key, value in asdict(technique).items()
    }


def read(held: Sequence[Row], ticked: Collection[str]) -> list[dict[str, Any]]:
    """The ticked rows as an experiment writes them. Raises InvalidSetup where there are none."""
    chosen = [row for row in held if row["id"] in ticked]
    if not chosen:
        raise InvalidSetup("No column is ticked; tick at least one technique.", path=("techniques",))
    return [{key: value for key, value in row.items() if key != "id" and value} for row in chosen]


def title(row: Row) -> str:
    """What the column is called."""
    strategy = STRATEGIES.get(str(row["strategy"]))
    return str(row["name"] or (strategy.title if strategy else row["strategy"]))


def label(row: Row) -> str:
    """The column's title, and in what it is not like its technique usually is."""
    technique = STRATEGIES.get(str(row["strategy"]))
    if technique is None:
        return title(row)
    options = [(p, row["options"][p.name]) for p in parameters(technique) if p.name in row["options"]]
    changed = [f"{p.label.lower()} {_words(value)}" for p, value in options if value != p.default]
    facts = [
        technique.title if row["name"] not in ("", technique.title) else "",
        *changed,
        "own prompt template" if row["template"] else "",
        *(TASK[name] for name in row["task"] if name in PARTS and not (name == "form_text" and "form" in row["task"])),
        *(f"{SAMPLING.get(name, name)} {_words(value)}" for name, value in row["sampling"].items()),
    ]
    return " \u00b7 ".join([title(row), *filter(None, facts)])


def _words(value: Any) -> str:
    return FORMS.get(in_words(value)) or " ".join(in_words(value).replace("_", " ").split())[:40]


def with_room(held: Sequence[Row]) -> None:
    """Raises LimitReached where one more row would be too many."""
    if len(held) >= MOST:
        raise LimitReached(f"There are {len(held)} columns, and {MOST} is the most. Remove one first.")


def with_unticked(new: Sequence[Row], before: Sequence[Row], ticked: Collection[str]) -> list[Row]:
    """New rows, and those of before that were not ticked and say something else, as far as there is room."""
    known = [{**row, "id": ""} for row in new]
    beside = [row for row in before if row["id"] not in ticked and {**row, "id": ""} not in known]
    kept = beside[: max(0, MOST - len(new))]
    taken = {row["id"] for row in kept}
    fresh = (str(number) for number in count(1) if str(number) not in taken)
    return [*({**row, "id": next(fresh)} for row in new), *kept]


def with_setup(held: Sequence[Row], setup: Setup) -> Row:
    """One more row, which asks as this setup does, whatever it asks. Raises LimitReached."""
    with_room(held)
    given = setups.changed_settings(setup)
    task = {key: part for key, part in given.get("task", {}).items() if key in PARTS}
    options, sampling = given.get("options", {}), given.get("sampling", {})
    sampling.pop("seed", None)  # the experiment gives every cell its own
    name = f"{STRATEGIES[setup.strategy].title}, as in the Playground"
    names = [row["name"] for row in held]
    name = f"{name} {len(names) + 1}" if name in names else name
    technique = Technique(name=name, strategy=setup.strategy, options=options, task=task, sampling=sampling)
    (row,) = rows([technique], held)
    return row


def duplicate(held: Sequence[Row], row: Row) -> Row:
    """One more row that asks as this one does, under another name. Raises LimitReached."""
    with_room(held)
    titles = [title(one) for one in held]
    base = title(row)[: LONGEST_NAME - 5]
    name = next(name for number in count(2) if (name := f"{base} ({number})") not in titles)
    (copied,) = rows([Technique()], held)
    return {**row, "id": copied["id"], "name": name}


def move(held: Sequence[Row], id: str, by: int) -> list[Row]:
    """The rows with one of them so many places further on; at an end it stays where it is."""
    at = next(at for at, row in enumerate(held) if row["id"] == id)
    left = [row for row in held if row["id"] != id]
    to = min(max(at + by, 0), len(left))
    return [*left[:to], held[at], *left[to:]]


def changed(
    stored: Mapping[str, Any], usual: Mapping[str, Any], before: Any, after: Mapping[str, Any]
) -> dict[str, Any]:
    """What a row says of one of its parts after an edit.

    `usual` holds where it says nothing, `before` is what the widgets were given and `after` what they hold. What was
    not touched stays said or unsaid as it was; what was set back to the usual is not said any more.
    """
    said = {key: value for key, value in stored.items() if key not in after}
    for key, value in after.items():
        if value == before[key]:
            said |= {key: stored[key]} if key in stored else {}
        elif value != usual[key]:
            said[key] = value
    return said
