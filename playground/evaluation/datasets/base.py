"""Types of the built-in data sets."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from playground.evaluation.plan import Item, ScorerChoice
from playground.types import AnswerType


@dataclass(frozen=True, slots=True, kw_only=True)
class DataCard:
    """What to know before believing a figure measured on it."""

    title: str
    about: str
    origin: str
    size: str
    licence: str
    shows: str
    limits: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """A demonstration: the bare answer as `output`, or `reasoning` that ends "The answer is ..." ("" has none)."""

    input: str
    output: str
    reasoning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """What is asked in one experiment. `template` has {input}; `scorer` is the one that suits the answers."""

    name: str
    card: DataCard
    answer: AnswerType = "text"
    labels: tuple[str, ...] = ()
    template: str = "{input}"
    items: tuple[Item, ...]
    shots: tuple[Shot, ...] = ()
    scorer: ScorerChoice


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetSource:
    """A set that comes with the playground.

    `items(random, size)` gives at most `size` items, `shots(random, count)` at most `count` shots from a part that
    is never asked. Both give a shorter list as the beginning of a longer one: more items never mean other items.
    """

    name: str
    items: Callable[[Random, int], Sequence[Item]]
    shots: Callable[[Random, int], Sequence[Shot]]
    scorer: ScorerChoice
    answer: AnswerType = "text"
    labels: tuple[str, ...] = ()
    template: str = "{input}"
