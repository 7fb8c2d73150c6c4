"""The ways of asking as the page holds them: rows to tick and edit, and back to what an experiment says."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from playground import documents, setups
from playground.errors import InvalidSetup, LimitReached
from playground.evaluation.plan import Experiment, Technique
from playground.parameters import parameters
from playground.strategies import STRATEGIES
from playground.types import Sampling, Setup, Task

MOST = next(p.max_length or 1 for p in parameters(Experiment) if p.name == "techniques")
# What of a task differs between ways of asking; the rest comes from the data.
PARTS = tuple(p.name for p in parameters(Task) if p.name not in ("input", "answer", "labels"))
TEXTS = ("name", "strategy", "template", "task", "sampling")


def offered() -> list[dict[str, Any]]:
    """The techniques with their options, as the editor shows them."""
    return [
        {
            "name": name,
            "title": s.title,
            "summary": s.card.summary,
            "options": [
                {
                    "name": p.name, "label": p.label, "help": p.help, "kind": p.kind, "default": p.default,
                    "low": p.low, "high": p.high, "step": p.step, "choices": list(p.choices),
                }
                for p in parameters(s)
            ],
        }
        for name, s in STRATEGIES.items()
    ]  # fmt: skip


def rows(techniques: Iterable[Technique]) -> list[dict[str, Any]]:
    """What the editor holds of these techniques, all of them ticked."""
    return [
        {
            "on": True,
            "name": t.name,
            "strategy": t.strategy,
            "options": dict(t.options),
            "task": lines(t.task),
            "template": t.template,
            "sampling": lines(t.sampling),
        }
        for t in techniques
    ]


def read(value: Any) -> list[dict[str, Any]]:
    """The ticked rows as an experiment writes them. Raises InvalidSetup for what the editor cannot hold."""
    ticked = [row for row in held(value) if row.get("on") is True]
    if not ticked:
        raise InvalidSetup("No column is ticked; tick at least one way of asking.", path=("techniques",))
    return [_technique(row, at) for at, row in enumerate(ticked)]


def names(value: Any) -> list[str]:
    """What the ticked rows are called on the page; odd rows have no names."""
    named = [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []
    titles = {name: strategy.title for name, strategy in STRATEGIES.items()}
    return [str(row.get("name") or titles.get(str(row.get("strategy")), "")) for row in named if row.get("on") is True]


def held(value: Any) -> list[Mapping[str, Any]]:
    """All rows of the editor. Raises InvalidSetup where these are none, LimitReached for too many."""
    if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
        raise InvalidSetup(path=("techniques",), rule="must be a list of ways of asking.")
    if len(value) > MOST:
        raise LimitReached(f"These are {len(value)} ways of asking; {MOST} is the most. Take one away first.")
    return value


def with_unticked(rows: Sequence[Mapping[str, Any]], before: Any) -> list[Mapping[str, Any]]:
    """These rows, and those that were in the editor without a tick, as far as there is room. Raises like `held`."""
    beside = [row for row in held(before) if row.get("on") is not True]
    known = [{**row, "on": False} for row in rows]
    return [*rows, *(row for row in beside if {**row, "on": False} not in known)][: max(MOST, len(rows))]


def _technique(row: Mapping[str, Any], at: int) -> dict[str, Any]:
    for key in TEXTS:
        if not isinstance(row.get(key, ""), str):
            raise InvalidSetup(path=("techniques", at, key), rule="must be text.")
    name = row.get("name") or row.get("strategy", "")
    written = {
        "name": row.get("name", ""),
        "strategy": row.get("strategy", "zero_shot"),
        "options": row.get("options") or {},
        "template": row.get("template", ""),
        "task": settings(row.get("task", ""), f"\u201c{name}\u201d: the parts of the task", PARTS),
        "sampling": sampling(row.get("sampling", ""), f"\u201c{name}\u201d: its sampling"),
    }
    return {key: held for key, held in written.items() if held}


def with_setup(value: Any, setup: Setup) -> list[Mapping[str, Any]]:
    """The editor's rows, and one more that asks as this setup does, whatever it asks. Raises like `held`."""
    before, given = held(value), setups.changed_settings(setup)
    task = {key: part for key, part in given.get("task", {}).items() if key in PARTS}
    options, luck = given.get("options", {}), given.get("sampling", {})
    luck.pop("seed", None)  # the experiment gives every cell its own
    (row,) = rows([Technique(strategy=setup.strategy, options=options, task=task, sampling=luck)])
    names = [one.get("name") for one in before]
    name = f"{STRATEGIES[setup.strategy].title}, as in the Playground"
    return list(held([*before, {**row, "name": f"{name} {len(names) + 1}" if name in names else name}]))


# ------------------------------------------------------------------------------- settings as lines of text
def lines(held: Mapping[str, Any]) -> str:
    """Settings one a line, as a person would type them: "temperature: 0.7". What JSON is, YAML reads."""
    return "\n".join(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in held.items())


def sampling(text: Any, what: str) -> dict[str, Any]:
    """Sampling parameters from lines of text."""
    return settings(text, what, tuple(p.name for p in parameters(Sampling)))


def settings(text: Any, what: str, keys: tuple[str, ...]) -> dict[str, Any]:
    """Settings from lines of text. Raises InvalidSetup naming the line and the keys there are."""
    if text is None or (isinstance(text, str) and not text.strip()):
        return {}
    if not isinstance(text, str):
        raise InvalidSetup(f"{what}: this must be text.")
    found = documents.load(text, what, "it", keys).data
    if unknown := [key for key in found if key not in keys]:
        raise InvalidSetup(f"{what}: {str(unknown[0])[:60]!a} is not known. Known: {', '.join(keys)}.")
    return dict(found)
