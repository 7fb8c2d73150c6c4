"""The data sets an experiment can ask: those that come with the playground, and one's own.

base.py            Types of the built-in data sets
documents.py       Questions about the documents of a collection, some of which these do not answer
item_order.py      Draws items at random so that groups are balanced
files.py           Reads the data files of the built-in data sets
orders.py          Orders to be written as JSON: written ones are asked, composed ones are shown
own.py             Makes a data set of a person's own items
passages.py        Short passages, with questions that they answer or a summary in one sentence
puzzles.py         Puzzles with a simple rule: odd numbers that sum to an even one, and last letters
reviews.py         Short reviews with their sentiment
word_problems.py   Word problems in one or two steps, composed from scenarios, with worked solutions
"""

from collections.abc import Mapping
from functools import cache, lru_cache
from random import Random

from playground.errors import InvalidSetup
from playground.evaluation.datasets.base import DataCard, Dataset, DatasetSource, Shot
from playground.evaluation.datasets.documents import ISLAND_QUESTIONS
from playground.evaluation.datasets.files import from_yaml
from playground.evaluation.datasets.orders import EXTRACTION
from playground.evaluation.datasets.own import CARD, OWN, own_dataset
from playground.evaluation.datasets.passages import QUESTION_ANSWERING, SUMMARIES
from playground.evaluation.datasets.puzzles import LAST_LETTERS, ODD_SUM
from playground.evaluation.datasets.reviews import SENTIMENT
from playground.evaluation.datasets.word_problems import ONE_STEP, TWO_STEP
from playground.evaluation.plan import DataChoice, Item
from playground.strategies.parts import templates

__all__ = ["OWN", "SOURCES", "DataCard", "Dataset", "DatasetSource", "Shot", "card", "load", "names"]

SOURCES: Mapping[str, DatasetSource] = {
    source.name: source
    for source in (
        ONE_STEP,
        TWO_STEP,
        SENTIMENT,
        EXTRACTION,
        QUESTION_ANSWERING,
        SUMMARIES,
        ISLAND_QUESTIONS,
        ODD_SUM,
        LAST_LETTERS,
    )
}


def names() -> tuple[str, ...]:
    """The sets that come with the playground, in display order."""
    return tuple(SOURCES)


@cache
def card(name: str) -> DataCard:
    """What to know of a set. Raises InvalidSetup where there is none of that name."""
    if name == OWN:
        return CARD
    return DataCard(**from_yaml(f"{_source(name).name}/card.yaml"))


def load(data: DataChoice) -> Dataset:
    """The items and shots that `data` asks for; fewer than `size` where a set holds no more.

    Items depend on the seed alone and not on `size`: the first 20 of 60 are the 20. Raises InvalidSetup
    for an unknown name, a template without {input}, and own items that cannot be used.
    """
    _check_template(data.template)
    if data.name == OWN:
        return own_dataset(data)
    source = _source(data.name)
    items, shots = _drawn(data.name, data.seed, data.size, data.shots)
    return Dataset(
        name=source.name,
        card=card(source.name),
        answer=source.answer,
        labels=source.labels,
        template=data.template or source.template,
        items=items,
        shots=shots,
        scorer=source.scorer,
    )


@lru_cache(maxsize=16)  # a class asks for the same at every run of every student
def _drawn(name: str, seed: int, size: int, shots: int) -> tuple[tuple[Item, ...], tuple[Shot, ...]]:
    source = SOURCES[name]
    items = source.items(Random(f"{name} items {seed}"), size)
    return tuple(items), tuple(source.shots(Random(f"{name} shots {seed}"), shots))


def _check_template(template: str) -> None:
    if template and set(templates.field_names(template)) != {"input"}:
        rule = "it must hold {input}, and no other name in braces."
        raise InvalidSetup(path=("data", "template"), value=template, rule=rule)


def _source(name: str) -> DatasetSource:
    if name not in SOURCES:
        choices = ", ".join((*SOURCES, OWN))
        raise InvalidSetup(path=("data", "name"), value=name, rule=f"it must be one of {choices}.")
    return SOURCES[name]
