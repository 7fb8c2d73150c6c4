"""Short reviews with their sentiment. What the shipped adapter was trained on is shown, and never asked."""

from random import Random

from playground.evaluation.datasets.base import Shot, Source
from playground.evaluation.datasets.drawing import by_turns, named
from playground.evaluation.datasets.files import from_jsonl
from playground.evaluation.plan import Item, Judgement
from playground.finetuning.reading import items as trained_or_held_out
from playground.finetuning.skills.sentiment import ASK_HELD_OUT, LABELS


def _items(random: Random, size: int) -> list[Item]:
    rows = [*trained_or_held_out("sentiment/reviews.jsonl", "held_out"), *from_jsonl("sentiment/reviews.jsonl")]
    found = by_turns(rows, [row["label"] for row in rows], random)[:size]
    return [Item(id=named("review", row["text"]), input=row["text"], references=(row["label"],)) for row in found]


def _shots(random: Random, count: int) -> list[Shot]:
    rows = trained_or_held_out("sentiment/reviews.jsonl", "train")
    found = by_turns(rows, [row["label"] for row in rows], random)[:count]
    return [Shot(input=row["text"], output=row["label"]) for row in found]


SENTIMENT = Source(
    name="sentiment",
    items=_items,
    shots=_shots,
    answer="label",
    labels=LABELS,
    template=ASK_HELD_OUT.replace("{text}", "{input}"),
    scorer=Judgement(name="label"),
)
