"""Which items are seen and which are sealed, and the experiments that ask them.

What is sealed follows from the class's own seed, which never leaves the server: also of a data set that everybody can
read nobody knows which items will count.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from playground.classroom.assignment import Assignment
from playground.errors import InvalidSetup
from playground.evaluation import datasets
from playground.evaluation.columns import columns
from playground.evaluation.datasets.base import Dataset
from playground.evaluation.grid import column_setup
from playground.evaluation.plan import Experiment, Item, Technique
from playground.json_values import as_json

HOLDS_ITEM = (
    "Your prompt holds an item of this data set, which may be one that counts: {item!r}. Use examples of your own."
)
MOST_DRAWN = 1_000  # items that can be seen and sealed together
TELLING = 16  # characters from which an item is recognised within a longer text


def written_out(assignment: Assignment) -> Assignment:
    """The same, what its technique takes from the data written into it, where students see it: template and examples.

    Raises InvalidSetup when the data has fewer items than are to be seen and sealed.
    """
    _draw(assignment, 0)
    if assignment.laboratory:
        return assignment
    experiment, technique = assignment.experiment, assignment.technique
    dataset = datasets.load(experiment.data)
    examples = column_setup(columns(experiment)[0], experiment, dataset).task.examples
    task = {**technique.task, "examples": [as_json(one) for one in examples]} if examples else technique.task
    filled = replace(technique, template=technique.template or dataset.template, task=task)
    return replace(assignment, experiment=replace(experiment, techniques=(filled, *experiment.techniques[1:])))


def seen_experiment(assignment: Assignment, seed: int, technique: Technique) -> Experiment:
    """The technique on the items that students see."""
    dataset, items = _draw(assignment, seed)
    return _asked(assignment, dataset, items[: assignment.seen], technique)


def sealed_experiment(assignment: Assignment, seed: int, technique: Technique) -> Experiment:
    """The technique on the items that only the sealed score is made from."""
    dataset, items = _draw(assignment, seed)
    return _asked(assignment, dataset, items[assignment.seen :], technique)


def laboratory_experiment(assignment: Assignment, seed: int) -> Experiment:
    """The first two techniques, on items drawn by a student's own seed."""
    experiment = assignment.experiment
    data = replace(experiment.data, seed=seed, size=assignment.seen)
    return replace(_alone(experiment), data=data, techniques=experiment.techniques[:2])


def compared(assignment: Assignment, seed: int) -> list[str]:
    """What the two techniques of a laboratory are called."""
    return [column.label for column in columns(laboratory_experiment(assignment, seed))]


def check_own_words(assignment: Assignment, seed: int, technique: Technique) -> None:
    """Raises InvalidSetup for a prompt that holds an item, be it seen, sealed or neither: alike, so that none is told.

    What the assignment itself says is the teacher's.
    """
    given = {_key(text) for text in _texts(as_json(assignment.technique))}
    own = [key for text in _texts(as_json(technique)) if (key := _key(text)) not in given]
    for item in datasets.load(replace(assignment.experiment.data, size=MOST_DRAWN, seed=seed)).items:
        key = _key(item.input)
        if key in own or (len(key) >= TELLING and any(key in text for text in own)):
            raise InvalidSetup(HOLDS_ITEM.format(item=item.input[:80]))


def _texts(value: Any) -> Iterator[str]:
    """Every text in plain data."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for part in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(part)


def _key(text: str) -> str:
    return " ".join(text.casefold().split())


def _draw(assignment: Assignment, seed: int) -> tuple[Dataset, Sequence[Item]]:
    """The data set, and its items in the order in which they are dealt out: those that are seen first."""
    wanted = assignment.seen if assignment.laboratory else assignment.seen + assignment.sealed
    dataset = datasets.load(replace(assignment.experiment.data, size=wanted, seed=seed))
    if len(dataset.items) < wanted:
        have, data = len(dataset.items), assignment.experiment.data.name
        raise InvalidSetup(f"The data set {data!a} has {have:,} items for {wanted:,} seen and sealed ones; take fewer.")
    return dataset, Random(f"class {seed}").sample(dataset.items, wanted)


def _asked(assignment: Assignment, dataset: Dataset, items: Sequence[Item], technique: Technique) -> Experiment:
    experiment = assignment.experiment
    data = replace(
        experiment.data, name=datasets.OWN, items=tuple(items), size=len(items), shots=0, template=dataset.template,
        answer=dataset.answer, labels=tuple(dataset.labels),
    )  # fmt: skip
    scorer = experiment.scorer if experiment.scorer.name else dataset.scorer
    return replace(_alone(experiment), data=data, techniques=(technique,), scorer=scorer)


def _alone(experiment: Experiment) -> Experiment:
    """On its first model, each item once."""
    return replace(experiment, models=experiment.models[:1], variants=(), repetitions=1, expectations=())
