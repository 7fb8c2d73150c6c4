"""Questions about the documents of a collection, some of which these do not answer."""

from random import Random

from playground.evaluation.datasets.base import DatasetSource, Shot
from playground.evaluation.datasets.item_order import stable_id
from playground.evaluation.plan import Item, ScorerChoice
from playground.retrieval.collections import shipped_collections

ASKED, SHOWN = "ferry_island", "coffee_machine"
NOT_SAID = "do not say"  # what is right where nothing answers


def _items(random: Random, size: int) -> list[Item]:
    questions = shipped_collections()[ASKED].questions
    return [
        Item(id=stable_id("island", known.question), input=known.question, references=known.answers or (NOT_SAID,))
        for known in random.sample(questions, len(questions))[:size]
    ]


def _shots(random: Random, count: int) -> list[Shot]:
    answered = [known for known in shipped_collections()[SHOWN].questions if known.answers]
    return [
        Shot(input=known.question, output=known.answers[0]) for known in random.sample(answered, len(answered))[:count]
    ]


ISLAND_QUESTIONS = DatasetSource(
    name="island_questions", items=_items, shots=_shots, scorer=ScorerChoice(name="contains")
)
