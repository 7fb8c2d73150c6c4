"""The data that trainings can begin with: what comes with the playground, with prompts to look at while it trains."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from playground.finetuning.preparation.rows import Row, TrainingRow, messages_of
from playground.finetuning.preparation.splits import split_rows
from playground.finetuning.skills import SKILLS, Skill
from playground.types import Message

PROMPTS = 3  # that are answered at every look
MOST_VALIDATION = 64  # rows: a look at more would take longer than the steps between two


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingData:
    """`core` is what of a prompt tells items apart; `prompts` are of none of the rows."""

    name: str
    title: str
    about: str
    rows: tuple[Row, ...]
    prompts: tuple[tuple[Message, ...], ...]
    core: Callable[[str], str] = str


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Rows to learn from, rows to look at, and rows sealed for the end, which have no item in common."""

    training: tuple[Row, ...]
    validation: tuple[Row, ...]
    held_out: tuple[Row, ...] = ()


def built_in(name: str, seed: int) -> TrainingData:
    """The data of a skill, in the order of a seed. Raises KeyError for a name that is not in SKILLS."""
    skill: Skill = SKILLS[name]
    examples = skill.training(random.Random(seed))
    rows = tuple(
        TrainingRow(messages=messages_of(one.input), answer=one.output, id=str(number))
        for number, one in enumerate(examples, 1)
    )
    held_out = random.Random(0).sample(skill.held_out(), len(skill.held_out()))  # the same ones for every seed
    different = {str(one.truth): one.prompt for one in reversed(held_out)}  # a prompt for each answer
    prompts = [messages_of(prompt) for prompt in list(different.values())[:PROMPTS]]
    return TrainingData(
        name=name, title=skill.title, about=skill.data, rows=rows, prompts=tuple(prompts), core=skill.core
    )


def split(data: TrainingData, most: int | None, share: float, seed: int) -> Parts:
    """At most so many rows, and this share of their items apart, by the seed. Items stay whole on one side."""
    order = random.Random(seed)
    rows = order.sample(data.rows, len(data.rows))[:most]
    cores = [data.core(row.messages[-1].content).casefold() for row in rows]
    known = list(dict.fromkeys(cores))
    apart = set(order.sample(known, min(round(share * len(known)), MOST_VALIDATION, len(known) - 1)))
    return Parts(
        training=tuple(row for row, core in zip(rows, cores, strict=True) if core not in apart),
        validation=_once(rows, cores, apart)[:MOST_VALIDATION],
    )


def own(
    rows: tuple[Row, ...], title: str, most: int | None, validation: float, held_out: float, seed: int
) -> tuple[TrainingData, Parts]:
    """Data of one's own and its parts: at most so many rows, drawn by the seed, of which these shares are kept apart.

    The prompts are the first ones that are looked at. Raises InvalidSetup where there are too few rows for the parts.
    """
    drawn = random.Random(seed).sample(rows, len(rows))[:most]
    split = split_rows(drawn, seed=seed, validation=validation, held_out=held_out)
    parts = Parts(training=split.training, validation=split.validation[:MOST_VALIDATION], held_out=split.held_out)
    prompts = tuple(row.messages for row in parts.validation[:PROMPTS])
    return TrainingData(name="own", title=title, about="Your own rows.", rows=rows, prompts=prompts), parts


def _once(rows: Sequence[Row], cores: Sequence[str], apart: set[Any]) -> tuple[Row, ...]:
    """One row of each of these items."""
    found = {core: row for row, core in zip(rows, cores, strict=True) if core in apart}
    return tuple(found.values())
