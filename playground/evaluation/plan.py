"""An experiment as data: items, techniques, models, sampling settings and a scorer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from playground.parameters import STRICT, many, mapping, number, text
from playground.types import MAX_NAME, MAX_TEXT, Weights

MAX_ITEMS = 10_000
MAX_CELLS = 100_000
MAX_LABEL = 3 * MAX_NAME  # characters of a column's label: a technique's, a model's and an adapter's name, a variant's

Name = Annotated[str, Field(min_length=1, max_length=60, strict=True)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One case: what is asked and what would be right; the first of several references is the one shown."""

    __pydantic_config__ = STRICT
    id: str = text(max_length=60, help="Its name in the data set.")
    input: str = text(max_length=MAX_TEXT, help="What is asked.")
    references: tuple[Annotated[str, Field(max_length=MAX_TEXT, strict=True)], ...] = many(
        max_length=16, help="What would be right; any of them."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DataChoice:
    """Where the items come from: a set that comes with the playground, or `items` of one's own."""

    __pydantic_config__ = STRICT
    name: str = text("word_problems", max_length=60, help="A data set that comes with the playground, or own.")
    size: int = number(60, 1, MAX_ITEMS, step=1, help="How many items are asked.")
    seed: int = number(0, 0, 2**32 - 1, step=1, help="Which items are drawn.")
    shots: int = number(4, 0, 32, step=1, help="Examples for techniques that show some; never items that are asked.")
    template: str = text(
        max_length=MAX_TEXT, lines=2, help="With {input} where the item goes. Empty: the data set's own."
    )
    answer: str = text(max_length=20, help="Answer type, for data of one's own.")
    labels: tuple[Name, ...] = many(max_length=64, help="The allowed answers, for data of one's own.")
    items: tuple[Item, ...] = many(max_length=MAX_ITEMS, help="The items, for data of one's own.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Technique:
    """What a column asks by: a technique with its options, and whatever of the task and the sampling it needs."""

    __pydantic_config__ = STRICT
    name: str = text(max_length=60, help="What its column is called. Empty: the technique's title.")
    strategy: str = text("zero_shot", max_length=60, help="The technique.")
    options: Mapping[str, Any] = mapping(max_length=32, help="The technique's own parameters.")
    task: Mapping[str, Any] = mapping(max_length=8, help="Role, steps and other parts of the task but its input.")
    template: str = text(max_length=MAX_TEXT, lines=2, help="Prompt template, with {input}, instead of the data's.")
    sampling: Mapping[str, Any] = mapping(max_length=16, help="Sampling parameters that belong to this technique.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplingVariant:
    """How tokens are chosen, under a name. It goes over what the technique says."""

    __pydantic_config__ = STRICT
    name: str = text(max_length=60, help="What it is called in the table.")
    sampling: Mapping[str, Any] = mapping(max_length=16, help="Sampling parameters.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorerChoice:
    """How an answer gets its score: a scorer by name, with its options."""

    __pydantic_config__ = STRICT
    name: str = text(max_length=60, help="The scorer. Empty: the one that suits the data.")
    options: Mapping[str, Any] = mapping(max_length=16, help="The scorer's own parameters.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What a column must reach: a mean score, or more than another column by more than chance."""

    __pydantic_config__ = STRICT
    column: str = text(max_length=MAX_LABEL, help="The column it is about.")
    at_least: float | None = number(None, 0, 1, step=0.01, help="Its mean score is at least this.")
    better_than: str = text(max_length=MAX_LABEL, help="The column it must beat by more than chance explains.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """Techniques x models x sampling variants x repetitions, on every item. Each cell of that grid is one Setup."""

    __pydantic_config__ = STRICT
    title: str = text("Untitled", max_length=200, help="What it is called.")
    about: str = text(max_length=2000, lines=2, help="What it is to find out.")
    data: DataChoice = DataChoice()
    techniques: tuple[Technique, ...] = many(max_length=24, help="Techniques, a column each.")
    models: tuple[Weights, ...] = many(max_length=8, help="Models and adapters. Empty: the default model.")
    variants: tuple[SamplingVariant, ...] = many(
        max_length=8, help="Sampling variants. Empty: what each technique says."
    )
    repetitions: int = number(1, 1, 20, step=1, help="How often each item is asked, each time with another seed.")
    seed: int = number(0, 0, 2**32 - 1, step=1, help="The random seed of the whole experiment.")
    sampling: Mapping[str, Any] = mapping(max_length=16, help="Sampling parameters for all, under the technique's.")
    scorer: ScorerChoice = ScorerChoice()
    expectations: tuple[Expectation, ...] = many(max_length=32, help="What must hold; checked at the end.")
