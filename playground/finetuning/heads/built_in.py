"""The rows that heads can learn from at once: reviews, orders, and answers in a pirate's voice."""

import re
from collections.abc import Iterable, Iterator, Mapping
from random import Random
from typing import Any

from playground.finetuning.heads.kinds import HeadName
from playground.finetuning.heads.own import Parts
from playground.finetuning.heads.rows import AskedPassage, LabelledText, PreferredAnswer, Span, TaggedText
from playground.finetuning.skills.pirate import preferred_tellings
from playground.skill_data.orders import compose_orders
from playground.skill_data.reading import read_items, read_words
from playground.skill_data.reviews import compose_reviews

REVIEWS, ORDERS = 150, 500  # composed: of each label, and of all
APART = 30  # questions whose answers are held out
LABELS = {"name": "NAME", "item": "ITEM", "quantity": "QUANTITY", "day": "DAY"}
QUESTIONS = {
    "NAME": ("Who is it for?", "Who wants it?", "What is the name?", "Which customer is it?"),
    "ITEM": ("What is ordered?", "What do they want?", "Which things are meant?", "What is it about?"),
    "QUANTITY": ("How many are there?", "How many do they want?", "Which number is it?", "What is the quantity?"),
    "DAY": ("Which day is it?", "When is it wanted?", "For when is it?", "On which day?"),
}
HELD_OUT_QUESTIONS = {
    "NAME": "Who is the customer?",
    "ITEM": "What is wanted?",
    "QUANTITY": "How many of them?",
    "DAY": "What day is mentioned?",
}


def built_in(kind: HeadName, seed: int) -> Parts:
    """Rows to learn from and rows to measure on, which have no text in common."""
    random = Random(seed)
    match kind:
        case "classification":
            written = {part: read_items("sentiment/reviews.jsonl", part) for part in ("train", "held_out")}
            learned = [(row["text"], row["label"]) for row in written["train"]] + compose_reviews(random, REVIEWS)
            return (
                tuple(LabelledText(text, label) for text, label in learned),
                tuple(LabelledText(row["text"], row["label"]) for row in written["held_out"]),
            )
        case "tokens":
            return tuple(_composed(random)), tuple(_written())
        case "answers":
            learned_orders = [row for order in _composed(random) for row in _asked(order, random)]
            return tuple(learned_orders), tuple(row for order in _written() for row in _asked(order, None))
        case "reward":
            rows = [PreferredAnswer(*pair) for pair in preferred_tellings(random)]
            random.shuffle(rows)
            return tuple(rows[APART:]), tuple(rows[:APART])


def _composed(random: Random) -> Iterator[TaggedText]:
    return _located(compose_orders(random, ORDERS))


def _written() -> Iterator[TaggedText]:
    return _located((row["text"], row) for row in read_items("extraction/orders.jsonl", "held_out"))


def _located(orders: Iterable[tuple[str, Mapping[str, Any]]]) -> Iterator[TaggedText]:
    """Each order with where its values stand; one of which a value stands nowhere as it is, is left out."""
    words = read_words("extraction/orders.yaml")["number"]
    for text, record in orders:
        spans = []
        for key, label in LABELS.items():
            if record[key] is None:
                continue
            spoken = [str(record[key]), *([words[record[key]]] if record[key] in words else [])]
            found = next(filter(None, (re.search(rf"\b{re.escape(one)}\b", text, re.I) for one in spoken)), None)
            if found is None:
                break
            spans.append(Span(found.start(), found.end(), label))
        else:
            yield TaggedText(text, tuple(spans))


def _asked(order: TaggedText, random: Random | None) -> Iterator[AskedPassage]:
    """Questions about an order: two, by chance and in words by chance, or all, in words that are not learned."""
    for span in order.spans if random is None else random.sample(order.spans, min(2, len(order.spans))):
        question = HELD_OUT_QUESTIONS[span.label] if random is None else random.choice(QUESTIONS[span.label])
        yield AskedPassage(order.text, question, span.start, span.end)
