"""Short reviews with their sentiment. What the shipped adapter was trained on is shown, and never asked."""

from random import Random

from playground.evaluation.datasets.base import DatasetSource, Shot
from playground.evaluation.datasets.files import from_jsonl
from playground.evaluation.datasets.item_order import by_turns, stable_id
from playground.evaluation.plan import Item, ScorerChoice
from playground.skill_data.reading import read_items as trained_or_held_out
from playground.skill_data.reviews import ASK_HELD_OUT, LABELS


def _items(random: Random, size: int) -> list[Item]:
    rows = [*trained_or_held_out("sentiment/reviews.jsonl", "held_out"), *from_jsonl("sentiment/reviews.jsonl")]
    selection = by_turns(rows, [row["label"] for row in rows], random)[:size]
    return [
        Item(id=stable_id("review", row["text"]), input=row["text"], references=(row["label"],)) for row in selection
    ]


def _shots(random: Random, count: int) -> list[Shot]:
    rows = trained_or_held_out("sentiment/reviews.jsonl", "train")
    selection = by_turns(rows, [row["label"] for row in rows], random)[:count]
    return [Shot(input=row["text"], output=row["label"]) for row in selection]


SENTIMENT = DatasetSource(
    name="sentiment",
    items=_items,
    shots=_shots,
    answer="label",
    labels=LABELS,
    template=ASK_HELD_OUT.replace("{text}", "{input}"),
    scorer=ScorerChoice(name="label"),
)
