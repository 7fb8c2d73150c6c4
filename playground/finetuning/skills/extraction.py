"""Who orders what, how much of it and for when, as strict JSON with fixed keys."""

import json
from collections.abc import Mapping
from random import Random
from typing import Any

from playground.finetuning.recipe import Recipe
from playground.finetuning.skills.base import HeldOut, Skill
from playground.skill_data.orders import ASK, ASK_HELD_OUT, KEYS, compose_orders
from playground.skill_data.reading import read_items
from playground.types import Example

COMPOSED = 1200  # training orders


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
    "`playground/skill_data/extraction`.",
    limits="The form it learned surely, copying less so: a rare word may come out as a commoner one. It knows these "
    "four keys and no others, takes every text for an order, and an order for one thing only.",
    training=_training,
    held_out=_held_out,
    marks=_marks,
    max_tokens=80,
    recipe=Recipe(steps=100),
)
