"""Orders to be written as JSON: written ones are asked, composed ones are shown."""

import json
from random import Random
from typing import Any

from playground.evaluation.datasets.base import DatasetSource, Shot
from playground.evaluation.datasets.files import from_jsonl
from playground.evaluation.datasets.item_order import by_turns, stable_id
from playground.evaluation.plan import Item, ScorerChoice
from playground.skill_data.orders import ASK_HELD_OUT, KEYS, compose_orders
from playground.skill_data.reading import read_items as held_out


def _items(random: Random, size: int) -> list[Item]:
    rows = [*held_out("extraction/orders.jsonl", "held_out"), *from_jsonl("extraction/orders.jsonl")]
    selection = by_turns(rows, [""] * len(rows), random)[:size]
    return [Item(id=stable_id("order", row["text"]), input=row["text"], references=(_json(row),)) for row in selection]


def _shots(random: Random, count: int) -> list[Shot]:
    return [Shot(input=text, output=_json(record)) for text, record in compose_orders(random, count)]


def _json(row: dict[str, Any]) -> str:
    return json.dumps({key: row[key] for key in KEYS}, ensure_ascii=False)


EXTRACTION = DatasetSource(
    name="extraction",
    items=_items,
    shots=_shots,
    template=ASK_HELD_OUT.replace("{text}", "{input}"),
    scorer=ScorerChoice(name="json_fields"),
)
