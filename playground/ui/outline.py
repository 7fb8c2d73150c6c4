"""How the steps of a run are told: what ran side by side is one step with many outputs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from playground.types import Step

NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Consecutive steps that differ only in a number of their label; `first` is the position of the first."""

    first: int
    steps: tuple[Step, ...]

    @property
    def label(self) -> str:
        one, last = self.steps[0].label, self.steps[-1].label
        if len(self.steps) == 1:
            return one
        return f"{one}\u2013{''.join(NUMBER.findall(last)[-1:])}"

    @property
    def end(self) -> int:
        return self.first + len(self.steps)


def groups(steps: Sequence[Step]) -> tuple[Group, ...]:
    """Steps in order, "Answer of path 1" to "Answer of path 10" as one."""
    found: list[Group] = []
    for i, step in enumerate(steps):
        if found and _alike(found[-1].steps[-1], step):
            found[-1] = Group(first=found[-1].first, steps=(*found[-1].steps, step))
        else:
            found.append(Group(first=i, steps=(step,)))
    return tuple(found)


def _alike(one: Step, other: Step) -> bool:
    numbers = NUMBER.findall(one.label), NUMBER.findall(other.label)
    counted_on = bool(numbers[0]) and bool(numbers[1]) and int(numbers[1][-1]) == int(numbers[0][-1]) + 1
    return counted_on and NUMBER.sub("", one.label) == NUMBER.sub("", other.label)
