"""Makes a data set of a person's own items."""

from collections import Counter
from dataclasses import replace
from random import Random
from typing import get_args

from playground.errors import InvalidSetup
from playground.evaluation.datasets.base import DataCard, Dataset, Shot
from playground.evaluation.plan import DataChoice, Item, ScorerChoice
from playground.strategies.parts.checks import NEEDED
from playground.types import AnswerType

OWN = "own"
CARD = DataCard(
    title="Own data",
    about="The items that you gave.",
    origin="Yours.",
    size="As many as you gave, less those held apart as examples.",
    licence="As you say.",
    shows="How each technique does on what you care about.",
    limits="The figures hold for items like these. A model that has seen them in training may know them by heart.",
)
SCORERS = {"text": "exact", "number": "numeric"}  # and label for all else


def own_dataset(data: DataChoice) -> Dataset:
    """The first `shots` items are shown and never asked; of the others `size` are drawn by seed, in their order.

    Raises InvalidSetup for an unknown answer type, no item left, equal ids, an empty input, a label not in the set.
    """
    kind = data.answer or "text"
    if kind not in get_args(AnswerType):
        allowed = ", ".join(get_args(AnswerType))
        raise InvalidSetup(path=("data", "answer"), value=kind, rule=f"it must be one of {allowed}.")
    items = [item if item.id else replace(item, id=str(n)) for n, item in enumerate(data.items, 1)]
    _check(items, data)
    examples, questions = items[: data.shots], items[data.shots :]
    positions = sorted(Random(f"{OWN} {data.seed}").sample(range(len(questions)), len(questions))[: data.size])
    return Dataset(
        name=OWN,
        card=CARD,
        answer=kind,  # type: ignore[arg-type]  # checked above
        labels=data.labels,
        template=data.template or "{input}",
        items=tuple(questions[i] for i in positions),
        shots=tuple(Shot(input=item.input, output=item.references[0]) for item in examples),
        scorer=ScorerChoice(name=SCORERS.get(kind, "label")),
    )


def _check(items: list[Item], data: DataChoice) -> None:
    where = ("data", "items")
    if not items:
        raise InvalidSetup(path=where, value=(), rule="data of your own needs items, each with an input.")
    if len(items) <= data.shots:
        rule = f"all {len(items)} items are held apart as examples, and none is left to ask; give more or lower it."
        raise InvalidSetup(path=("data", "shots"), value=data.shots, rule=rule)
    name, times = Counter(item.id for item in items).most_common(1)[0]
    if times > 1:
        raise InvalidSetup(f"{times} items have the id {name!a}; give each its own, or none at all.", path=where)
    if empty := next((item for item in items if not item.input.strip()), None):
        raise InvalidSetup(f"Item {empty.id!a} has no input; fill it in or remove the item.", path=where)
    if bare_item := next((item for item in items[: data.shots] if not any(map(str.strip, item.references))), None):
        rule = f"item {bare_item.id!a}, which is held apart as an example, has no reference. Set it to 0."
        raise InvalidSetup(path=("data", "shots"), value=data.shots, rule=rule)
    if data.answer in NEEDED and not data.labels:
        raise InvalidSetup(path=("data", "labels"), value=(), rule=NEEDED[data.answer])
