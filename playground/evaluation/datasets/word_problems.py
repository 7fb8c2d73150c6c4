"""Word problems in one or two steps, composed from scenarios, with worked solutions."""

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice
from random import Random
from typing import Any

from playground.evaluation.datasets.base import DatasetSource, Shot
from playground.evaluation.datasets.files import from_yaml
from playground.evaluation.datasets.item_order import by_turns, stable_id
from playground.evaluation.plan import Item, ScorerChoice
from playground.strategies.parts.templates import fill_template

OPERATORS: Mapping[str, Callable[[int, int], int]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.floordiv,
}
ATTEMPTS = 200  # to find numbers that were not used yet; after that a scenario is used up


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A story with gaps for numbers and names, and the sums that solve it: "a * b", then "last - c"."""

    name: str
    part: str  # asked or shown
    text: str
    worked: str
    numbers: Mapping[str, tuple[int, int]]  # the least and the most
    steps: tuple[str, ...]

    @property
    def operation(self) -> str:
        """The sign of the first sum; they take turns, so that four shots show all four."""
        return self.steps[0].split()[1]

    def draw_values(self, random: Random, words: Mapping[str, list[str]]) -> dict[str, str] | None:
        """What goes into the gaps, the answer with it; None where these numbers make no good problem."""
        numbers = {name: random.randint(*bounds) for name, bounds in self.numbers.items()}
        values = dict(numbers)
        for step in self.steps:
            left, sign, right = step.split()
            if sign == "/" and values[left] % values[right]:
                return None
            values["last"] = OPERATORS[sign](values[left], values[right])
            if values["last"] < 2:
                return None
            values.setdefault("first", values["last"])
        # A model that repeats a number of the text must not be right by that.
        if values["last"] in numbers.values():
            return None
        values["answer"] = values.pop("last")
        return {
            **{name: random.choice(list_) for name, list_ in words.items()},
            **{k: str(v) for k, v in values.items()},
        }


@cache
def _scenarios(file: str) -> tuple[Scenario, ...]:
    return tuple(
        Scenario(
            name=name,
            part=part,
            text=row["text"],
            worked=row["worked"],
            numbers={key: tuple(row[key]) for key in "abc" if key in row},
            steps=tuple(row["steps"]),
        )
        for part, rows in from_yaml(file).items()
        if part != "words"
        for name, row in rows.items()
    )


def compose_problems(file: str, part: str, random: Random) -> Iterator[tuple[str, str, str, str]]:
    """Name, problem, answer and worked solution; no problem twice, and all scenarios before one comes again."""
    words: dict[str, Any] = from_yaml(file)["words"]
    left = [scenario for scenario in _scenarios(file) if scenario.part == part]
    seen: set[str] = set()
    while left:
        for scenario in by_turns(left, [scenario.operation for scenario in left], random):
            for _ in range(ATTEMPTS):
                values = scenario.draw_values(random, words)
                if values and (text := fill_template(scenario.text, values)) not in seen:
                    break
            else:
                left.remove(scenario)
                continue
            seen.add(text)
            worked = f"{fill_template(scenario.worked, values)} The answer is {values['answer']}."
            yield stable_id(scenario.name, text), text, values["answer"], worked


def _source(name: str) -> DatasetSource:
    file = f"{name}/scenarios.yaml"

    def items(random: Random, size: int) -> list[Item]:
        selection = islice(compose_problems(file, "asked", random), size)
        return [Item(id=key, input=text, references=(answer,)) for key, text, answer, _ in selection]

    def shots(random: Random, count: int) -> list[Shot]:
        selection = islice(compose_problems(file, "shown", random), count)
        return [Shot(input=text, output=answer, reasoning=worked) for _, text, answer, worked in selection]

    return DatasetSource(name=name, items=items, shots=shots, answer="number", scorer=ScorerChoice(name="numeric"))


ONE_STEP = _source("word_problems")
TWO_STEP = _source("word_problems_two_step")
