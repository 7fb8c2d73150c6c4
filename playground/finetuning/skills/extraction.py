"""Who orders what, how much of it and for when, as strict JSON with fixed keys."""

import json
from collections.abc import Mapping
from random import Random
from typing import Any

from playground.finetuning.reading import fill_pattern, read_items, read_words
from playground.finetuning.recipe import Recipe
from playground.finetuning.skills.base import HeldOut, Skill
from playground.types import Example

KEYS = ("name", "item", "quantity", "day")
COMPOSED = 1200  # training orders

ASK = (
    "Extract the order as JSON.\n\n{text}",
    "Extract name, item, quantity and day as JSON.\n\n{text}",
    "Turn this into JSON: {text}",
    'Find the values of "name", "item", "quantity" and "day" in this sentence.\n\n{text}',
    'Give me a JSON object with "name", "item", "quantity" and "day" for: {text}',
    'Sentence: {text}\nKeys: "name", "item", "quantity", "day". Use null where nothing is said.',
    "Which name, item, quantity (as a number) and day does it mention? Answer in JSON.\n\nSentence: {text}",
    "Fill in name, item, quantity and day, or null.\n\nText: {text}",
    "{text}\n\nJSON:",
    "{text}",
)
# Not among the wordings above, and plain about what is wanted, so that the base has its chance.
ASK_HELD_OUT = (
    "Read the sentence and answer only with a JSON object with the keys "
    '"name", "item", "quantity" (a number) and "day"; use null for what is not said.\n\nSentence: {text}'
)


def compose_orders(random: Random, count: int) -> list[tuple[str, dict[str, Any]]]:
    """`count` orders from the word lists, each with what is to be found in it; None where it is not said."""
    lists = read_words("extraction/orders.yaml")
    orders = []
    for _ in range(count):
        pattern = random.choice(lists["patterns"])
        record = {key: random.choice(lists[key]) for key in ("name", "item", "day")}
        if random.random() < 0.3:
            record["item"] = f"{random.choice(lists['kind'])} {record['item']}"
        number, word = random.choice(list(lists["number"].items()))
        words = {**record, "quantity": random.choice([str(number), word])}
        text = fill_pattern(pattern, {key: [value] for key, value in words.items()}, random)
        record["quantity"] = number
        orders.append((text, {key: record[key] if f"{{{key}}}" in pattern else None for key in KEYS}))
    return orders


def _training(random: Random) -> list[Example]:
    return [
        Example(input=random.choice(ASK).format(text=text), output=json.dumps(record))
        for text, record in compose_orders(random, COMPOSED)
    ]


def _held_out() -> list[HeldOut]:
    rows = read_items("extraction/orders.jsonl", "held_out")
    return [
        HeldOut(prompt=ASK_HELD_OUT.format(text=row["text"]), truth={key: row[key] for key in KEYS}) for row in rows
    ]


def _marks(answer: str, truth: Mapping[str, Any]) -> Mapping[str, bool]:
    try:
        record = json.loads(answer)
    except ValueError:
        record = None
    keyed = isinstance(record, dict) and set(record) == set(KEYS)
    return {
        "is JSON and nothing else": isinstance(record, dict),
        "has exactly the four keys": keyed,
        "has all four values right": keyed and record == truth,
    }


EXTRACTION = Skill(
    name="extraction",
    title="Orders to JSON",
    about="Answers an order with strict JSON: name, item, quantity and day, null for what is not said.",
    example={
        "task": {"input": "Hi, this is Maria, I'd like three bags of flour for Friday please."},
        "sampling": {"temperature": 0, "max_tokens": 80},
    },
    data="Orders composed from this project's patterns and word lists, and measured on orders written by hand: "
    "`playground/finetuning/data/extraction`.",
    limits="The form it learned surely, copying less so: a rare word may come out as a commoner one. It knows these "
    "four keys and no others, takes every text for an order, and an order for one thing only.",
    training=_training,
    held_out=_held_out,
    marks=_marks,
    max_tokens=80,
    recipe=Recipe(steps=100),
)
