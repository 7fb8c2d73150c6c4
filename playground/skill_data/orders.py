"""Orders, written or composed, with what is to be found in them, and how they are asked about."""

from random import Random
from typing import Any

from playground.skill_data.reading import fill_pattern, read_words

KEYS = ("name", "item", "quantity", "day")

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
