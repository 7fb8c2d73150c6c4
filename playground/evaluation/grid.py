"""The grid of an experiment: one setup for each item in each column."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, overload

from playground import setups
from playground.errors import InvalidSetup
from playground.evaluation.columns import Column, columns
from playground.evaluation.datasets.base import Dataset, Shot
from playground.evaluation.plan import Experiment, Item, Technique
from playground.prompts import prompts_of
from playground.strategies import technique_of
from playground.strategies.parts.material import with_material
from playground.strategies.parts.templates import field_names, fill_template
from playground.types import Example, Setup, Task

__all__ = ["Column", "Grid", "GridCell", "cell_seed", "cells", "column_setup", "columns", "samples_at_once"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GridCell:
    """One item in one column, asked once more for each repetition."""

    column: Column
    item: Item
    repetition: int
    setup: Setup


class Grid(Sequence[GridCell]):
    """All cells of an experiment on a data set, made when they are looked at: item by item, in every column.

    So all columns grow evenly, and a stop in the middle leaves items that every column was asked. Repetitions come
    one after the other. Raises InvalidSetup, naming its place in the experiment, for a column that cannot be asked.
    """

    def __init__(self, experiment: Experiment, dataset: Dataset) -> None:
        self.columns = columns(experiment)
        self.dataset = dataset
        self._experiment = experiment
        self.bases = tuple(column_setup(column, experiment, dataset) for column in self.columns)
        self.templates = tuple(c.technique.template or dataset.template for c in self.columns)

    def __len__(self) -> int:
        return len(self.columns) * len(self.dataset.items) * self._experiment.repetitions

    @overload
    def __getitem__(self, index: int) -> GridCell: ...
    @overload
    def __getitem__(self, index: slice) -> list[GridCell]: ...
    def __getitem__(self, index: int | slice) -> GridCell | list[GridCell]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if not 0 <= index < len(self):
            raise IndexError(index)
        rest, at = divmod(index, len(self.columns))
        repetition, number = divmod(rest, len(self.dataset.items))
        item, base_setup = self.dataset.items[number], self.bases[at]
        setup = replace(
            base_setup,
            task=_with_item(base_setup.task, self.templates[at], item.input),
            sampling=replace(base_setup.sampling, seed=cell_seed(self._experiment.seed, item.id, repetition)),
        )
        return GridCell(column=self.columns[at], item=item, repetition=repetition, setup=setup)

    def column_of(self, index: int) -> int:
        """The number of a cell's column."""
        return index % len(self.columns)


def cells(experiment: Experiment, dataset: Dataset) -> Iterator[GridCell]:
    """All cells, in the order in which they are asked."""
    return iter(Grid(experiment, dataset))


def cell_seed(experiment: int, item: str, repetition: int) -> int:
    """The same in every column: so chance favours none of them. Other items and columns have no say in it."""
    return int.from_bytes(hashlib.sha256(f"{experiment}/{repetition}/{item}".encode()).digest()[:4])


def _with_item(task: Task, template: str, item: str) -> Task:
    """The task with the item where `{input}` stands: in the template, and in the material where it names it."""
    values, material = {"input": item}, task.material
    if "input" in field_names(material):
        material = fill_template(material, values)
    return replace(task, input=fill_template(template, values), material=material)


def column_setup(column: Column, experiment: Experiment, dataset: Dataset) -> Setup:
    """The setup of a column's cells but for their input and seed. Raises InvalidSetup naming its place."""
    technique, model = column.technique, column.model
    task: dict[str, Any] = {"answer": dataset.answer, "labels": list(dataset.labels), **technique.task, "input": "?"}
    data = {
        **setups.weights_to_dict(model),
        "strategy": technique.strategy,
        "options": dict(technique.options),
        "task": task,
        "sampling": {**experiment.sampling, **technique.sampling, **column.variant.sampling},
    }
    try:
        setup = setups.parse(data)
        if "examples" not in technique.task and (shots := _shots(setup, technique, dataset)):
            setup = setups.parse({**data, "task": {**task, "examples": [asdict(shot) for shot in shots]}})
        technique_of(setup).check_alone(setup.task)
    except InvalidSetup as error:
        raise error.at(_path_in_experiment(error.path, column)) from None
    return setup


def _shots(setup: Setup, technique: Technique, dataset: Dataset) -> Iterable[Example]:
    """The data's demonstrations, if the technique shows any: worked out where it says so, else the answers.

    Where the data has worked solutions, both end "The answer is ...", as in Wei et al. 2022 (figure 1): columns with
    and without reasoning then differ in the reasoning alone. Labels, JSON and the like stand bare, as they are wanted.
    """
    strategy = technique_of(setup)
    reasons = strategy.shows_reasoning
    if not reasons and "examples" not in strategy.required:
        return ()
    around = technique.template or dataset.template
    return [
        Example(input=_format_item(setup.task, around, shot.input, strategy.fenced), output=_output(shot, reasons))
        for shot in dataset.shots
    ]


def _format_item(task: Task, template: str, item: str, fenced: str) -> str:
    """An example's item as one that is asked stands in its prompt: fenced, where it is the material."""
    shown = _with_item(task, template, item)
    return shown.input if shown.material == task.material else with_material(shown, fenced).input


def _output(shot: Shot, reasons: bool) -> str:
    if reasons and shot.reasoning:
        return shot.reasoning
    return f"The answer is {shot.output}." if reasons or shot.reasoning else shot.output


def _path_in_experiment(path: tuple[str | int, ...], column: Column) -> tuple[str | int, ...]:
    """Where in the experiment a value of a column's setup comes from."""
    technique, model, variant = column.position
    if path[:1] in (("model",), ("adapter",), ("scale",)):
        return ("models", model, *path)
    if path[:1] != ("sampling",):
        return ("techniques", technique, *path)
    if path[1:2] and path[1] in column.variant.sampling:
        return ("variants", variant, *path)
    if path[1:2] and path[1] in column.technique.sampling:
        return ("techniques", technique, *path)
    return path


def samples_at_once(setup: Setup) -> int:
    """How many samples the setup draws at once, at most."""
    together: Counter[str] = Counter()
    for i, prompt in enumerate(prompts_of(setup)):
        together[prompt.step.together or f"step {i}"] += len(prompt.step.completions)
    return max(together.values(), default=1)
