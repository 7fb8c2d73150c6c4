"""Orders to be written as JSON: written ones are asked, composed ones are shown."""

import json
from random import Random
from typing import Any

from playground.evaluation.datasets.base import Shot, Source
from playground.evaluation.datasets.drawing import by_turns, named
from playground.evaluation.datasets.files import from_jsonl
from playground.evaluation.plan import Item, Judgement
from playground.finetuning.reading import items as held_out
from playground.finetuning.skills.extraction import ASK_HELD_OUT, KEYS, composed


def _items(random: Random, size: int) -> list[Item]:
    rows = [*held_out("extraction/orders.jsonl", "held_out"), *from_jsonl("extraction/orders.jsonl")]
    found = by_turns(rows, [""] * len(rows), random)[:size]
    return [Item(id=named("order", row["text"]), input=row["text"], references=(_json(row),)) for row in found]


def _shots(random: Random, count: int) -> list[Shot]:
    return [Shot(input=text, output=_json(record)) for text, record in composed(random, count)]


def _json(row: dict[str, Any]) -> str:
    return json.dumps({key: row[key] for key in KEYS}, ensure_ascii=False)


EXTRACTION = Source(
    name="extraction",
    items=_items,
    shots=_shots,
    template=ASK_HELD_OUT.replace("{text}", "{input}"),
    scorer=Judgement(name="json_fields"),
)
