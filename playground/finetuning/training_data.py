"""The data that trainings can begin with: what comes with the playground, with prompts to look at while it trains."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from playground.errors import InvalidSetup
from playground.finetuning.held_out.tasks import TASKS
from playground.finetuning.preparation.checks.base import group_rows, prompt_key
from playground.finetuning.preparation.rows import PreferenceRow, Row, TrainingRow, messages_of
from playground.finetuning.preparation.splits import split_rows
from playground.finetuning.skills import SKILLS, Skill
from playground.finetuning.skills.pirate import preferred_tellings
from playground.formats import format_count
from playground.types import Example, Message

PROMPTS = 3  # that are answered at every look
PAIRS, PAIRS_TITLE = "pirate_pairs", "A pirate's voice preferred, as pairs"
SEALED = 0.2  # share of the items that is sealed where a search needs some
MOST_VALIDATION = 64  # rows: a look at more would take longer than the steps between two


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingData:
    """`key` tells items apart, which may be worded in several ways; `prompts` are of none that is learned."""

    name: str
    title: str
    about: str
    rows: tuple[Row, ...]
    prompts: tuple[tuple[Message, ...], ...]
    key: Callable[[Row], str] = prompt_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Rows to learn from, rows to look at, and rows sealed for the end, which have no item in common.

    Of the data, `unused` rows were more than were to be used, and `repeats` ask again what is looked at."""

    training: tuple[Row, ...]
    validation: tuple[Row, ...]
    held_out: tuple[Row, ...] = ()
    unused: int = 0
    repeats: int = 0


def offered() -> dict[str, str]:
    """The titles of all data that comes with the playground, by name: of skills, of tasks without one, and of pairs."""
    skills = {name: skill.title for name, skill in SKILLS.items()}
    return {**skills, **{task.name: task.title for task in TASKS.values() if not task.skill}, PAIRS: PAIRS_TITLE}


def built_in(name: str, seed: int) -> TrainingData:
    """The data of a skill or task, or the pairs, in the order of a seed. Raises KeyError for a name not offered."""
    if name == PAIRS:
        return _pairs(seed)
    if name in SKILLS:
        return _of_skill(SKILLS[name], seed)
    task = TASKS[name]
    examples, apart = task.learnable(PROMPTS, (), seed)
    prompts = tuple(messages_of(item.input) for item in apart)
    return TrainingData(name=name, title=task.title, about=task.about_data, rows=_rows(examples), prompts=prompts)


def _pairs(seed: int) -> TrainingData:
    """The pairs that the built-in reward model learns from too, for DPO."""
    rows = tuple(
        PreferenceRow(messages=messages_of(asked), chosen=chosen, rejected=rejected, id=str(number))
        for number, (asked, chosen, rejected) in enumerate(preferred_tellings(random.Random(seed)), 1)
    )
    about = "A question with two answers: in a pirate's voice, which is preferred, and plain. For DPO, and for rewards."
    prompts = _of_skill(SKILLS["pirate"], seed).prompts
    return TrainingData(name=PAIRS, title=PAIRS_TITLE, about=about, rows=rows, prompts=prompts)


def _of_skill(skill: Skill, seed: int) -> TrainingData:
    rows = _rows(skill.training(random.Random(seed)))
    held_out = random.Random(0).sample(skill.held_out(), len(skill.held_out()))  # the same ones for every seed
    different = {str(one.truth): one.prompt for one in reversed(held_out)}  # a prompt for each answer
    prompts = [messages_of(prompt) for prompt in list(different.values())[:PROMPTS]]
    return TrainingData(
        name=skill.name, title=skill.title, about=skill.data, rows=rows, prompts=tuple(prompts),
        key=lambda row: skill.core(row.messages[-1].content).casefold(),
    )  # fmt: skip


def _rows(examples: Sequence[Example]) -> tuple[Row, ...]:
    return tuple(
        TrainingRow(messages=messages_of(one.input), answer=one.output, id=str(number))
        for number, one in enumerate(examples, 1)
    )


def split(data: TrainingData, most: int | None, validation: float, seed: int, held_out: float = 0.0) -> Parts:
    """At most so many rows, drawn by the seed, of whose items these shares are kept apart, each whole in one part.

    An item is looked at in one of its wordings. Raises InvalidSetup where there are too few items for the parts.
    """
    drawn = random.Random(seed).sample(data.rows, len(data.rows))[:most]
    parts = split_rows(
        drawn, seed=seed, validation=validation, held_out=held_out, key=data.key, most_validation=MOST_VALIDATION
    )
    once = [places[0] for places in group_rows(parts.validation, data.key).values()]
    looked_at = tuple(parts.validation[place] for place in once)
    return Parts(
        training=parts.training, validation=looked_at, held_out=parts.held_out,
        unused=len(data.rows) - len(drawn), repeats=len(parts.validation) - len(looked_at),
    )  # fmt: skip


def parts_text(parts: Parts) -> str:
    """How many rows there are for what."""
    learned, looked = format_count(len(parts.training), "row"), format_count(len(parts.validation), "row")
    said = [f"{learned} to learn from, {looked} to look at while it learns."]
    if parts.held_out:
        said.append(f"{format_count(len(parts.held_out), 'row')} sealed for the end.")
    return " ".join(said)


def left_out_text(parts: Parts) -> str:
    """How many rows are for nothing, and why; empty for none."""
    said = []
    if parts.unused:
        said.append(f"{format_count(parts.unused, 'row')} left out, more than were to be used.")
    if parts.repeats:
        said.append(f"{format_count(parts.repeats, 'row')} left out, asking again what is looked at.")
    return " ".join(said)


def own(
    rows: tuple[Row, ...], title: str, most: int | None, validation: float, held_out: float, seed: int
) -> tuple[TrainingData, Parts]:
    """Data of one's own and its parts: at most so many rows, drawn by the seed, of which these shares are kept apart.

    The prompts are the first ones that are looked at. Raises InvalidSetup where there are too few rows for the parts.
    """
    data = TrainingData(name="own", title=title, about="Your own rows.", rows=rows, prompts=())
    parts = split(data, most, validation, seed, held_out)
    return replace(data, prompts=tuple(row.messages for row in parts.validation[:PROMPTS])), parts


def parts_for_search(data: TrainingData, parts: Parts, seed: int) -> Parts:
    """The same with rows sealed for the end, where there are none yet: a share of those that were to be learned.

    Raises InvalidSetup where there are too few for that, and for no validation rows, by which recipes are judged.
    """
    if not parts.validation:
        raise InvalidSetup("A search judges recipes by the validation part; keep some rows apart for it.")
    if parts.held_out:
        return parts
    again = split_rows(parts.training, seed=seed, validation=0.0, held_out=SEALED, key=data.key)
    return replace(parts, training=again.training, held_out=again.held_out)
